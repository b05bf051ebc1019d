//! The rules for what may be registered.

use std::collections::BTreeMap;

use protocol::{ClaimNames, Claims, GrantType, Localized, MAX_LANGUAGES, Resource, Scope};

use crate::client::name::is_name;
use crate::client::profile::ProfileFault;
use crate::client::record::{AuthMethod, Client, DpopRule, PkceRule};
use crate::registration::descriptions::VariantFault;
use crate::terms::api::{Api, MAX_LIFETIME, SigningAlgorithm, TokenFormat, TokenType};
use crate::terms::time::Seconds;

/// The most APIs of a client.
pub(crate) const MAX_APIS: usize = 15;

/// The most bytes that the identifier, the scope and the claims of an API add to an access token. With the signature of
/// RS256 and the claims that every token has, in base64url, the token stays below 4 KB.
const MAX_OF_API_BYTES: usize = 2_200;

/// An API to be registered.
#[derive(Clone, Debug)]
pub struct NewApi {
    /// The identifier, which is `aud` of its tokens.
    pub identifier: Resource,
    /// The scope tokens the API offers.
    pub scope: Scope,
    /// The meanings of some of its scope tokens, for the consent page.
    pub scope_descriptions: BTreeMap<String, Localized>,
    /// The algorithm that signs its JWTs.
    pub algorithm: SigningAlgorithm,
    /// The format of its access tokens.
    pub format: TokenFormat,
    /// The `typ` of its JWTs.
    pub token_type: TokenType,
    /// The claims about the person that its access tokens contain, and that introspection tells it.
    pub claims: ClaimNames,
    /// The lifetime of its access tokens, in seconds.
    pub lifetime: Seconds,
}

