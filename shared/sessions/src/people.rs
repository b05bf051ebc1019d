//! People: who can sign in.

use grants::{Footing, PersonKey, Policy, Timestamp};
use protocol::{Claim, Claims, Secret, Subject, Username};

use crate::{PasswordHash, password_is_right};

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The key of the item.
    pub key: PersonKey,
    /// The name to sign in with.
    pub username: Username,
    /// An alias leads here from the user name. `false` for a person of version 0.1 until a rename: the key is the name's hash.
    pub aliased: bool,
    /// `sub`.
    pub subject: Subject,
    /// What is known of the person.
    pub claims: Claims,
    /// The password.
    pub password: PasswordHash,
    /// Counts what ends everything before it: new passwords, and times the person was switched off. Sessions and grants of
    /// an earlier version are over.
    pub credential_version: u32,
    /// Whether the person is switched off.
    pub disabled: bool,
    /// When the person was registered.
    pub created_at: Timestamp,
    /// How many sessions there were.
    pub sessions: u32,
    /// How many grants there were that outlive sessions.
    pub grants: u32,
}

/// The witness that a password was right; only [`prove`] makes it.
#[derive(Clone, Debug)]
pub struct ProvenPerson(User);

impl User {
    /// Whether this is the person's user name; upper and lower case are one.
    pub fn goes_by(&self, username: &Username) -> bool {
        self.username.normalized() == username.normalized()
    }

    /// What is known of the person: the user name is the preferred one where no other is set.
    pub fn known_claims(&self) -> Claims {
        self.claims.clone().or(Claim::PreferredUsername, self.username.as_str())
    }

    /// The standing on which a grant rests that this person gives now and that outlives sessions.
    pub const fn footing(&self) -> Footing {
        let number = self.grants.saturating_add(1);
        Footing { person: self.key, credential_version: Some(self.credential_version), session: None, number }
    }

    /// Whether something that was made with this version of the credentials still stands.
    pub(crate) const fn stands_behind(&self, credential_version: u32) -> bool {
        !self.disabled && self.credential_version == credential_version
    }

    /// Whether a session of this number is among the newest.
    pub(crate) const fn keeps_session(&self, number: u32) -> bool {
        number.saturating_add(Policy::SESSIONS_OF_PERSON) > self.sessions
    }
}

impl ProvenPerson {
    /// The person.
    pub const fn user(&self) -> &User {
        &self.0
    }

    /// The person, for [`crate::sign_in`].
    pub(crate) fn into_user(self) -> User {
        self.0
    }
}

/// Whether this is the person's password. `user` is `None` when nobody has that name, and the answer takes as long.
pub fn prove(user: Option<User>, password: &Secret) -> Option<ProvenPerson> {
    let right = password_is_right(password, user.as_ref().map(|user| &user.password));
    user.filter(|user| right && !user.disabled).map(ProvenPerson)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::hash_password;

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
            credential_version: 1,
            disabled: false,
            created_at: NOW,
            sessions: 0,
            grants: 0,
        }
    }

    pub(crate) fn proven() -> ProvenPerson {
        ProvenPerson(user())
    }

    #[test]
    fn a_wrong_password_a_stranger_and_somebody_switched_off_are_refused() {
        let try_with = |user, password: &str| prove(user, &Secret::new(password.to_owned())).is_some();
        assert!(try_with(Some(user()), "correct horse"));
        assert!(!try_with(Some(user()), "wrong horse"));
        assert!(!try_with(None, "correct horse"));
        assert!(!try_with(Some(User { disabled: true, ..user() }), "correct horse"));
    }
}
