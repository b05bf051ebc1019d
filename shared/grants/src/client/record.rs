//! Clients: the services and apps that get tokens.

use std::collections::BTreeSet;

use protocol::{ClientId, GrantType, RedirectUri, Resource, ResponseType, Scope};

use crate::client::public_keys::ClientKeys;
use crate::client::relying_party::RelyingParty;
use crate::client::self_registration::SelfRegistration;
use crate::terms::api::SigningAlgorithm;
use crate::terms::secret::StoredSecret;
use crate::terms::time::Timestamp;

/// A registered client, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The `client_id` sent in requests.
    pub id: ClientId,
    /// The display name shown to people.
    pub name: String,
    /// The only way in which it authenticates.
    pub auth_method: AuthMethod,
    /// Its secrets: at most two, while the client changes over to a new one.
    pub secrets: Vec<StoredSecret>,
    /// The grant types it may use.
    pub grant_types: BTreeSet<GrantType>,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<RedirectUri>,
    /// The most scope it may have; `None` means all that its APIs offer.
    pub scope: Option<Scope>,
    /// The APIs it may have tokens for.
    pub apis: Vec<Resource>,
    /// The number of APIs that one access token may be for.
    pub audience: AudienceRule,
    /// The rule on whether it must use PKCE.
    pub pkce: PkceRule,
    /// The APIs on whose behalf it may introspect tokens.
    pub introspects: Vec<Resource>,
    /// The keys that verify its assertions.
    pub keys: Option<ClientKeys>,
    /// The only algorithm for its assertions (`token_endpoint_auth_signing_alg`); `None` means any that its keys
    /// fit.
    pub assertion_algorithm: Option<SigningAlgorithm>,
    /// `true` if its assertions must have the issuer as their only audience.
    pub strict_audience: bool,
    /// Its settings as an OpenID Connect relying party.
    pub relying_party: RelyingParty,
    /// The details of its self-registration; `None` if an operator registered it.
    pub registered_by: Option<SelfRegistration>,
    /// `true` for the operator's own app: people are not asked for consent.
    pub trusted: bool,
    /// `true` if the operator disabled it.
    pub disabled: bool,
    /// The time of its registration.
    pub created_at: Timestamp,
}

/// The ways a client can authenticate (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// `client_secret_basic`: a secret in the HTTP `Authorization` header.
    SecretBasic,
    /// `client_secret_post`: a secret in the request body.
    SecretPost,
    /// `client_secret_jwt`: an assertion signed with HS256.
    ClientSecretJwt,
    /// `private_key_jwt`: an assertion signed with the client's own key.
    PrivateKeyJwt,
    /// `none`: a public client, which does not authenticate.
    None,
}

/// The rule on whether a client must send a code challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PkceRule {
    /// PKCE is always required.
    #[default]
    Required,
    /// Always, except that a confidential client may send a `nonce` instead when it requests `openid` (RFC 9700
    /// §2.1.1).
    Nonce,
    /// A confidential client may omit PKCE; a public client must use it.
    Optional,
}

/// The number of APIs that one access token of a client may be for. The issuer does not count: it can be added to
/// any API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AudienceRule {
    /// One API: a client with several APIs names one with `resource` (RFC 9700 §2.3, RFC 9068 §5).
    #[default]
    One,
    /// All APIs that the request names or that the scope belongs to.
    All,
}

impl Client {
    /// Creates a client named like its id, with the default of each setting: it authenticates with a secret, must use
    /// PKCE, and may do nothing yet.
    pub fn new(id: ClientId, created_at: Timestamp) -> Self {
        Self {
            name: id.to_string(),
            id,
            auth_method: AuthMethod::SecretBasic,
            secrets: Vec::new(),
            grant_types: BTreeSet::new(),
            redirect_uris: Vec::new(),
            scope: None,
            apis: Vec::new(),
            audience: AudienceRule::default(),
            pkce: PkceRule::default(),
            introspects: Vec::new(),
            keys: None,
            assertion_algorithm: None,
            strict_audience: false,
            relying_party: RelyingParty::default(),
            registered_by: None,
            trusted: false,
            disabled: false,
            created_at,
        }
    }

    /// Returns whether the client authenticates at all (RFC 6749 §2.1).
    pub fn is_confidential(&self) -> bool {
        self.auth_method != AuthMethod::None
    }

    /// Returns whether the client may request this response type at the authorization endpoint. A self-registered
    /// client is limited to the response types it registered (RFC 7591 §2, `response_types`); any other client may
    /// request all that its grant types allow.
    pub fn may_ask_for(&self, response_type: ResponseType) -> bool {
        let registered = self.registered_by.as_ref().is_none_or(|by| by.response_types.contains(&response_type));
        registered && self.may_use(response_type.grant_type())
    }

    /// Returns the scope of a request without `scope`, if the client registered one that is narrower than what it may
    /// have.
    pub(crate) fn registered_scope(&self) -> Option<&Scope> {
        self.registered_by.as_ref().and_then(|by| by.scope.as_ref())
    }

    /// Returns whether the client may use `grant_type`.
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }
}

impl AuthMethod {
    /// All supported authentication methods.
    pub const ALL: [Self; 5] =
        [Self::SecretBasic, Self::SecretPost, Self::ClientSecretJwt, Self::PrivateKeyJwt, Self::None];

    /// The registered name of the method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// Finds the method named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// Returns whether clients with this method have secrets.
    pub const fn has_secret(self) -> bool {
        match self {
            Self::SecretBasic | Self::SecretPost | Self::ClientSecretJwt => true,
            Self::PrivateKeyJwt | Self::None => false,
        }
    }
}

impl PkceRule {
    /// The name of the rule: `required`, `nonce` or `optional`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Nonce => "nonce",
            Self::Optional => "optional",
        }
    }

    /// Finds the rule named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Required, Self::Nonce, Self::Optional].into_iter().find(|known| known.as_str() == text)
    }
}

impl AudienceRule {
    /// The name of the rule: `one` or `all`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::All => "all",
        }
    }

    /// Finds the rule named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::One, Self::All].into_iter().find(|known| known.as_str() == text)
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
}
