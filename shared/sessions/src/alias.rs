//! Aliases: the names that identify a person.
//!
//! A person is a random id. Every name of a person is an item of its own, created only if none exists, so that two
//! people never share a name and a rename moves one. The prefix of the key is the kind of name: login names, confirmed
//! addresses, identities at other providers, and passkeys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{EmailAddress, IssuerUrl, Username};
use sha2::{Digest, Sha256};

use crate::PasskeyId;

/// The key of an alias: its kind, and half of SHA-256 of the normalized name, so that the key does not reveal the
/// name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasKey(String);

impl AliasKey {
    /// The alias of a login name, which ignores upper and lower case, and how letters are composed.
    pub fn login(username: &Username) -> Self {
        Self::new("login", &username.normalized())
    }

    /// Every alias under which a login name may be stored: that of [`login`](Self::login), and those that earlier versions
    /// made, if they differ.
    pub fn all_of(username: &Username) -> Vec<Self> {
        let former = username.former().into_iter().map(|former| Self::new("login", &former));
        std::iter::once(Self::login(username)).chain(former).collect()
    }

    /// The alias of a confirmed address, which ignores upper and lower case. It leads to the person only as long as the
    /// address is the person's confirmed one.
    pub fn email(address: &EmailAddress) -> Self {
        Self::new("email", &address.normalized())
    }

    /// The alias of a subject of another issuer, or of one of its tenants. Somebody else chooses the subject, so the whole
    /// hash is the key. No URL, tenant or subject contains a line break.
    pub fn of_issuer(issuer: &IssuerUrl, tenant: Option<&str>, subject: &str) -> Self {
        let text = match tenant {
            None => format!("{issuer}\n{subject}"),
            Some(tenant) => format!("{issuer}\n{tenant}\n{subject}"),
        };
        Self(format!("identity#{}", URL_SAFE_NO_PAD.encode(Sha256::digest(text))))
    }

    /// The alias of a passkey, by the hash of its credential id.
    pub fn of_passkey(id: &PasskeyId) -> Self {
        Self(format!("passkey#{id}"))
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

    #[test]
    fn c226_a_subject_is_that_of_its_issuer_alone() {
        let key = |issuer: &str, tenant: Option<&str>, subject: &str| {
            AliasKey::of_issuer(&IssuerUrl::parse(issuer).unwrap(), tenant, subject)
        };
        let idp = "https://idp.example";
        let one = key(idp, None, "ana");
        assert_eq!(one, key(idp, None, "ana"));
        let others = [
            key(idp, None, "Ana"),
            key("https://other.example", None, "ana"),
            key(idp, Some("acme"), "ana"),
            key(idp, Some("other"), "ana"),
            key(idp, Some("ana"), "ana"),
        ];
        let all: std::collections::BTreeSet<&str> = others.iter().chain([&one]).map(AliasKey::as_str).collect();
        assert_eq!(all.len(), 6);
        assert!(one.as_str().starts_with("identity#") && one.as_str().len() == 52);
    }
}