/// The reasons why a client or an API cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The name is blank, too long, or has invisible characters, or a variant of it is; or it has too many.
    #[error(
        "the name must have 1 to 100 characters, and none that is invisible or changes the direction of writing; so must its variants in other languages, which are 20 at most"
    )]
    Name,
    /// The client has no grant type and introspects nothing.
    #[error("give the client at least one grant type (--grant), or an API to introspect for (--introspects)")]
    NothingToDo,
    /// RFC 6749 §4.4: client credentials are for confidential clients.
    #[error("a client without a secret (auth method none) cannot use client_credentials")]
    PublicService,
    /// The actor of an exchanged token, and the client of an identity assertion, must be certain.
    #[error("a client without a secret (auth method none) cannot use token-exchange and jwt-bearer")]
    PublicExchange,
    /// An exchanged token is for one of the client's APIs.
    #[error("token-exchange needs an API (--api), or another authorization server (--id-jag)")]
    ExchangeWithoutApi,
    /// RFC 7662 §2.1: the caller of introspection must be authenticated.
    #[error("a client without a secret (auth method none) cannot introspect")]
    PublicIntrospection,
    /// RFC 9700 §2.1.1: public clients must use PKCE.
    #[error(
        "a client without a secret (auth method none) must use PKCE: --pkce nonce and optional are for confidential clients"
    )]
    PublicWithoutPkce,
    /// RFC 6749 §3.1.2.2: a client of the authorization endpoint needs a redirect URI.
    #[error("authorization_code and implicit need at least one redirect URI (--redirect-uri)")]
    RedirectUriMissing,
    /// The grant type `refresh_token` needs one that issues refresh tokens, such as `authorization_code`.
    #[error("refresh_token comes with a person's grant: add --grant authorization_code")]
    RefreshAlone,
    /// RFC 7591 §2: nothing else could verify its assertions.
    #[error(
        "private_key_jwt needs the client's public keys (--jwks FILE or --jwks-uri URL), or the issuer of its tokens (--federated NAME --subject SUB)"
    )]
    KeysMissing,
    /// A client authenticates with its own assertions or with tokens of another issuer, and not with both.
    #[error(
        "a client has either keys of its own (--jwks, --jwks-uri) or the issuer of its tokens (--federated), with auth method private_key_jwt"
    )]
    FederatedWithKeys,
    /// No key of the client fits the registered algorithm.
    #[error("neither a key nor the secret of the client is for this algorithm of assertions")]
    AlgorithmWithoutKey,
    /// RFC 9449 binds tokens of the token endpoint only.
    #[error("--dpop-bound-access-tokens does not go with the grant implicit: its tokens cannot be bound to a key")]
    ImplicitUnbound,
    /// The password grant knows nothing but passwords.
    #[error("--require-factor does not go with the grant password: it takes a password alone")]
    FactorByPassword,
    /// A token names its APIs in a 16-bit mask, and one of them is the issuer.
    #[error("a client has at most 15 APIs")]
    TooManyApis,
    /// Each of them is a place that this server may be made to ask.
    #[error("a client has at most 32 request URIs (--request-uri)")]
    TooManyRequestUris,
    /// A self-registered client cannot be trusted without consent.
    #[error("a client that registered itself cannot be trusted")]
    TrustsItself,
    /// The next change of its own registration would undo the operator's.
    #[error(
        "a client that registered itself has the settings of its registration: its initial access token and JETON_REGISTRATION_PKCE decide on PKCE"
    )]
    ChangesItself,
    /// Nothing would ever contain the claims.
    #[error("--claim is for clients that get tokens of their own: add --grant client_credentials")]
    ClaimsWithoutService,
    /// A service is not a person, and must not be taken for one.
    #[error("a client can only have roles, groups and custom claims; name, email and so on are for people")]
    ClaimsOfPerson,
    /// A file of `jeton apply` could not describe the client.
    #[error(
        "a claim of a client has no null inside, because the files of `jeton apply` have none: leave that member out"
    )]
    NullInClaims,
    /// The registration endpoint may write every client with such an id.
    #[error("client ids that start with dyn_ are reserved for clients that register themselves: choose another")]
    ReservedId,
    /// A description of a scope token is blank, too long, or has invisible characters, or the token is not offered.
    #[error(
        "a scope is described with 1 to 100 characters, and none that is invisible or changes the direction of writing"
    )]
    ScopeDescription,
    /// The variants of descriptions by language break a rule.
    #[error(transparent)]
    Variants(#[from] VariantFault),
    /// The client breaks a rule of its profile.
    #[error(transparent)]
    Profile(#[from] ProfileFault),
    /// The scope contains one of OpenID Connect, which the issuer offers too: it would be unclear which of the two a
    /// client gets.
    #[error(
        "openid, profile, email, address, phone, offline_access, roles and groups are scopes of OpenID Connect: give the API one of its own, such as orders.roles"
    )]
    IdentityScope,
    /// An access token with all that the API offers would be larger than 4 KB.
    #[error(
        "access tokens for this API could be larger than 4 KB: identifier and scope may take 2200 bytes together, and 664 if its tokens have claims of the person (--claims)"
    )]
    TokenTooLarge,
    /// The lifetime is zero, or longer than a retired key stays published.
    #[error("the lifetime must be between 1 second and 86400 seconds (24 hours)")]
    Lifetime,
}

impl Client {
    /// Checks a client that is to be registered, and returns it in the form to store.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different.
    pub fn register(self) -> Result<Self, RegistrationError> {
        self.check()?;
        Ok(self.listing_each_once())
    }

    pub(crate) fn check(&self) -> Result<(), RegistrationError> {
        self.faults().next().map_or(Ok(()), Err)
    }

    /// Checks a change of the client `before`. A fault that it had before, by a rule that came later, does not stop a
    /// change of another part.
    pub(crate) fn check_change_of(&self, before: &Self) -> Result<(), RegistrationError> {
        let old: Vec<_> = before.faults().filter(|fault| !self.differs_in(*fault, before)).collect();
        self.faults().find(|fault| !old.contains(fault)).map_or(Ok(()), Err)
    }

