//! People who can sign in.

use grants::{Footing, PersonKey, Policy, Timestamp};
use protocol::{Claim, Claims, Secret, Subject, Username};

use crate::{PasswordHash, password_is_right};

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

/// Proof that a password was right; only [`prove`] creates it.
#[derive(Clone, Debug)]
pub struct ProvenPerson(User);

impl User {
    /// Checks whether this is the person's username, ignoring upper and lower case.
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
        &self.0
    }

    /// Returns the person by value, for [`crate::sign_in`].
    pub(crate) fn into_user(self) -> User {
        self.0
    }
}

/// Checks a person's password. `user` is `None` if the name is unknown, which takes the same time.
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
