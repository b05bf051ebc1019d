//! Clients: the services and apps that get tokens.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    AssertionTarget, Claims, ClientId, ClientLink, GrantType, LanguageTag, LinkUrl, LogoFacts, RedirectUri, Resource,
    ResponseType, Scope,
};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::audience_rule::AudienceRule;
use crate::client::federation::Federation;
use crate::client::profile::Profile;
use crate::client::public_keys::ClientKeys;
use crate::client::relying_party::RelyingParty;
use crate::client::request_rules::RequestRules;
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
    /// Its display name in some languages, for people who read pages in them (`client_name#LANGUAGE`, RFC 7591 §2.2).
    pub name_in: BTreeMap<LanguageTag, String>,
    /// Its security profile, which only an operator sets.
    pub profile: Profile,
    /// The way in which it authenticates.
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
    /// The rules for its authorization requests.
    pub requests: RequestRules,
    /// The APIs on whose behalf it may introspect tokens.
    pub introspects: Vec<Resource>,
    /// The clients that may act with its access tokens, besides the APIs that these are for (`may_act`, RFC 8693 §4.4).
    pub may_act: Vec<ClientId>,
    /// The authorization servers of others for which it gets identity assertions (ID-JAG).
    pub assertion_targets: Vec<AssertionTarget>,
    /// The algorithm of its signed introspection responses (`introspection_signed_response_alg`, RFC 9701 §6).
    pub introspection_algorithm: SigningAlgorithm,
    /// The keys that verify its assertions.
    pub keys: Option<ClientKeys>,
    /// The rule by which tokens of another issuer authenticate it, instead of assertions that it signs itself.
    pub federation: Option<Federation>,
    /// The only algorithm for its assertions (`token_endpoint_auth_signing_alg`); `None` means any that its keys
    /// or its secret fit.
    pub assertion_algorithm: Option<AssertionAlgorithm>,
    /// `true` if its assertions must have the issuer as their only audience.
    pub strict_audience: bool,
    /// The rule on whether it must prove the key of its access tokens.
    pub dpop: DpopRule,
    /// The claims in the tokens that it gets for itself: roles, groups and custom ones.
    pub claims: Claims,
    /// Its settings as an OpenID Connect relying party.
    pub relying_party: RelyingParty,
    /// The links that the operator gave; [`Client::link`] returns those of each client.
    pub links: BTreeMap<ClientLink, LinkUrl>,
    /// The facts of its logo, which is stored apart.
    pub logo: Option<LogoFacts>,
    /// The details of its self-registration; `None` if an operator registered it.
    pub registered_by: Option<SelfRegistration>,
    /// `true` for the operator's own app: people are not asked for consent.
    pub trusted: bool,
    /// `true` if the operator disabled it.
    pub disabled: bool,
    /// The time of its registration.
    pub created_at: Timestamp,
    /// The number of changes that operators made to its settings. A change of settings rests on the one before it.
    pub revision: u32,
}

/// The ways a client can authenticate (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// A secret in the header or in the body, for a client whose registration names no method. RFC 7591 §2 then
    /// calls it `client_secret_basic`, and libraries choose either place by themselves.
    Secret,
    /// `client_secret_basic`: a secret in the HTTP `Authorization` header.
    SecretBasic,
    /// `client_secret_post`: a secret in the request body.
    SecretPost,
    /// `client_secret_jwt`: an assertion signed with the client's secret.
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

/// The rule on whether a client gets access tokens without a DPoP proof (RFC 9449 §5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DpopRule {
    /// Its tokens are bound to a key if it sends a proof.
    #[default]
    Optional,
    /// It gets no token without a proof (`dpop_bound_access_tokens`).
    Required,
}

impl DpopRule {
    /// The rule that a registration asks for with `dpop_bound_access_tokens`.
    pub const fn of(required: bool) -> Self {
        if required { Self::Required } else { Self::Optional }
    }
}

impl Client {
    /// Creates a client named like its id, with the default of each setting: it authenticates with a secret, must use
    /// PKCE, and may do nothing yet.
    pub fn new(id: ClientId, created_at: Timestamp) -> Self {
        Self {
            name: id.to_string(),
            name_in: BTreeMap::new(),
            id,
            profile: Profile::default(),
            auth_method: AuthMethod::Secret,
            secrets: Vec::new(),
            grant_types: BTreeSet::new(),
            redirect_uris: Vec::new(),
            scope: None,
            apis: Vec::new(),
            audience: AudienceRule::default(),
            pkce: PkceRule::default(),
            requests: RequestRules::default(),
            introspects: Vec::new(),
            may_act: Vec::new(),
            assertion_targets: Vec::new(),
            introspection_algorithm: SigningAlgorithm::Rs256,
            keys: None,
            federation: None,
            assertion_algorithm: None,
            strict_audience: false,
            dpop: DpopRule::default(),
            claims: Claims::default(),
            relying_party: RelyingParty::default(),
            links: BTreeMap::new(),
            logo: None,
            registered_by: None,
            trusted: false,
            disabled: false,
            created_at,
            revision: 0,
        }
    }