    /// Returns whether the part that a fault is in differs from that of `before`.
    fn differs_in(&self, fault: RegistrationError, before: &Self) -> bool {
        use RegistrationError as E;
        match fault {
            E::Name => (&self.name, &self.name_in) != (&before.name, &before.name_in),
            E::NothingToDo | E::PublicService | E::RefreshAlone | E::PublicExchange => {
                self.grant_types != before.grant_types
            }
            E::ExchangeWithoutApi => {
                self.grant_types != before.grant_types || self.lists_no_target() != before.lists_no_target()
            }
            E::PublicIntrospection => self.introspects != before.introspects,
            E::PublicWithoutPkce => self.pkce != before.pkce,
            E::RedirectUriMissing => self.redirect_uris != before.redirect_uris,
            E::KeysMissing | E::FederatedWithKeys => {
                (&self.keys, &self.federation) != (&before.keys, &before.federation)
            }
            E::AlgorithmWithoutKey => {
                (self.assertion_algorithm, &self.keys) != (before.assertion_algorithm, &before.keys)
            }
            E::ImplicitUnbound => (self.dpop, &self.grant_types) != (before.dpop, &before.grant_types),
            E::FactorByPassword => {
                (self.relying_party.requires_factor, &self.grant_types)
                    != (before.relying_party.requires_factor, &before.grant_types)
            }
            E::TooManyApis => self.apis != before.apis,
            E::TooManyRequestUris => self.requests.uris != before.requests.uris,
            E::ClaimsWithoutService | E::ClaimsOfPerson | E::NullInClaims => self.claims != before.claims,
            E::TrustsItself => self.trusted != before.trusted,
            E::ReservedId | E::ChangesItself => false,
            E::Profile(_)
            | E::ScopeDescription
            | E::Variants(_)
            | E::IdentityScope
            | E::TokenTooLarge
            | E::Lifetime => true,
        }
    }

    /// Lists the rules that the client breaks.
    fn faults(&self) -> impl Iterator<Item = RegistrationError> {
        use RegistrationError as E;
        let public = self.auth_method == AuthMethod::None;
        let signs = self.auth_method == AuthMethod::PrivateKeyJwt;
        let uses = |grant_type| self.grant_types.contains(&grant_type);
        let redirected = uses(GrantType::AuthorizationCode) || uses(GrantType::Implicit);
        let refreshable =
            [GrantType::AuthorizationCode, GrantType::Password, GrantType::DeviceCode].into_iter().any(uses);
        let faults = [
            (!is_name(&self.name) || !self.name_in.values().all(|name| is_name(name)), E::Name),
            (self.name_in.len() > MAX_LANGUAGES, E::Name),
            (self.grant_types.is_empty() && self.introspects.is_empty(), E::NothingToDo),
            (public && uses(GrantType::ClientCredentials), E::PublicService),
            (public && (uses(GrantType::TokenExchange) || uses(GrantType::JwtBearer)), E::PublicExchange),
            (uses(GrantType::TokenExchange) && self.lists_no_target(), E::ExchangeWithoutApi),
            (public && !self.introspects.is_empty(), E::PublicIntrospection),
            (public && self.pkce != PkceRule::Required, E::PublicWithoutPkce),
            (redirected && self.redirect_uris.is_empty(), E::RedirectUriMissing),
            (uses(GrantType::RefreshToken) && !refreshable, E::RefreshAlone),
            (self.dpop == DpopRule::Required && uses(GrantType::Implicit), E::ImplicitUnbound),
            (self.relying_party.requires_factor && uses(GrantType::Password), E::FactorByPassword),
            (self.apis.len() > MAX_APIS, E::TooManyApis),
            (self.requests.has_too_many_uris(), E::TooManyRequestUris),
            (signs && self.keys.is_none() && self.federation.is_none(), E::KeysMissing),
            (self.federation.is_some() && (!signs || self.keys.is_some()), E::FederatedWithKeys),
            (!self.has_key_for_its_algorithm(), E::AlgorithmWithoutKey),
            (!self.claims.is_empty() && !uses(GrantType::ClientCredentials), E::ClaimsWithoutService),
            (self.claims != self.claims.for_access_tokens(), E::ClaimsOfPerson),
            (!self.claims.names_with_null().is_empty(), E::NullInClaims),
            (self.trusted && self.registered_by.is_some(), E::TrustsItself),
            (!self.has_id_of_its_registrant(), E::ReservedId),
        ];
        let faults = faults.into_iter().filter(|(found, _)| *found).map(|(_, error)| error);
        faults.chain(self.faults_of_profile().map(E::from))
    }
}

