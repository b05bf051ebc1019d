//! The secret part of every link in a mail.
//!
//! # Decisions
//! - A link has 256 random bits, which are made when its mail is sent and are in the mail alone. The table has an item under the
//!   hash of the whole link, and the write that uses the link deletes this item. So whoever can make handles and read the
//!   tables, and even the mails that wait, has no link.
//! - The hash covers the purpose and the content too: the bits of one's own link make none for another person.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The number of random bytes at the end of a link.
const BITS: usize = 32;

/// The purpose of a link in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// It sets a new password.
    NewPassword,
    /// It confirms an address.
    Address,
    /// It makes an account.
    Account,
    /// It makes an account for somebody whom an operator invited.
    Invitation,
}

/// The name of the item that stands for a link: the hash of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkName([u8; 32]);

/// A link in a mail, before it is sealed: its content, and its random bits.
pub struct MailedLink {
    bytes: Vec<u8>,
    name: LinkName,
}

impl LinkPurpose {
    /// The byte by which hashes of links with different purposes differ.
    const fn byte(self) -> u8 {
        match self {
            Self::NewPassword => 1,
            Self::Address => 2,
            Self::Account => 3,
            Self::Invitation => 4,
        }
    }
}

impl MailedLink {
    /// A new link with this content, and 256 random bits.
    pub fn new(purpose: LinkPurpose, content: &[u8], bits: [u8; BITS]) -> Self {
        Self::of(purpose, [content, &bits].concat())
    }

    /// Reads the bytes that were sealed into a link. One without random bits is none.
    pub fn from_bytes(purpose: LinkPurpose, bytes: &[u8]) -> Option<Self> {
        (bytes.len() > BITS).then(|| Self::of(purpose, bytes.to_vec()))
    }

    fn of(purpose: LinkPurpose, bytes: Vec<u8>) -> Self {
        let hash = Sha256::new().chain_update([purpose.byte()]).chain_update(&bytes).finalize();
        Self { bytes, name: LinkName(hash.into()) }
    }

    /// The bytes that are sealed into the link.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content of the link, without its random bits.
    pub fn content(&self) -> &[u8] {
        let (content, _) = self.bytes.split_at(self.bytes.len().saturating_sub(BITS));
        content
    }

    /// The name of the item that stands for the link until it is used.
    pub const fn name(&self) -> LinkName {
        self.name
    }
}

impl fmt::Debug for MailedLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MailedLink({})", self.name)
    }
}

impl fmt::Display for LinkName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c235_the_name_of_a_link_depends_on_its_bits_its_content_and_its_purpose() {
        let link = MailedLink::new(LinkPurpose::NewPassword, b"ada", [7; BITS]);
        let read = MailedLink::from_bytes(LinkPurpose::NewPassword, link.as_bytes()).unwrap();
        assert_eq!((read.name(), read.content()), (link.name(), &b"ada"[..]));
        for other in [
            MailedLink::new(LinkPurpose::NewPassword, b"ada", [8; BITS]),
            MailedLink::new(LinkPurpose::NewPassword, b"bob", [7; BITS]),
            MailedLink::new(LinkPurpose::Address, b"ada", [7; BITS]),
            MailedLink::new(LinkPurpose::Account, b"ada", [7; BITS]),
            MailedLink::new(LinkPurpose::Invitation, b"ada", [7; BITS]),
        ] {
            assert_ne!(other.name(), link.name(), "{other:?}");
        }
        assert!(!format!("{link:?}").contains("BwcHBwcH") && !link.name().to_string().contains("BwcHBwcH"));
        // Links of earlier versions have their content alone.
        assert!(MailedLink::from_bytes(LinkPurpose::Invitation, &[7; 16]).is_none());
    }
}