    /// The algorithms for which the server needs a signing key because of the client.
    pub fn algorithms(&self) -> Vec<SigningAlgorithm> {
        let of_introspection = (!self.introspects.is_empty()).then_some(self.introspection_algorithm);
        let of_responses = self.requests.response_algorithm;
        self.relying_party.algorithms().into_iter().chain(of_responses).chain(of_introspection).collect()
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
    /// All authentication methods that a client can name.
    pub const ALL: [Self; 5] =
        [Self::SecretBasic, Self::SecretPost, Self::ClientSecretJwt, Self::PrivateKeyJwt, Self::None];

    /// The registered name of the method; a client that named none is told the default.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret | Self::SecretBasic => "client_secret_basic",
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

    /// The names of the methods that authenticate a client which is registered for this one.
    pub fn accepted(self) -> Vec<&'static str> {
        if self == Self::Secret {
            vec![Self::SecretBasic.as_str(), Self::SecretPost.as_str()]
        } else {
            vec![self.as_str()]
        }
    }

    /// The method of a client with this one after it registered again with `next`. A client that sends back the
    /// default which it was told (RFC 7592 §2.2) still names no method.
    #[must_use]
    pub const fn replaced_by(self, next: Self) -> Self {
        match (self, next) {
            (Self::Secret, Self::SecretBasic) => Self::Secret,
            (_, next) => next,
        }
    }

    /// Returns whether clients with this method have secrets.
    pub const fn has_secret(self) -> bool {
        match self {
            Self::Secret | Self::SecretBasic | Self::SecretPost | Self::ClientSecretJwt => true,
            Self::PrivateKeyJwt | Self::None => false,
        }
    }
}

impl PkceRule {
    /// The rule for a client of which nothing else was said: PKCE, or where it authenticates a `nonce` instead.
    pub fn usual(auth_method: AuthMethod) -> Self {
        if auth_method == AuthMethod::None { Self::Required } else { Self::Nonce }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_rules_have_the_names_of_rfc_7591_and_the_settings() {
        let names = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
        assert_eq!(AuthMethod::ALL.map(AuthMethod::as_str), names);
        assert_eq!(names.map(AuthMethod::parse), AuthMethod::ALL.map(Some));
        assert_eq!(["tls_client_auth", "None", ""].map(AuthMethod::parse), [None; 3]);
        for method in AuthMethod::ALL {
            assert_eq!(method.accepted(), [method.as_str()]);
        }
        let (rules, names) =
            ([PkceRule::Required, PkceRule::Nonce, PkceRule::Optional], ["required", "nonce", "optional"]);
        assert_eq!((rules.map(PkceRule::as_str), names.map(PkceRule::parse)), (names, rules.map(Some)));
        assert_eq!(PkceRule::parse("never"), None);
        for method in AuthMethod::ALL {
            let expected = if method == AuthMethod::None { PkceRule::Required } else { PkceRule::Nonce };
            assert_eq!(PkceRule::usual(method), expected, "{method:?}");
        }
    }

    #[test]
    fn c175_a_client_that_names_no_method_is_told_the_default_and_may_send_it_back() {
        let unnamed = AuthMethod::Secret;
        assert_eq!(Client::new(ClientId::parse("app").unwrap(), Timestamp::from_seconds(1)).auth_method, unnamed);
        assert_eq!(unnamed.as_str(), "client_secret_basic");
        assert_eq!(unnamed.accepted(), ["client_secret_basic", "client_secret_post"]);
        assert_eq!(unnamed.replaced_by(AuthMethod::SecretBasic), unnamed);
        for before in AuthMethod::ALL {
            for next in AuthMethod::ALL {
                assert_eq!(before.replaced_by(next), next);
            }
            assert_eq!(before.replaced_by(unnamed), unnamed);
        }
        for next in AuthMethod::ALL.into_iter().filter(|next| *next != AuthMethod::SecretBasic) {
            assert_eq!(unnamed.replaced_by(next), next);
        }
    }
}