impl NewApi {
    /// Checks the API and returns it in the form to store.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different: the lifetime, the scope or its description.
    pub fn register(self) -> Result<Api, RegistrationError> {
        let api = self.into_api();
        api.check_scope()?;
        api.check_size()?;
        api.check_lifetime()?;
        api.check_descriptions()?;
        Ok(api)
    }

    fn into_api(self) -> Api {
        Api {
            identifier: self.identifier,
            scope: self.scope,
            scope_descriptions: self.scope_descriptions,
            algorithm: self.algorithm,
            format: self.format,
            token_type: self.token_type,
            claims: self.claims,
            lifetime: self.lifetime,
            is_issuer: false,
        }
    }
}

impl Api {
    /// Checks that it offers no scope of the issuer.
    pub(crate) fn check_scope(&self) -> Result<(), RegistrationError> {
        if self.scope.has_identity() { Err(RegistrationError::IdentityScope) } else { Ok(()) }
    }

    /// Checks the size of its access tokens.
    pub(crate) fn check_size(&self) -> Result<(), RegistrationError> {
        if self.bytes_in_tokens() > MAX_OF_API_BYTES { Err(RegistrationError::TokenTooLarge) } else { Ok(()) }
    }

    /// Returns the most bytes that it adds to an access token.
    pub(crate) fn bytes_in_tokens(&self) -> usize {
        let claims = if self.claims.is_empty() { 0 } else { Claims::MAX_BYTES_IN_TOKENS };
        self.identifier.as_str().len() + self.scope.as_str().len() + claims
    }

    /// Checks the lifetime of its access tokens.
    pub(crate) fn check_lifetime(&self) -> Result<(), RegistrationError> {
        if (1..=MAX_LIFETIME).contains(&self.lifetime) { Ok(()) } else { Err(RegistrationError::Lifetime) }
    }
}

#[cfg(test)]
mod tests {
    use crate::terms::secret::StoredSecret;
    use protocol::{AssertionTarget, ClientId, IdentityScope, LanguageTag, RequestUri, ServerUri};

    use super::*;
    use crate::client::assertion_algorithm::AssertionAlgorithm;
    use crate::client::document_copy::DocumentCopy;
    use crate::client::federation::Federation;
    use crate::client::public_keys::{ClientKey, ClientKeys, PublicKey};
    use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
    use crate::fixtures;
    use crate::terms::secret::SecretDigest;
    use crate::terms::time::Timestamp;

    /// More languages than those in which a client may have a name.
    const MANY: [&str; 21] = [
        "ar", "bn", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nl", "pl",
        "pt", "ru", "tr",
    ];

    /// Returns the same name in these languages.
    fn in_languages(tags: &[&str], name: &str) -> BTreeMap<LanguageTag, String> {
        tags.iter().map(|tag| (LanguageTag::parse(tag).unwrap(), name.to_owned())).collect()
    }

    fn ed25519() -> ClientKeys {
        let public = PublicKey::Ed25519([1; 32]);
        ClientKeys::Inline(vec![ClientKey { kid: None, algorithm: None, public }])
    }

    fn federation() -> Federation {
        let issuer = fixtures::platform().url;
        Federation { issuer, subject: "workload:orders".to_owned(), claims: BTreeMap::new() }
    }

    fn request_uris(count: usize) -> Vec<RequestUri> {
        vec![RequestUri::parse("https://app.example/request").unwrap(); count]
    }

    #[test]
    fn a_client_with_a_key_is_registered_with_the_algorithm_of_the_key_or_without() {
        for (keys, assertion_algorithm) in [
            (ed25519(), None),
            (ed25519(), Some(AssertionAlgorithm::EdDsa)),
            (ClientKeys::At(ServerUri::parse("https://app.example/keys").unwrap()), Some(AssertionAlgorithm::Es384)),
        ] {
            let auth_method = AuthMethod::PrivateKeyJwt;
            let new = Client { auth_method, keys: Some(keys.clone()), assertion_algorithm, ..fixtures::client() };
            let client = new.register().unwrap();
            assert_eq!((client.keys, client.assertion_algorithm), (Some(keys), assertion_algorithm));
        }
    }

