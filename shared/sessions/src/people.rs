//! People who can sign in.

use grants::{Context, Footing, Method, Methods, PersonKey, Policy, Timestamp};
use protocol::{Claim, Claims, Subject, Username};

use crate::{Factors, PasswordHash, SessionId, SpentFactor};

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The key of the item.
    pub key: PersonKey,
    /// The username to sign in with.
    pub username: Username,
    /// `true` if an alias item leads from the username to the person. `false` for a person created by version 0.1,
    /// until a rename: there the key is the hash of the name.
    pub aliased: bool,
    /// The person's `sub` claim.
    pub subject: Subject,
    /// The known claims about the person.
    pub claims: Claims,
    /// The hash of the password.
    pub password: PasswordHash,
    /// The second factors, besides the password.
    pub factors: Factors,
    /// A counter that is raised by a new password and when the person is disabled. Sessions and grants with an
    /// earlier version are over.
    pub credential_version: u32,
    /// `true` if the person is disabled.
    pub disabled: bool,
    /// The time when the person was created.
    pub created_at: Timestamp,
    /// The number of sessions created so far.
    pub sessions: u32,
    /// The number of grants created so far that outlive sessions.
    pub grants: u32,
}

/// Proof of what a person showed: the password ([`prove`]), or a second factor after it
/// ([`HalfSignedIn::prove`](crate::HalfSignedIn::prove)).
#[derive(Clone, Debug)]
pub struct ProvenPerson {
    user: User,
    /// The methods by which the person proved it.
    methods: Methods,
    /// The second factor, which the write that starts the session has to spend.
    spent: Option<SpentFactor>,
    /// The session within which it was proven, and which has to be alive.
    within: Option<SessionId>,
    /// The hash that should replace an imported one.
    new_hash: Option<PasswordHash>,
}

/// Proof that suffices to sign a person in: with a second factor, if the person has one. Only
/// [`ProvenPerson::complete`] creates it.
#[derive(Clone, Debug)]
pub struct CompleteProof {
    user: User,
    methods: Methods,
}

impl User {
    /// Returns whether the password alone does not sign the person in.
    pub const fn has_second_factor(&self) -> bool {
        !self.factors.is_empty()
    }

    /// The strongest context in which the person can sign in at this site.
    pub fn reach(&self) -> Context {
        match (self.factors.has_passkey_here(), self.has_second_factor()) {
            (true, _) => Context::PhishingResistant,
            (false, true) => Context::TwoFactors,
            (false, false) => Context::Password,
        }
    }

    /// Returns whether the person has an authenticator app or a passkey, for this site or another one.
    pub fn has_factors(&self) -> bool {
        self.has_second_factor() || !self.factors.passkeys.is_empty()
    }

    /// Checks whether this is the person's username, in the form in which names are compared.
    pub fn goes_by(&self, username: &Username) -> bool {
        self.username.normalized() == username.normalized()
    }

    /// Returns the known claims. The username is the preferred one if no other is set.
    pub fn known_claims(&self) -> Claims {
        self.claims.clone().or(Claim::PreferredUsername, self.username.as_str())
    }

    /// Returns the footing of a new grant by this person that outlives sessions.
    pub const fn footing(&self) -> Footing {
        let number = self.grants.saturating_add(1);
        Footing { person: self.key, credential_version: Some(self.credential_version), session: None, number }
    }

    /// Checks whether sessions and grants with this version of the credentials are still valid.
    pub(crate) const fn stands_behind(&self, credential_version: u32) -> bool {
        !self.disabled && self.credential_version == credential_version
    }

    /// Checks whether a session with this number is among the newest.
    pub(crate) const fn keeps_session(&self, number: u32) -> bool {
        number.saturating_add(Policy::SESSIONS_OF_PERSON) > self.sessions
    }
}

impl ProvenPerson {
    /// The person whose password was right.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// The hash that should replace an imported one.
    pub(crate) const fn new_hash(&self) -> Option<&PasswordHash> {
        self.new_hash.as_ref()
    }

    /// The methods by which the person proved it.
    pub const fn methods(&self) -> Methods {
        self.methods
    }

    /// The proof of a person who showed the password.
    pub(crate) const fn by_password(user: User, new_hash: Option<PasswordHash>, now: Timestamp) -> Self {
        Self { user, methods: Methods::password(now), spent: None, within: None, new_hash }
    }

    /// Returns the proof whose code is spent together with a change of the form in which the secret of the app is sealed, if
    /// there is one.
    #[must_use]
    pub fn sealing_again(self, sealed: Option<Vec<u8>>) -> Self {
        let spent = match (self.spent, sealed) {
            (Some(SpentFactor::Step(step)), Some(sealed)) => Some(SpentFactor::StepAndSeal(step, sealed)),
            (spent, _) => spent,
        };
        Self { spent, ..self }
    }

