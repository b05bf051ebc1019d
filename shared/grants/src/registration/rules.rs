//! The rules for what may be registered.

use std::collections::BTreeSet;

use protocol::{ClientId, GrantType, RedirectUri, Resource, Scope};

use crate::client::name::is_name;
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AudienceRule, AuthMethod, Client, PkceRule};
use crate::client::relying_party::RelyingParty;
use crate::client::self_registration::SelfRegistration;
use crate::terms::api::{Api, MAX_LIFETIME, SigningAlgorithm, TokenFormat};
use crate::terms::secret::StoredSecret;
use crate::terms::time::{Seconds, Timestamp};

const MAX_APIS: usize = 15;

/// A client to be registered.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// The `client_id` sent in requests.
    pub id: ClientId,
    /// The display name shown to people.
    pub name: String,
    /// The way in which it authenticates.
    pub auth_method: AuthMethod,
    /// The grant types it may use.
    pub grant_types: BTreeSet<GrantType>,
    /// The redirect URIs to register.
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
    /// The only algorithm for its assertions, if limited to one.
    pub assertion_algorithm: Option<SigningAlgorithm>,
    /// `true` if its assertions must have the issuer as their only audience.
    pub strict_audience: bool,
    /// Its settings as an OpenID Connect relying party.
    pub relying_party: RelyingParty,
    /// The details of its self-registration; `None` if an operator registers it.
    pub registered_by: Option<SelfRegistration>,
    /// `true` for the operator's own app: people are not asked for consent.
    pub trusted: bool,
}

/// An API to be registered.
#[derive(Clone, Debug)]
pub struct NewApi {
    /// The identifier, which is `aud` of its tokens.
    pub identifier: Resource,
    /// The scope tokens the API offers.
    pub scope: Scope,
    /// The algorithm that signs its JWTs.
    pub algorithm: SigningAlgorithm,
    /// The format of its access tokens.
    pub format: TokenFormat,
    /// The lifetime of its access tokens, in seconds.
    pub lifetime: Seconds,
}

/// The reasons why a client or an API cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The name is blank, too long, or has invisible characters.
    #[error("the name must have 1 to 100 characters, and none that is invisible or changes the direction of writing")]
    Name,
    /// The client has no grant type and introspects nothing.
    #[error("give the client at least one grant type (--grant), or an API to introspect for (--introspects)")]
    NothingToDo,
    /// RFC 6749 §4.4: client credentials are for confidential clients.
    #[error("a client without a secret (auth method none) cannot use client_credentials")]
    PublicService,
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
    #[error("private_key_jwt needs the client's public keys: give --jwks FILE or --jwks-uri URL")]
    KeysMissing,
    /// No key of the client fits the registered algorithm.
    #[error("none of the client's keys is for this algorithm of assertions")]
    AlgorithmWithoutKey,
    /// A token names its APIs in a 16-bit mask, and one of them is the issuer.
    #[error("a client has at most 15 APIs")]
    TooManyApis,
    /// A self-registered client cannot be trusted without consent.
    #[error("a client that registered itself cannot be trusted")]
    TrustsItself,
    /// The registration endpoint may write every client with such an id.
    #[error("a client_id that starts with dyn_ is of a client that registered itself: choose another")]
    ReservedId,
    /// The lifetime is zero, or longer than a retired key stays published.
    #[error("the lifetime must be between 1 second and 86400 seconds (24 hours)")]
    Lifetime,
}

impl NewClient {
    /// Checks the client and returns it in the form to store.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different.
    pub fn register(self, secrets: Vec<StoredSecret>, now: Timestamp) -> Result<Client, RegistrationError> {
        self.check()?;
        Ok(Client {
            id: self.id,
            name: self.name,
            auth_method: self.auth_method,
            secrets,
            grant_types: self.grant_types,
            redirect_uris: self.redirect_uris,
            scope: self.scope,
            apis: each_once(self.apis),
            audience: self.audience,
            pkce: self.pkce,
            introspects: each_once(self.introspects),
            keys: self.keys,
            assertion_algorithm: self.assertion_algorithm,
            strict_audience: self.strict_audience,
            relying_party: self.relying_party,
            registered_by: self.registered_by,
            trusted: self.trusted,
            disabled: false,
            created_at: now,
        })
    }

