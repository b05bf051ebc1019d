//! Aliases: the names that lead to a person.
//!
//! A person is a random id. Every name that leads to it is an item of its own, put where there is none, so that two
//! people never share one and a rename moves one. A kind of name is a prefix: login names now; addresses, identities at
//! other providers and credential ids have room beside them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Username;
use sha2::{Digest, Sha256};

/// The key of an alias: its kind, and half of SHA-256 of the name in its one form, so that a key tells no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasKey(String);

impl AliasKey {
    /// A name to sign in with; upper and lower case are one.
    pub fn login(username: &Username) -> Self {
        Self::new("login", &username.normalized())
    }

    fn new(kind: &str, name: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(name).into();
        let (half, _) = digest.split_at(16);
        Self(format!("{kind}#{}", URL_SAFE_NO_PAD.encode(half)))
    }

    /// The key of its item.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c131_an_alias_is_one_for_each_name_whatever_its_case_and_tells_no_name() {
        let key = |name: &str| AliasKey::login(&Username::parse(name).unwrap());
        assert_eq!(key("Ada"), key("ada"));
        assert_ne!(key("ada"), key("bob"));
        assert!(key("ada").as_str().starts_with("login#") && !key("ada").as_str().contains("ada"));
    }
}
