//! The check of a person's password, here or in the operator's directory.

use grants::Timestamp;
use protocol::{Claim, Claims, Secret, Username};

use crate::password::{Compared, compare};
use crate::people::{ProvenPerson, User};
use crate::{CheckTerms, PasswordHash, UserChange};

/// The result of a check.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The password is right.
    Proven(Box<ProvenPerson>),
    /// Only the directory knows whether the password is right.
    InDirectory(Box<Unverified>),
    /// The password is wrong, or there is no such person.
    Wrong,
}

/// A person whose password the directory knows, with the hash of the password to verify.
#[derive(Clone, Debug)]
pub struct Unverified {
    user: User,
    hash: PasswordHash,
}

/// A person whose first password the directory verified. Only the `change` makes it count.
#[derive(Clone, Debug)]
pub struct TakenOver {
    /// The change that gives the person the hash and the claims.
    pub change: UserChange,
    /// The person after the change.
    pub person: ProvenPerson,
}

impl Unverified {
    /// The username as it is registered, whichever way it was typed.
    pub const fn username(&self) -> &Username {
        &self.user.username
    }

    /// Returns what a verified password means. Claims that the operator registered win over those of the directory.
    /// `None` if the person may not sign in.
    pub fn verified(self, told: &Claims, now: Timestamp) -> Option<TakenOver> {
        let Self { user, hash } = self;
        let merged = missing_in(&user.claims, told).and(user.claims.clone()).with(Claim::UpdatedAt, now.seconds());
        // Together they may be more than anybody may have.
        let merged = Claims::parse(&merged.to_string()).ok().filter(|_| !told.is_empty());
        let claims = merged.unwrap_or_else(|| user.claims.clone());
        let change = UserChange::take_from_directory(&user, hash, claims);
        let user = change.after(Some(&user))?;
        Some(TakenOver { change, person: ProvenPerson::by_password(user, None, now) })
    }
}

impl ProvenPerson {
    /// The change that replaces an imported hash with one of this server.
    pub fn renewal(&self) -> Option<UserChange> {
        Some(UserChange::renew_hash(self.user(), self.new_hash()?.clone()))
    }
}

/// Returns the claims of the directory that a person does not have. An address or a number and its verification belong
/// together: the verification of another one is not taken.
fn missing_in(own: &Claims, told: &Claims) -> Claims {
    let mut told = told.clone();
    for pair in [[Claim::Email, Claim::EmailVerified], [Claim::PhoneNumber, Claim::PhoneNumberVerified]] {
        if !own.only(&pair.into()).is_empty() {
            let rest = pair.iter().try_for_each(|claim| told.set(&format!("{}=", claim.as_str())));
            told = if rest.is_ok() { told } else { Claims::default() };
        }
    }
    told
}

/// Checks a person's password at a time. `user` is `None` if the name is unknown, which takes the same time.
pub fn prove(user: Option<User>, password: &Secret, terms: &CheckTerms, now: Timestamp) -> Proof {
    let compared = compare(password, user.as_ref().map(|user| &user.password), terms);
    let Some(user) = user.filter(|user| !user.disabled) else { return Proof::Wrong };
    let new_hash = match compared {
        Compared::Wrong => return Proof::Wrong,
        Compared::InDirectory(hash) => return Proof::InDirectory(Box::new(Unverified { user, hash })),
        Compared::Right => None,
        Compared::RightUntilNow(hash) => Some(hash),
    };
    Proof::Proven(Box::new(ProvenPerson::by_password(user, new_hash, now)))
}

impl Proof {
    /// Returns the person whose password is right.
    pub fn proven(self) -> Option<ProvenPerson> {
        match self {
            Self::Proven(person) => Some(*person),
            Self::InDirectory(_) | Self::Wrong => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Subject;

    use super::*;
    use crate::people::tests::{NOW, user};
    use crate::{HashCost, PasswordWork};

    #[test]
    fn a_wrong_password_a_stranger_and_somebody_switched_off_are_refused() {
        let terms = CheckTerms { work: PasswordWork::default(), salt: [3; 16], cost: HashCost::default() };
        let try_with =
            |user, password: &str| prove(user, &Secret::new(password.to_owned()), &terms, NOW).proven().is_some();
        assert!(try_with(Some(user()), "correct horse"));
        assert!(!try_with(Some(user()), "wrong horse"));
        assert!(!try_with(None, "correct horse"));
        assert!(!try_with(Some(User { disabled: true, ..user() }), "correct horse"));
    }

    fn in_directory() -> User {
        User {
            password: PasswordHash::in_directory(),
            claims: Claims::parse(r#"{"name":"Ada L."}"#).unwrap(),
            ..user()
        }
    }

    fn unverified(user: User) -> Option<Unverified> {
        let terms = CheckTerms { work: PasswordWork::default(), salt: [3; 16], cost: HashCost::default() };
        match prove(Some(user), &Secret::new("sesam".to_owned()), &terms, NOW) {
            Proof::InDirectory(unverified) => Some(*unverified),
            Proof::Proven(_) | Proof::Wrong => None,
        }
    }

    #[test]
    fn c245_the_directory_gives_the_first_hash_and_the_claims_that_are_missing() {
        let told = Claims::parse(r#"{"name":"Another","email":"ada@example.com"}"#).unwrap();
        let taken = unverified(in_directory()).unwrap().verified(&told, NOW).unwrap();
        let after = taken.change.after(Some(&in_directory())).unwrap();
        assert_eq!(&after, taken.person.user());
        let known = r#"{"name":"Ada L.","email":"ada@example.com","updated_at":1800000000}"#;
        assert_eq!(after.claims, Claims::parse(known).unwrap());
        assert!(!after.password.is_in_directory());
        assert_eq!(after.credential_version, user().credential_version);
        // The second of two first sign-ins finds it done.
        assert_eq!(taken.change.after(Some(&after)), None);
        let taken = unverified(in_directory()).unwrap().verified(&Claims::default(), NOW).unwrap();
        assert_eq!(taken.person.user().claims, in_directory().claims);
    }

    #[test]
    fn c245_an_address_that_the_operator_registered_is_not_verified_by_the_directory() {
        let own = Claims::parse(r#"{"email":"ada@example.com"}"#).unwrap();
        let told = r#"{"email":"another@example.com","email_verified":true,"phone_number":"+441","phone_number_verified":true}"#;
        let told = Claims::parse(told).unwrap();
        let user = User { claims: own.clone(), ..in_directory() };
        let after = unverified(user).unwrap().verified(&told, NOW).unwrap().person.user().claims.clone();
        let known =
            r#"{"email":"ada@example.com","phone_number":"+441","phone_number_verified":true,"updated_at":1800000000}"#;
        assert_eq!(after, Claims::parse(known).unwrap());
    }

    #[test]
    fn c245_the_directory_brings_nobody_back() {
        assert!(unverified(User { disabled: true, ..in_directory() }).is_none());
        assert!(unverified(user()).is_none());
        let taken = unverified(in_directory()).unwrap().verified(&Claims::default(), NOW).unwrap();
        for gone in [
            None,
            UserChange::disable(&in_directory()).after(Some(&in_directory())),
            UserChange::set_password(&in_directory(), user().password).after(Some(&in_directory())),
            Some(User { subject: Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap(), ..in_directory() }),
        ] {
            assert_eq!(taken.change.after(gone.as_ref()), None, "{gone:?}");
        }
    }
}