    pub(crate) fn check(&self) -> Result<(), RegistrationError> {
        use RegistrationError as E;
        let public = self.auth_method == AuthMethod::None;
        let uses = |grant_type| self.grant_types.contains(&grant_type);
        let redirected = uses(GrantType::AuthorizationCode) || uses(GrantType::Implicit);
        let refreshable = uses(GrantType::AuthorizationCode) || uses(GrantType::Password);
        let faults = [
            (!is_name(&self.name), E::Name),
            (self.grant_types.is_empty() && self.introspects.is_empty(), E::NothingToDo),
            (public && uses(GrantType::ClientCredentials), E::PublicService),
            (public && !self.introspects.is_empty(), E::PublicIntrospection),
            (public && self.pkce != PkceRule::Required, E::PublicWithoutPkce),
            (redirected && self.redirect_uris.is_empty(), E::RedirectUriMissing),
            (uses(GrantType::RefreshToken) && !refreshable, E::RefreshAlone),
            (self.apis.len() > MAX_APIS, E::TooManyApis),
            (self.auth_method == AuthMethod::PrivateKeyJwt && self.keys.is_none(), E::KeysMissing),
            (!self.has_key_for_its_algorithm(), E::AlgorithmWithoutKey),
            (self.trusted && self.registered_by.is_some(), E::TrustsItself),
            (self.id.as_str().starts_with(Client::SELF_REGISTERED) != self.registered_by.is_some(), E::ReservedId),
        ];
        faults.into_iter().find(|(found, _)| *found).map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Checks that a stored key fits the registered algorithm. Keys that the client serves elsewhere are not
    /// fetched here.
    fn has_key_for_its_algorithm(&self) -> bool {
        match (&self.keys, self.assertion_algorithm) {
            (Some(ClientKeys::Inline(keys)), Some(only)) => keys.iter().any(|key| key.is_for(only)),
            (None, Some(_)) => false,
            (Some(ClientKeys::At(_)), Some(_)) | (_, None) => true,
        }
    }
}

impl NewApi {
    /// Checks the API and returns it in the form to store.
    ///
    /// # Errors
    /// [`RegistrationError::Lifetime`] when the lifetime is not allowed.
    pub fn register(self) -> Result<Api, RegistrationError> {
        if !(1..=MAX_LIFETIME).contains(&self.lifetime) {
            return Err(RegistrationError::Lifetime);
        }
        Ok(Api {
            identifier: self.identifier,
            scope: self.scope,
            algorithm: self.algorithm,
            format: self.format,
            lifetime: self.lifetime,
            is_issuer: false,
        })
    }
}

impl Client {
    /// Adds a secret and keeps the newest existing one, so that two are valid while the client changes over.
    pub fn rotate_secret(&mut self, new: StoredSecret) {
        let last = self.secrets.iter().max_by_key(|secret| secret.created_at).copied();
        self.secrets = last.into_iter().chain(std::iter::once(new)).collect();
    }

    /// Keeps only the newest secret.
    pub fn retire_old_secrets(&mut self) {
        let last = self.secrets.iter().max_by_key(|secret| secret.created_at).copied();
        self.secrets = last.into_iter().collect();
    }
}

/// Removes duplicates and keeps the order.
fn each_once(mut named: Vec<Resource>) -> Vec<Resource> {
    let mut seen = BTreeSet::new();
    named.retain(|resource| seen.insert(resource.clone()));
    named
}

#[cfg(test)]
mod tests {
    use protocol::ServerUri;

    use super::*;
    use crate::client::public_keys::{ClientKey, PublicKey};
    use crate::client::self_registration::RegistrationPolicy;
    use crate::fixtures;
    use crate::terms::secret::SecretDigest;

