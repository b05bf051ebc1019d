//! Invitations: an operator lets somebody make an account who otherwise might not.
//!
//! # Decisions
//! - An invitation is an item, and its link names the item and has random bits of its own. So it can be listed and withdrawn,
//!   and whoever lists it has no link. It works once: the account that is made with it deletes both, in one transaction.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::Timestamp;
use protocol::{EmailAddress, Username};

/// The name of an invitation: 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationId([u8; 16]);

/// An invitation that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The name of its item.
    pub id: InvitationId,
    /// The address that it is for, which the account will have.
    pub address: EmailAddress,
    /// The name that the operator suggests.
    pub username: Option<Username>,
    /// The time when it was made.
    pub created_at: Timestamp,
    /// The time from which on it does not work.
    pub expires_at: Timestamp,
}

impl InvitationId {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes that are sealed into a link.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads a name as it is written in the key of an item.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.as_slice().try_into().ok()?))
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Invitation {
    /// Returns whether an account can still be made with it.
    pub fn works(&self, now: Timestamp) -> bool {
        self.expires_at > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;

    #[test]
    fn c235_an_invitation_works_until_it_expires() {
        let id = InvitationId::from_bytes([5; 16]);
        assert_eq!(InvitationId::parse(&id.to_string()), Some(id));
        assert_eq!(InvitationId::parse("AAAA"), None);
        let address = EmailAddress::parse("ada@example.org").unwrap();
        let invitation = Invitation { id, address, username: None, created_at: NOW, expires_at: NOW.plus(60) };
        assert!(invitation.works(NOW.plus(59)) && !invitation.works(NOW.plus(60)));
    }
}
