//! The link with which a person confirms an address.
//!
//! # Decisions
//! - It counts only for the person whom it was made for, in a session of theirs. A mail that went to a mistyped address, and
//!   so to a stranger, confirms nothing there: a confirmed address is the right to set a new password.
//! - It rests on its item (`mailed_link`), and on the credentials and the whole profile as they were when it was made, so that
//!   it works once.

use grants::{PersonKey, Seconds, Timestamp};
use protocol::{Claim, EmailAddress};
use sha2::{Digest, Sha256};

use crate::people::User;
use crate::user_change::UserChange;

/// The time in seconds during which a link works.
pub const CONFIRM_LIFETIME: Seconds = 1800;

/// The content of a link that confirms an address, before it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressLink {
    person: PersonKey,
    credential_version: u32,
    profile: [u8; 16],
    expires_at: Timestamp,
    address: EmailAddress,
}

impl AddressLink {
    /// A link for `user` as read now, which is sent to `address`.
    pub fn new(user: &User, address: EmailAddress, now: Timestamp) -> Self {
        Self {
            person: user.key,
            credential_version: user.credential_version,
            profile: digest(user),
            expires_at: now.plus(CONFIRM_LIFETIME),
            address,
        }
    }

    /// The address that it confirms.
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// Returns the change that makes the address the confirmed one of the person who was read, if the link works. It rests on
    /// the person being enabled, and on the credentials and the claims that were read.
    pub fn confirm(&self, user: &User, now: Timestamp) -> Option<UserChange> {
        let is_same = user.key == self.person && digest(user) == self.profile;
        let works = is_same && user.stands_behind(self.credential_version) && self.expires_at > now;
        works.then(|| {
            let claims = user.claims.clone().with(Claim::Email, self.address.as_str()).with(Claim::EmailVerified, true);
            UserChange::change_profile(user, claims.with(Claim::UpdatedAt, now.seconds()))
        })
    }

    /// The bytes that are sealed into the link.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (version, expires_at) = (self.credential_version.to_be_bytes(), self.expires_at.seconds().to_be_bytes());
        let address = self.address.as_str().as_bytes();
        [&self.person.as_bytes()[..], &version, &self.profile, &expires_at, address].concat()
    }

    /// Reads the bytes that were sealed into the link.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, rest) = bytes.split_first_chunk::<16>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (profile, rest) = rest.split_first_chunk::<16>()?;
        let (expires_at, address) = rest.split_first_chunk::<8>()?;
        Some(Self {
            person: PersonKey::from_bytes(*person),
            credential_version: u32::from_be_bytes(*version),
            profile: *profile,
            expires_at: Timestamp::from_seconds(u64::from_be_bytes(*expires_at)),
            address: EmailAddress::parse(std::str::from_utf8(address).ok()?).ok()?,
        })
    }
}

/// Returns half of the hash of a person's claims.
fn digest(user: &User) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(user.claims.to_string()).into();
    hash.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use protocol::Claims;

    use super::*;
    use crate::PasswordHash;
    use crate::people::tests::{NOW, user};

    fn ada() -> User {
        let claims = Claims::parse(r#"{"name":"Ada","email":"ada@example.org","email_verified":true}"#).unwrap();
        User { claims, ..user() }
    }

    fn link() -> AddressLink {
        let link = AddressLink::new(&ada(), EmailAddress::parse("ada@example.net").unwrap(), NOW);
        AddressLink::from_bytes(&link.to_bytes()).unwrap()
    }

    #[test]
    fn c236_a_link_confirms_its_address_once_for_its_person() {
        let change = link().confirm(&ada(), NOW).unwrap();
        let after = change.after(Some(&ada())).unwrap();
        assert_eq!(after.confirmed_address().unwrap().as_str(), "ada@example.net");
        assert_eq!(after.claims.text(Claim::Name), Some("Ada"));
        // A second time, after the address went back, and meanwhile.
        let back = User { claims: ada().claims.with(Claim::UpdatedAt, NOW.seconds()), ..after.clone() };
        for other in [
            &after,
            &back,
            &User { key: PersonKey::from_bytes([7; 16]), ..ada() },
            &User { disabled: true, ..ada() },
            &User { credential_version: 2, ..ada() },
            &User { claims: Claims::default(), ..ada() },
        ] {
            assert_eq!(link().confirm(other, NOW), None, "{other:?}");
            assert_eq!(change.after(Some(other)), None, "{other:?}");
        }
        assert!(link().confirm(&ada(), NOW.plus(CONFIRM_LIFETIME - 1)).is_some());
        assert_eq!(link().confirm(&ada(), NOW.plus(CONFIRM_LIFETIME)), None);
        let password = UserChange::set_password(&ada(), PasswordHash::from_stored("new".to_owned()));
        assert_eq!(change.after(password.after(Some(&ada())).as_ref()), None);
        assert_eq!(AddressLink::from_bytes(&link().to_bytes()[..44]), None);
    }

    #[test]
    fn the_longest_address_fits_into_a_link() {
        let longest = format!("{}@{}", "a".repeat(64), ["d".repeat(63), "e".repeat(63), "f".repeat(61)].join("."));
        let address = EmailAddress::parse(&longest).unwrap();
        assert_eq!(longest.len(), 254);
        // With its random bits, its head and its tag, in base64url and after its prefix, it has 512 bytes at most.
        let link = AddressLink::new(&ada(), address, NOW).to_bytes();
        let mailed = crate::MailedLink::new(crate::LinkPurpose::Address, &link, [7; 32]);
        assert!((mailed.as_bytes().len() + 6 + 32).div_ceil(3) * 4 + 4 <= 512);
    }
}
