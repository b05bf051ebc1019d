//! The link with which a person who forgot the password sets a new one.
//!
//! # Decisions
//! - A link rests on its item, which its use deletes (`mailed_link`), and on the person. It names the version of the
//!   credentials, which the new password raises. So of all uses of a link, and of all links of the same moment, one is
//!   carried out, by the one transaction that it is; and a password that was changed meanwhile ends every link.
//! - It also names the address that it was sent to. A mailbox that is no longer the person's confirmed one resets nothing.
//! - A reset signs nobody in and removes no second factor: whoever sets a password signs in with it like everybody else.

use grants::{PersonKey, Seconds, Timestamp};
use protocol::EmailAddress;
use sha2::{Digest, Sha256};

use crate::password::ChosenPassword;
use crate::people::User;
use crate::user_change::UserChange;

/// The time in seconds during which a link works.
pub const RESET_LIFETIME: Seconds = 1800;

/// The content of a link that sets a new password, before it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetLink {
    person: PersonKey,
    credential_version: u32,
    address: [u8; 16],
    expires_at: Timestamp,
}

impl ResetLink {
    /// A link for `user`, which is sent to `address`.
    pub fn new(user: &User, address: &EmailAddress, now: Timestamp) -> Self {
        Self {
            person: user.key,
            credential_version: user.credential_version,
            address: digest(address),
            expires_at: now.plus(RESET_LIFETIME),
        }
    }

    /// The key of the person.
    pub const fn person(&self) -> PersonKey {
        self.person
    }

    /// Returns whether the link still works for the person who was read.
    pub fn works_for(&self, user: &User, now: Timestamp) -> bool {
        let is_sent_there = user.confirmed_address().is_some_and(|address| digest(&address) == self.address);
        user.key == self.person && is_sent_there && user.stands_behind(self.credential_version) && self.expires_at > now
    }

    /// Returns the change that sets the new password, if the link works for the person who was read. It rests on the
    /// credentials that the link names, and on the claims, with the address among them, that were read. `None` also if the
    /// password is too short for a person without a second factor.
    pub fn reset(&self, user: &User, chosen: ChosenPassword, now: Timestamp) -> Option<UserChange> {
        if self.works_for(user, now) { UserChange::reset_password(user, chosen) } else { None }
    }

    /// The bytes that are sealed into the link.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (version, expires_at) = (self.credential_version.to_be_bytes(), self.expires_at.seconds().to_be_bytes());
        [&self.person.as_bytes()[..], &version, &self.address, &expires_at].concat()
    }

    /// Reads the bytes that were sealed into the link.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, rest) = bytes.split_first_chunk::<16>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (address, expires_at) = rest.split_first_chunk::<16>()?;
        Some(Self {
            person: PersonKey::from_bytes(*person),
            credential_version: u32::from_be_bytes(*version),
            address: *address,
            expires_at: Timestamp::from_seconds(u64::from_be_bytes(expires_at.try_into().ok()?)),
        })
    }
}

/// Returns half of the hash of an address.
fn digest(address: &EmailAddress) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(address.normalized()).into();
    hash.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use protocol::Claims;

    use super::*;
    use crate::PasswordHash;
    use crate::people::tests::{NOW, user};

    fn ada() -> User {
        let claims = Claims::parse(r#"{"email":"Ada@example.org","email_verified":true}"#).unwrap();
        User { claims, ..user() }
    }

    fn link() -> ResetLink {
        let link = ResetLink::new(&ada(), &ada().confirmed_address().unwrap(), NOW);
        ResetLink::from_bytes(&link.to_bytes()).unwrap()
    }

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::from_stored(text.to_owned())
    }

    fn chosen(text: &str) -> ChosenPassword {
        ChosenPassword::alone(hash(text))
    }

    #[test]
    fn c235_a_link_works_for_half_an_hour_for_the_person_and_the_address_it_was_sent_to() {
        let works = |user: &User, now| link().works_for(user, now);
        assert!(works(&ada(), NOW) && works(&ada(), NOW.plus(RESET_LIFETIME - 1)));
        assert!(!works(&ada(), NOW.plus(RESET_LIFETIME)));
        let claims = |text: &str| User { claims: Claims::parse(text).unwrap(), ..ada() };
        // Another spelling of the same address.
        assert!(works(&claims(r#"{"email":"ada@EXAMPLE.org","email_verified":true,"name":"Ada"}"#), NOW));
        for other in [
            User { key: PersonKey::from_bytes([7; 16]), ..ada() },
            User { disabled: true, ..ada() },
            User { credential_version: 2, ..ada() },
            claims(r#"{"email":"ada@example.net","email_verified":true}"#),
            claims(r#"{"email":"ada@example.org","email_verified":false}"#),
            claims("{}"),
        ] {
            assert!(!works(&other, NOW), "{other:?}");
            assert_eq!(link().reset(&other, chosen("new"), NOW), None);
        }
        assert_eq!(ResetLink::from_bytes(&link().to_bytes()[1..]), None);
        assert_eq!(ResetLink::from_bytes(&[link().to_bytes(), vec![0]].concat()), None);
    }

    #[test]
    fn c235_of_all_uses_of_links_and_changes_of_a_password_one_is_carried_out() {
        let (read, other) = (ada(), ResetLink::new(&ada(), &ada().confirmed_address().unwrap(), NOW.plus(60)));
        let first = link().reset(&read, chosen("first"), NOW).unwrap();
        let after = first.after(Some(&read)).unwrap();
        assert_eq!((after.password.as_stored(), after.credential_version), ("first", 2));
        for late in [&link(), &other] {
            assert_eq!(late.reset(&read, chosen("late"), NOW).unwrap().after(Some(&after)), None);
            assert!(!late.works_for(&after, NOW));
        }
        for meanwhile in [
            UserChange::set_password(&read, hash("another")),
            UserChange::disable(&read),
            UserChange::change_profile(&read, Claims::parse(r#"{"name":"Ada"}"#).unwrap()),
        ] {
            assert_eq!(first.after(meanwhile.after(Some(&read)).as_ref()), None, "{meanwhile:?}");
        }
    }
}