    #[test]
    fn a_client_without_the_key_that_it_needs_is_refused() {
        use RegistrationError as E;
        let (rs256, hs512) = (Some(AssertionAlgorithm::Rs256), Some(AssertionAlgorithm::Hs512));
        for (auth_method, keys, assertion_algorithm, why) in [
            (AuthMethod::PrivateKeyJwt, None, None, E::KeysMissing),
            (AuthMethod::SecretBasic, None, rs256, E::AlgorithmWithoutKey),
            (AuthMethod::PrivateKeyJwt, Some(ed25519()), rs256, E::AlgorithmWithoutKey),
            (AuthMethod::PrivateKeyJwt, Some(ed25519()), hs512, E::AlgorithmWithoutKey),
            (AuthMethod::ClientSecretJwt, Some(ed25519()), rs256, E::AlgorithmWithoutKey),
            (AuthMethod::SecretPost, None, hs512, E::AlgorithmWithoutKey),
        ] {
            let new = Client { auth_method, keys, assertion_algorithm, ..fixtures::client() };
            assert_eq!(new.register().err(), Some(why));
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a row for each contradiction")]
    fn each_contradiction_is_refused() {
        type Spoil = fn(&mut Client);
        let rows: &[(Spoil, RegistrationError)] = &[
            (|c| c.dpop = DpopRule::Required, RegistrationError::ImplicitUnbound),
            (|c| c.id = ClientId::parse("dyn_x").unwrap(), RegistrationError::ReservedId),
            (|c| c.name = " ".to_owned(), RegistrationError::Name),
            (|c| c.name = "a\u{202e}".to_owned(), RegistrationError::Name),
            (|c| c.name_in = in_languages(&["de"], "a\u{202e}"), RegistrationError::Name),
            (|c| c.name_in = in_languages(&MANY, "A"), RegistrationError::Name),
            (|c| c.grant_types.clear(), RegistrationError::NothingToDo),
            (|c| c.auth_method = AuthMethod::None, RegistrationError::PublicService),
            (
                |c| {
                    c.auth_method = AuthMethod::None;
                    c.grant_types = [GrantType::AuthorizationCode].into();
                    c.pkce = PkceRule::Optional;
                },
                RegistrationError::PublicWithoutPkce,
            ),
            (
                |c| {
                    c.auth_method = AuthMethod::None;
                    c.grant_types = [GrantType::AuthorizationCode].into();
                    c.pkce = PkceRule::Nonce;
                },
                RegistrationError::PublicWithoutPkce,
            ),
            (|c| c.redirect_uris.clear(), RegistrationError::RedirectUriMissing),
            (|c| c.grant_types = [GrantType::RefreshToken].into(), RegistrationError::RefreshAlone),
            (
                |c| c.grant_types = [GrantType::RefreshToken, GrantType::Implicit].into(),
                RegistrationError::RefreshAlone,
            ),
            (
                |c| {
                    c.grant_types = [GrantType::Implicit].into();
                    c.redirect_uris.clear();
                },
                RegistrationError::RedirectUriMissing,
            ),
            (
                |c| {
                    c.claims = protocol::Claims::parse(r#"{"tenant":"acme"}"#).unwrap();
                    c.grant_types = [GrantType::AuthorizationCode].into();
                },
                RegistrationError::ClaimsWithoutService,
            ),
            (
                |c| c.claims = protocol::Claims::parse(r#"{"tenant":"acme","email":"a@b.example"}"#).unwrap(),
                RegistrationError::ClaimsOfPerson,
            ),
            (
                |c| c.claims = protocol::Claims::parse(r#"{"limits":{"max":null}}"#).unwrap(),
                RegistrationError::NullInClaims,
            ),
            (|c| c.apis = vec![Resource::parse("urn:a").unwrap(); 17], RegistrationError::TooManyApis),
            (
                |c| {
                    c.grant_types = [GrantType::TokenExchange].into();
                    c.auth_method = AuthMethod::None;
                    c.secrets.clear();
                },
                RegistrationError::PublicExchange,
            ),
            (|c| c.apis.clear(), RegistrationError::ExchangeWithoutApi),
            (|c| c.relying_party.requires_factor = true, RegistrationError::FactorByPassword),
            (
                |c| {
                    c.grant_types = [GrantType::JwtBearer].into();
                    c.auth_method = AuthMethod::None;
                },
                RegistrationError::PublicExchange,
            ),
            (
                |c| {
                    c.grant_types = [GrantType::AuthorizationCode].into();
                    c.auth_method = AuthMethod::None;
                    c.introspects.clone_from(&c.apis);
                },
                RegistrationError::PublicIntrospection,
            ),
            (|c| c.federation = Some(federation()), RegistrationError::FederatedWithKeys),
            (
                |c| {
                    c.auth_method = AuthMethod::PrivateKeyJwt;
                    (c.keys, c.federation) = (Some(ed25519()), Some(federation()));
                },
                RegistrationError::FederatedWithKeys,
            ),
            (|c| c.requests.uris = request_uris(33), RegistrationError::TooManyRequestUris),
            (|c| c.apis = vec![Resource::parse("urn:a").unwrap(); 16], RegistrationError::TooManyApis),
        ];
        assert!(fixtures::client().register().is_ok());
        for &(spoil, why) in rows {
            let mut client = fixtures::client();
            spoil(&mut client);
            assert_eq!(client.register().err(), Some(why));
        }
    }

    #[test]
    fn what_is_just_within_the_rules_is_registered() {
        type Change = fn(&mut Client);
        let rows: [Change; 9] = [
            |c| c.name_in = in_languages(&MANY[..20], "A"),
            |c| c.apis = vec![Resource::parse("urn:a").unwrap(); 15],
            |c| c.requests.uris = request_uris(32),
            |c| c.grant_types = [GrantType::RefreshToken, GrantType::Password].into(),
            |c| c.grant_types = [GrantType::RefreshToken, GrantType::DeviceCode].into(),
            |c| (c.auth_method, c.federation) = (AuthMethod::PrivateKeyJwt, Some(federation())),
            |c| {
                c.grant_types.clear();
                c.introspects.clone_from(&c.apis);
            },
            |c| {
                c.grant_types = [GrantType::TokenExchange].into();
                c.assertion_targets = vec![AssertionTarget::parse("https://as.example=agent").unwrap()];
                c.apis.clear();
            },
            |c| {
                c.grant_types = [GrantType::AuthorizationCode].into();
                c.relying_party.requires_factor = true;
                c.dpop = DpopRule::Required;
            },
        ];
        for (row, change) in rows.into_iter().enumerate() {
            let mut client = fixtures::client();
            change(&mut client);
            assert_eq!(client.register().err(), None, "row {row}");
        }
    }

    fn new_api(scope: &str) -> NewApi {
        NewApi {
            identifier: Resource::parse("urn:a").unwrap(),
            scope: Scope::parse(scope).unwrap(),
            scope_descriptions: BTreeMap::new(),
            algorithm: SigningAlgorithm::Rs256,
            format: TokenFormat::Jwt,
            token_type: TokenType::default(),
            claims: ClaimNames::default(),
            lifetime: 900,
        }
    }

    #[test]
    fn c177_an_api_offers_no_scope_of_openid_connect() {
        for scope in IdentityScope::ALL {
            let api = new_api(&format!("read {}", scope.as_str()));
            assert_eq!(api.register().err(), Some(RegistrationError::IdentityScope), "{scope:?}");
        }
        assert!(new_api("read orders.roles").register().is_ok());
    }

    #[test]
    fn c177_an_api_whose_tokens_would_be_larger_than_4_kb_is_refused() {
        let words = |count: usize| (0..count).map(|number| format!("{number:049}")).collect::<Vec<_>>().join(" ");
        let claims = |count| NewApi { claims: ClaimNames::parse("department").unwrap(), ..new_api(&words(count)) };
        for (api, is_small) in [
            (new_api(&words(43)), true),
            (new_api(&words(44)), false),
            (new_api(&words(60)), false),
            (claims(13), true),
            (claims(14), false),
        ] {
            let registered = api.register();
            assert_eq!(registered.as_ref().err(), (!is_small).then_some(&RegistrationError::TokenTooLarge));
        }
    }

    #[test]
    fn no_token_of_an_api_lives_for_no_time_or_for_longer_than_a_day() {
        for (lifetime, is_good) in [(0, false), (1, true), (86_400, true), (86_401, false)] {
            let registered = NewApi { lifetime, ..new_api("read") }.register();
            assert_eq!(
                registered.map(|api| api.lifetime),
                is_good.then_some(lifetime).ok_or(RegistrationError::Lifetime)
            );
        }
    }

    #[test]
    fn a_scope_is_described_in_visible_words_and_only_if_it_is_offered() {
        let api = |token: &str, text: &str| {
            let scope_descriptions = [(token.to_owned(), Localized::new(text))].into();
            let new = NewApi { scope_descriptions, ..new_api("read write") };
            new.register().map(|api| api.scope_descriptions.len())
        };
        assert_eq!(api("read", "Read your orders"), Ok(1));
        for (token, text) in [("read", " "), ("read", "a\u{202e}"), ("read", &"a".repeat(101)), ("admin", "Do all")] {
            assert_eq!(api(token, text), Err(RegistrationError::ScopeDescription), "{token}={text}");
        }
    }

    #[test]
    fn c177_a_client_that_registers_itself_is_never_trusted() {
        let by = SelfRegistration::new(
            SecretDigest::from_bytes([1; 32]),
            RegistrationPolicy::default(),
            None,
            fixtures::NOW,
        );
        let id = ClientId::parse("dyn_1").unwrap();
        let own = Client { id, registered_by: Some(by), ..fixtures::client() };
        assert_eq!(own.clone().register().map(|client| client.trusted), Ok(false));
        let trusted = Client { trusted: true, ..own };
        assert_eq!(trusted.register().err(), Some(RegistrationError::TrustsItself));
        let trusted = Client { trusted: true, ..fixtures::client() };
        assert_eq!(trusted.register().map(|client| client.trusted), Ok(true));
    }

    #[test]
    fn c225_the_id_of_a_client_fits_whoever_registered_it() {
        let policy = RegistrationPolicy::default;
        let itself = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy(), None, fixtures::NOW);
        let document = SelfRegistration::of_document(DocumentCopy::fetched(fixtures::NOW, None), policy());
        let url = "https://app.example/client";
        for (id, registered_by, fits) in [
            ("app", None, true),
            (url, None, true),
            ("dyn_1", None, false),
            ("dyn_1", Some(itself.clone()), true),
            ("app", Some(itself.clone()), false),
            (url, Some(itself), false),
            (url, Some(document.clone()), true),
            ("https://app.example/", Some(document.clone()), false),
            ("dyn_1", Some(document), false),
        ] {
            let id = ClientId::parse(id).unwrap();
            let client = Client { id, registered_by, ..fixtures::client() };
            let refused = client.clone().register().err();
            assert_eq!(refused, (!fits).then_some(RegistrationError::ReservedId), "{client:?}");
        }
    }

    #[test]
    fn an_api_that_is_named_twice_is_one() {
        let [first, second] = ["urn:b", "urn:a"].map(|text| Resource::parse(text).unwrap());
        let named = vec![first.clone(), second.clone(), first.clone()];
        let new = Client { apis: named.clone(), introspects: named, ..fixtures::client() };
        let client = new.register().unwrap();
        assert_eq!((client.apis, client.introspects), (vec![first.clone(), second.clone()], vec![first, second]));
    }

    #[test]
    fn two_secrets_are_live_while_rotating_and_never_three() {
        let secret = |byte: u8| {
            let digest = SecretDigest::from_bytes([byte; 32]);
            StoredSecret::hashed(digest, Timestamp::from_seconds(u64::from(byte)))
        };
        let mut client = Client { secrets: vec![secret(1)], ..fixtures::client() };
        client.rotate_secret(secret(2));
        assert_eq!(client.secrets, [secret(1), secret(2)]);
        client.rotate_secret(secret(3));
        assert_eq!(client.secrets, [secret(2), secret(3)]);
        client.retire_old_secrets();
        assert_eq!(client.secrets, [secret(3)]);
    }
}
