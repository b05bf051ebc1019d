//! Clients: the services and apps that get tokens.

use std::collections::BTreeSet;
use std::fmt;

use protocol::{ClientId, GrantType, RedirectUri, Resource, ResponseType, Scope};
use subtle::ConstantTimeEq;

use crate::client::public_keys::ClientKeys;
use crate::client::relying_party::RelyingParty;
use crate::client::self_registration::SelfRegistration;
use crate::terms::api::SigningAlgorithm;
use crate::terms::time::Timestamp;

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name on the wire.
    pub id: ClientId,
    /// Its name for people.
    pub name: String,
    /// The one way in which it authenticates.
    pub auth_method: AuthMethod,
    /// Its secrets: two at most, while it rotates.
    pub secrets: Vec<StoredSecret>,
    /// The grant types it may use.
    pub grant_types: BTreeSet<GrantType>,
    /// Where answers for it may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// The most it may have; `None` is all that its APIs offer.
    pub scope: Option<Scope>,
    /// The APIs it may have tokens for.
    pub apis: Vec<Resource>,
    /// For how many of them one token may be.
    pub audience: AudienceRule,
    /// Whether it must use PKCE.
    pub pkce: PkceRule,
    /// The APIs in whose name it may introspect.
    pub introspects: Vec<Resource>,
    /// The keys that verify its assertions.
    pub keys: Option<ClientKeys>,
    /// The one algorithm of its assertions (`token_endpoint_auth_signing_alg`); `None` is any that its keys are for.
    pub assertion_algorithm: Option<SigningAlgorithm>,
    /// Whether its assertions must have the issuer as their one audience.
    pub strict_audience: bool,
    /// What it asked for as a relying party of OpenID Connect.
    pub relying_party: RelyingParty,
    /// How it registered itself; `None` for one that an operator registered.
    pub registered_by: Option<SelfRegistration>,
    /// Whether people need not be asked for consent: it is the operator's own app.
    pub trusted: bool,
    /// Whether it is switched off.
    pub disabled: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// How a client authenticates (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// `client_secret_basic`.
    SecretBasic,
    /// `client_secret_post`.
    SecretPost,
    /// `client_secret_jwt`: an assertion with HS256.
    ClientSecretJwt,
    /// `private_key_jwt`: an assertion with a key of its own.
    PrivateKeyJwt,
    /// `none`: a public client.
    None,
}

/// Whether a client must send a code challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PkceRule {
    /// Always.
    #[default]
    Required,
    /// Always, except that a confidential client may send a `nonce` instead when it asks for `openid` (RFC 9700 §2.1.1).
    Nonce,
    /// Only for confidential clients: one that does not know PKCE may do without.
    Optional,
}

/// For how many APIs one access token of a client may be. The issuer, which is beside any API, does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AudienceRule {
    /// One: a client of several APIs names it with `resource` (RFC 9700 §2.3, RFC 9068 §5).
    #[default]
    One,
    /// All that are asked for, or that the scope leads to.
    All,
}

/// The keyed hash of a client secret (HMAC-SHA-256).
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

/// What a secret is derived from, beside a key of the master: 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretSalt([u8; 16]);

/// A client secret as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// What is kept of it.
    pub kept: KeptSecret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is kept of a secret. Neither tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptSecret {
    /// Its keyed hash: it is shown to be compared.
    Digest(SecretDigest),
    /// What it is derived from again: it is never shown, it signs.
    Salt(SecretSalt),
}

impl Client {
    /// Whether it authenticates at all (RFC 6749 §2.1).
    pub fn is_confidential(&self) -> bool {
        self.auth_method != AuthMethod::None
    }

    /// Whether it may ask the authorization endpoint for this. One that registered itself said for what it asks
    /// (RFC 7591 §2, `response_types`); any other one may ask for all that its grant types give.
    pub fn may_ask_for(&self, response_type: ResponseType) -> bool {
        let registered = self.registered_by.as_ref().is_none_or(|by| by.response_types.contains(&response_type));
        registered && self.may_use(response_type.grant_type())
    }

    /// Whether it may use `grant_type`.
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }
}

impl AuthMethod {
    /// Every method there is.
    pub const ALL: [Self; 5] =
        [Self::SecretBasic, Self::SecretPost, Self::ClientSecretJwt, Self::PrivateKeyJwt, Self::None];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// The method named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// Whether a client of it has secrets.
    pub const fn has_secret(self) -> bool {
        match self {
            Self::SecretBasic | Self::SecretPost | Self::ClientSecretJwt => true,
            Self::PrivateKeyJwt | Self::None => false,
        }
    }
}

impl StoredSecret {
    /// One that is shown to be compared.
    pub const fn hashed(digest: SecretDigest, created_at: Timestamp) -> Self {
        Self { kept: KeptSecret::Digest(digest), created_at }
    }

    /// One that signs.
    pub const fn derived(salt: SecretSalt, created_at: Timestamp) -> Self {
        Self { kept: KeptSecret::Salt(salt), created_at }
    }
}

impl SecretSalt {
    /// Takes 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bits.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl PkceRule {
    /// `required`, `nonce` or `optional`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Nonce => "nonce",
            Self::Optional => "optional",
        }
    }

    /// The rule named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Required, Self::Nonce, Self::Optional].into_iter().find(|known| known.as_str() == text)
    }
}

impl AudienceRule {
    /// `one` or `all`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::All => "all",
        }
    }

    /// The rule named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::One, Self::All].into_iter().find(|known| known.as_str() == text)
    }
}

impl SecretDigest {
    /// Takes a keyed hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, for the table.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretDigest {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretDigest {}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretDigest(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_rules_have_the_names_of_rfc_7591_and_the_settings() {
        let names = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
        assert_eq!(AuthMethod::ALL.map(AuthMethod::as_str), names);
        assert_eq!(names.map(AuthMethod::parse), AuthMethod::ALL.map(Some));
        assert_eq!(["tls_client_auth", "None", ""].map(AuthMethod::parse), [None; 3]);
        let (rules, names) =
            ([PkceRule::Required, PkceRule::Nonce, PkceRule::Optional], ["required", "nonce", "optional"]);
        assert_eq!((rules.map(PkceRule::as_str), names.map(PkceRule::parse)), (names, rules.map(Some)));
        assert_eq!(PkceRule::parse("never"), None);
        let rules = [AudienceRule::One, AudienceRule::All];
        assert_eq!(rules.map(AudienceRule::as_str), ["one", "all"]);
        assert_eq!(["one", "all", "two"].map(AudienceRule::parse), [Some(rules[0]), Some(rules[1]), None]);
    }

    #[test]
    fn a_digest_is_not_shown() {
        let digest = SecretDigest::from_bytes([65; 32]);
        assert_eq!(format!("{digest:?}"), "SecretDigest(..)");
        assert_eq!(digest.as_bytes(), &[65; 32]);
    }
}