    /// The proof of a person who showed a second factor after the password, within a session or before there is one.
    pub(crate) fn with_factor(
        user: User,
        password_at: Timestamp,
        within: Option<SessionId>,
        spent: SpentFactor,
        now: Timestamp,
    ) -> Self {
        let methods = Methods::password(password_at).with(Method::OneTimeCode, now);
        Self { user, methods, spent: Some(spent), within, new_hash: None }
    }

    /// The second factor that was shown.
    pub const fn spent(&self) -> Option<&SpentFactor> {
        self.spent.as_ref()
    }

    /// The session within which it was proven, and which has to be alive.
    pub const fn within(&self) -> Option<SessionId> {
        self.within
    }

    /// Returns the proof as one that signs the person in; `None` if a second factor is missing, which the person has.
    pub fn complete(&self) -> Option<CompleteProof> {
        let missing = self.user.has_second_factor() && self.methods.context() < Context::TwoFactors;
        (!missing).then(|| CompleteProof { user: self.user.clone(), methods: self.methods })
    }
}

impl CompleteProof {
    /// The proof of a person who showed what suffices.
    pub(crate) const fn of(user: User, methods: Methods) -> Self {
        Self { user, methods }
    }

    /// The person who may be signed in.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// Returns the person with the methods of the proof, for [`crate::sign_in`].
    pub(crate) fn into_parts(self) -> (User, Methods) {
        (self.user, self.methods)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use protocol::Secret;

    use super::*;
    use crate::{Totp, hash_password};

    pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    static PASSWORD: LazyLock<PasswordHash> =
        LazyLock::new(|| hash_password(&Secret::new("correct horse".to_owned()), &[1; 16]).unwrap());

    pub(crate) fn user() -> User {
        User {
            key: PersonKey::from_bytes([9; 16]),
            username: Username::parse("ada").unwrap(),
            aliased: true,
            subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
            claims: Claims::default(),
            password: PASSWORD.clone(),
            factors: Factors::default(),
            credential_version: 1,
            disabled: false,
            created_at: NOW,
            sessions: 0,
            grants: 0,
        }
    }

    pub(crate) fn proven() -> ProvenPerson {
        proven_at(NOW)
    }

    pub(crate) fn proven_at(now: Timestamp) -> ProvenPerson {
        ProvenPerson::of_password(user(), now)
    }

    impl ProvenPerson {
        pub(crate) fn of_password(user: User, now: Timestamp) -> Self {
            Self { user, methods: Methods::password(now), spent: None, within: None, new_hash: None }
        }
    }

    #[test]
    fn c234_a_person_reaches_what_the_factors_make_possible() {
        let totp = Some(Totp { sealed: vec![1], step: 5, since: NOW });
        let with = |totp: Option<Totp>, passkeys: &[&str]| {
            let passkeys = passkeys.iter().map(|id| (*id).to_owned()).collect();
            User { factors: Factors { totp, passkeys, ..Factors::default() }, ..user() }
        };
        for (user, reach, second, any) in [
            (with(None, &[]), Context::Password, false, false),
            (with(totp.clone(), &[]), Context::TwoFactors, true, true),
            (with(None, &["p"]), Context::PhishingResistant, false, true),
            (with(totp, &["p"]), Context::PhishingResistant, true, true),
        ] {
            let told = (user.reach(), user.has_second_factor(), user.has_factors());
            assert_eq!(told, (reach, second, any), "{:?}", user.factors);
        }
    }

    #[test]
    fn c232_only_a_code_of_the_app_is_spent_with_its_secret_sealed_anew() {
        let spent = |shown: SpentFactor, sealed: Option<Vec<u8>>| {
            let proven = ProvenPerson::with_factor(user(), NOW, None, shown, NOW.plus(9)).sealing_again(sealed);
            proven.spent().cloned()
        };
        let code = || SpentFactor::RecoveryCode("a".to_owned());
        assert_eq!(spent(SpentFactor::Step(9), Some(vec![4])), Some(SpentFactor::StepAndSeal(9, vec![4])));
        assert_eq!(spent(SpentFactor::Step(9), None), Some(SpentFactor::Step(9)));
        assert_eq!(spent(code(), Some(vec![4])), Some(code()));
        assert_eq!(proven().sealing_again(Some(vec![4])).spent(), None);
    }

    #[test]
    fn the_username_is_the_preferred_one_unless_another_is_set_and_is_compared_however_it_is_typed() {
        let known = |claims: &str| {
            let user = User { claims: Claims::parse(claims).unwrap(), ..user() };
            user.known_claims().text(Claim::PreferredUsername).map(str::to_owned)
        };
        assert_eq!(known(r#"{"name":"Ada"}"#).as_deref(), Some("ada"));
        assert_eq!(known(r#"{"preferred_username":"countess"}"#).as_deref(), Some("countess"));
        let goes_by = |name: &str| user().goes_by(&Username::parse(name).unwrap());
        assert!(goes_by("ada") && goes_by("ADA") && !goes_by("adam"));
    }
}
