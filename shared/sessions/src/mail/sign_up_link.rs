//! The link with which a new person makes an account.
//!
//! # Decisions
//! - It rests on the mailbox, and on the item of the link (`mailed_link`): whoever opens it chooses a name and a password, on
//!   any browser. So it signs nobody in who asked for it, and a mail that went astray makes no account for anybody but its
//!   reader.
//! - It works once. The account that it makes takes the address, by one transaction that no older link gets past, even
//!   after the address was given up again, or the account deleted.
//! - It names no request of an app: an attacker could send somebody else's mailbox into a request of their own.

use grants::{Seconds, Timestamp};
use protocol::EmailAddress;

/// The time in seconds during which a link works.
pub const SIGN_UP_LIFETIME: Seconds = 1800;

/// The content of a link that makes an account, before it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpLink {
    issued_at: Timestamp,
    address: EmailAddress,
}

impl SignUpLink {
    /// A link that is sent to `address`.
    pub const fn new(address: EmailAddress, now: Timestamp) -> Self {
        Self { issued_at: now, address }
    }

    /// The address that the account will have.
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// The time when it was made. An address that was taken since, or at that moment, was taken with it.
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// Returns whether the link still works, as far as its time tells.
    pub fn is_in_time(&self, now: Timestamp) -> bool {
        self.issued_at.plus(SIGN_UP_LIFETIME) > now
    }

    /// The bytes that are sealed into the link.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.issued_at.seconds().to_be_bytes()[..], self.address.as_str().as_bytes()].concat()
    }

    /// Reads the bytes that were sealed into the link.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (issued_at, address) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            issued_at: Timestamp::from_seconds(u64::from_be_bytes(*issued_at)),
            address: EmailAddress::parse(std::str::from_utf8(address).ok()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;

    #[test]
    fn c235_a_link_makes_an_account_for_half_an_hour_and_for_its_address() {
        let address = EmailAddress::parse("Ada@example.org").unwrap();
        let link = SignUpLink::new(address.clone(), NOW);
        let read = SignUpLink::from_bytes(&link.to_bytes()).unwrap();
        assert_eq!((&read, read.address(), read.issued_at()), (&link, &address, NOW));
        assert!(read.is_in_time(NOW) && read.is_in_time(NOW.plus(SIGN_UP_LIFETIME - 1)));
        assert!(!read.is_in_time(NOW.plus(SIGN_UP_LIFETIME)));
        for spoiled in [&b""[..], &[0; 7], &[0; 8], b"12345678ada", b"12345678ada@x"] {
            assert_eq!(SignUpLink::from_bytes(spoiled), None, "{spoiled:?}");
        }
    }
}