    fn new_client() -> NewClient {
        let client = fixtures::client();
        NewClient {
            id: client.id,
            name: client.name,
            auth_method: client.auth_method,
            grant_types: client.grant_types,
            redirect_uris: client.redirect_uris,
            scope: client.scope,
            apis: client.apis,
            audience: client.audience,
            pkce: client.pkce,
            introspects: client.introspects,
            relying_party: client.relying_party,
            registered_by: None,
            trusted: false,
            keys: None,
            assertion_algorithm: None,
            strict_audience: false,
        }
    }

    fn ed25519() -> ClientKeys {
        let public = PublicKey::Ed25519([1; 32]);
        ClientKeys::Inline(vec![ClientKey { kid: None, algorithm: None, public }])
    }

    #[test]
    fn a_client_with_a_key_is_registered_with_the_algorithm_of_the_key_or_without() {
        for (keys, assertion_algorithm) in [
            (ed25519(), None),
            (ed25519(), Some(SigningAlgorithm::EdDsa)),
            (ClientKeys::At(ServerUri::parse("https://app.example/keys").unwrap()), Some(SigningAlgorithm::Es256)),
        ] {
            let auth_method = AuthMethod::PrivateKeyJwt;
            let new = NewClient { auth_method, keys: Some(keys.clone()), assertion_algorithm, ..new_client() };
            let client = new.register(Vec::new(), fixtures::NOW).unwrap();
            assert_eq!((client.keys, client.assertion_algorithm), (Some(keys), assertion_algorithm));
        }
    }

    #[test]
    fn a_client_without_the_key_that_it_needs_is_refused() {
        use RegistrationError as E;
        let rs256 = Some(SigningAlgorithm::Rs256);
        for (auth_method, keys, assertion_algorithm, why) in [
            (AuthMethod::PrivateKeyJwt, None, None, E::KeysMissing),
            (AuthMethod::SecretBasic, None, rs256, E::AlgorithmWithoutKey),
            (AuthMethod::PrivateKeyJwt, Some(ed25519()), rs256, E::AlgorithmWithoutKey),
        ] {
            let new = NewClient { auth_method, keys, assertion_algorithm, ..new_client() };
            assert_eq!(new.register(Vec::new(), fixtures::NOW).err(), Some(why));
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a row for each contradiction")]
    fn each_contradiction_is_refused() {
        type Spoil = fn(&mut NewClient);
        let rows: [(Spoil, RegistrationError); 12] = [
            (|c| c.id = ClientId::parse("dyn_x").unwrap(), RegistrationError::ReservedId),
            (|c| c.name = " ".to_owned(), RegistrationError::Name),
            (|c| c.name = "a\u{202e}".to_owned(), RegistrationError::Name),
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
            (|c| c.apis = vec![Resource::parse("urn:a").unwrap(); 17], RegistrationError::TooManyApis),
        ];
        assert!(new_client().register(Vec::new(), fixtures::NOW).is_ok());
        for (spoil, why) in rows {
            let mut client = new_client();
            spoil(&mut client);
            assert_eq!(client.register(Vec::new(), fixtures::NOW).err(), Some(why));
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
        let own = NewClient { id, registered_by: Some(by), ..new_client() };
        assert_eq!(own.clone().register(Vec::new(), fixtures::NOW).map(|client| client.trusted), Ok(false));
        let trusted = NewClient { trusted: true, ..own };
        assert_eq!(trusted.register(Vec::new(), fixtures::NOW).err(), Some(RegistrationError::TrustsItself));
        let trusted = NewClient { trusted: true, ..new_client() };
        assert_eq!(trusted.register(Vec::new(), fixtures::NOW).map(|client| client.trusted), Ok(true));
    }

    #[test]
    fn an_api_that_is_named_twice_is_one() {
        let [first, second] = ["urn:b", "urn:a"].map(|text| Resource::parse(text).unwrap());
        let named = vec![first.clone(), second.clone(), first.clone()];
        let new = NewClient { apis: named.clone(), introspects: named, ..new_client() };
        let client = new.register(Vec::new(), fixtures::NOW).unwrap();
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
