//! Aliases: the names that identify a person.
//!
//! A person is a random id. Every name of a person is an item of its own, created only if none exists, so that two
//! people never share a name and a rename moves one. The prefix of the key is the kind of name. Login names are the
//! only kind so far; addresses, identities at other providers and credential ids can be added.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Username;
use sha2::{Digest, Sha256};

/// The key of an alias: its kind, and half of SHA-256 of the normalized name, so that the key does not reveal the
/// name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasKey(String);

impl AliasKey {
    /// The alias of a login name, which ignores upper and lower case.
    pub fn login(username: &Username) -> Self {
        Self::new("login", &username.normalized())
    }

    fn new(kind: &str, name: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(name).into();
        let (half, _) = digest.split_at(16);
        Self(format!("{kind}#{}", URL_SAFE_NO_PAD.encode(half)))
    }

    /// The key of the alias's item.
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
