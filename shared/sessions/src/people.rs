//! People and their sessions.

use grants::{PersonKey, Seconds, SessionId, Timestamp};
use protocol::{Claim, Claims, Secret, Subject, Username};

use crate::{PasswordHash, RequestDigest, password_is_right};

/// How long a session lasts, however much it is used.
pub const SESSION_LIFETIME: Seconds = 12 * 3600;

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The key of the item.
    pub key: PersonKey,
    /// The name to sign in with.
    pub username: Username,
    /// `sub`.
    pub subject: Subject,
    /// What is known of the person.
    pub claims: Claims,
    /// The password.
    pub password: PasswordHash,
    /// Counts the passwords: sessions of an earlier one are over.
    pub credential_version: u32,
    /// Whether the person is switched off.
    pub disabled: bool,
    /// When the person was registered.
    pub created_at: Timestamp,
}

/// A person's sign-in on one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The key of the item.
    pub id: SessionId,
    /// Whose.
    pub person: PersonKey,
    /// When the password was given.
    pub auth_time: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Which password was given.
    pub credential_version: u32,
    /// The request for which it was given.
    pub for_request: RequestDigest,
}

/// What the session cookie carries.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionHandle {
    person: PersonKey,
    secret: [u8; 16],
}

/// The witness that a password was right; only [`prove`] makes it.
#[derive(Clone, Debug)]
pub struct ProvenPerson(User);

/// The witness that somebody is signed in; only [`sign_in`] and [`signed_in`] make it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    user: User,
    session: Session,
}

impl User {
    /// What is known of the person: the user name is the preferred one where no other is set.
    pub fn known_claims(&self) -> Claims {
        self.claims.clone().or(Claim::PreferredUsername, self.username.as_str())
    }
}

impl SessionHandle {
    /// A handle for a new session of `person`, out of 128 random bits.
    pub const fn new(person: PersonKey, secret: [u8; 16]) -> Self {
        Self { person, secret }
    }

    /// What is sealed into the cookie.
    pub fn to_bytes(&self) -> [u8; 32] {
        both(self.person.as_bytes(), &self.secret)
    }

    /// Reads what was sealed into the cookie.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self { person: PersonKey::from_bytes(*person), secret: secret.try_into().ok()? })
    }

    /// Whose.
    pub const fn person(&self) -> PersonKey {
        self.person
    }

    /// The key of the session's item.
    pub fn id(&self) -> SessionId {
        SessionId::of(&self.secret)
    }
}

impl ProvenPerson {
    /// Who.
    pub const fn user(&self) -> &User {
        &self.0
    }
}

impl SignedIn {
    /// Who.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// Since when and for how long.
    pub const fn session(&self) -> &Session {
        &self.session
    }
}

/// Whether this is the person's password. `user` is `None` when nobody has that name, and the answer takes as long.
pub fn prove(user: Option<User>, password: &Secret) -> Option<ProvenPerson> {
    let right = password_is_right(password, user.as_ref().map(|user| &user.password));
    user.filter(|user| right && !user.disabled).map(ProvenPerson)
}

/// Signs a person in: the session to store.
pub fn sign_in(
    ProvenPerson(user): ProvenPerson,
    handle_secret: [u8; 16],
    for_request: RequestDigest,
    now: Timestamp,
) -> (SignedIn, SessionHandle) {
    let handle = SessionHandle::new(user.key, handle_secret);
    let session = Session {
        id: handle.id(),
        person: user.key,
        auth_time: now,
        expires_at: now.plus(SESSION_LIFETIME),
        credential_version: user.credential_version,
        for_request,
    };
    (SignedIn { user, session }, handle)
}

/// Whether the items that a session cookie led to say that somebody is signed in.
pub fn signed_in(session: Option<Session>, user: Option<User>, now: Timestamp) -> Option<SignedIn> {
    let (session, user) = (session?, user?);
    let good = session.person == user.key
        && session.expires_at > now
        && session.credential_version == user.credential_version
        && !user.disabled;
    good.then_some(SignedIn { user, session })
}

/// Two halves in a row.
pub(crate) fn both(first: &[u8; 16], second: &[u8; 16]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(first.iter().chain(second)).for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::hash_password;

    pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    pub(crate) fn user() -> User {
        let username = Username::parse("ada").unwrap();
        User {
            key: PersonKey::of(&username),
            username,
            subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
            claims: Claims::default(),
            password: hash_password(&Secret::new("correct horse".to_owned()), &[1; 16]).unwrap(),
            credential_version: 1,
            disabled: false,
            created_at: NOW,
        }
    }

    pub(crate) fn session() -> (SignedIn, SessionHandle) {
        let password = Secret::new("correct horse".to_owned());
        sign_in(prove(Some(user()), &password).unwrap(), [5; 16], RequestDigest::of("request"), NOW)
    }

    #[test]
    fn c035_each_sign_in_makes_a_session_of_its_own() {
        let (first, handle) = session();
        let (second, _) = sign_in(ProvenPerson(user()), [6; 16], RequestDigest::of("request"), NOW);
        assert_ne!(first.session().id, second.session().id);
        assert!(SessionHandle::from_bytes(&handle.to_bytes()).unwrap() == handle);
        assert!(SessionHandle::from_bytes(&[0; 31]).is_none());
    }

    #[test]
    fn a_wrong_password_a_stranger_and_somebody_switched_off_are_refused() {
        let try_with = |user, password: &str| prove(user, &Secret::new(password.to_owned())).is_some();
        assert!(try_with(Some(user()), "correct horse"));
        assert!(!try_with(Some(user()), "wrong horse"));
        assert!(!try_with(None, "correct horse"));
        assert!(!try_with(Some(User { disabled: true, ..user() }), "correct horse"));
    }

    #[test]
    fn a_session_ends_with_its_time_its_password_and_its_person() {
        let (good, _) = session();
        let session = good.session().clone();
        let ask = |session: Session, user: User, now| signed_in(Some(session), Some(user), now).is_some();
        assert!(ask(session.clone(), user(), NOW));
        assert!(ask(session.clone(), user(), NOW.plus(SESSION_LIFETIME - 1)));
        assert!(!ask(session.clone(), user(), NOW.plus(SESSION_LIFETIME)));
        assert!(!ask(session.clone(), User { credential_version: 2, ..user() }, NOW));
        assert!(!ask(session.clone(), User { disabled: true, ..user() }, NOW));
        let other = PersonKey::of(&Username::parse("bob").unwrap());
        assert!(!ask(session.clone(), User { key: other, ..user() }, NOW));
        assert!(signed_in(Some(session), None, NOW).is_none());
        assert!(signed_in(None, Some(user()), NOW).is_none());
    }
}
