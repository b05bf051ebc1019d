//! `/.well-known/*`: the server's metadata and public keys (RFC 8414, OpenID Connect Discovery).
//!
//! # Decisions
//! - The same document at both locations: API gateways and login libraries read the one of OpenID Connect, OAuth
//!   clients the other, and both ignore unknown members. Where OpenID Connect is off, its members are left out of
//!   both.
//! - The document lists exactly the algorithms that have a key, so that a client can register for each algorithm that it
//!   finds here. RS256 is among them unless `JETON_SIGNING_ALGORITHMS` leaves it out, and no API and no client needs it
//!   (OpenID Connect Discovery §3 wants it there).
//! - The keys are read from the table for each document, but ten times a second at most: beyond that the last ones are served,
//!   for three seconds at most. Libraries accept only the algorithms and keys that they found here, and a key may sign at once
//!   (`jeton keys rotate --now`, or the first client with an algorithm), so the documents list it at once; but requests of
//!   anyone must not cost a read each. Private keys are not read.
//! - A key that was withdrawn (`jeton keys retire`) is out of the key set within a minute, also where the key set is cached: it
//!   may be kept for half a minute, and the keys in it are at most half a minute old, even if the table cannot be read.
//! - The metadata document may be kept for five minutes. If the tables cannot be read, the last one is served.
//! - The scopes of APIs are listed only where the operator names APIs. They are read from the registry, at most once a
//!   minute.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use edge::{Awaited, Config, DocumentMode, Endpoint, Error, Failure, Function, Incoming, Response, json, redirect};
use grants::{Api, AssertionAlgorithm, AuthMethod, Context, Policy, SigningAlgorithm};
use http::header;
use http::{HeaderValue, StatusCode};
use protocol::{
    Claim, GrantType, ID_JAG_TYPE, IdentityAssertion, IdentityScope, OpenIdMetadata, Prompt, ProofAlgorithm,
    RequestMetadata, ResponseMode, ResponseType, Scope,
};
use service::{PublishedKeys, Stores};
use store::Registry;

/// The time in seconds that anyone may cache the metadata document.
const DOCUMENT_AGE: &str = "public, max-age=300";
/// The time in seconds that a verifier may cache the key set: far less than the time a new key is published before it signs.
const KEY_SET_AGE: &str = "public, max-age=30";

const ENDPOINT: Endpoint = Endpoint::for_any_origin("GET, HEAD");

/// The metadata endpoint, for documents and keys.
pub struct Metadata {
    config: Config,
    keys: PublishedKeys,
    /// The registry, if the metadata list APIs.
    registry: Option<Registry>,
    /// The last metadata document.
    last: Mutex<Option<Response>>,
}

/// The data in the metadata that do not come from the configuration.
struct Read {
    /// The algorithms that sign ID tokens, UserInfo responses, introspection responses and authorization responses.
    algorithms: BTreeSet<SigningAlgorithm>,
    /// The APIs that the operator names in `JETON_METADATA_APIS`.
    apis: Vec<Api>,
}

impl Metadata {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let registry = if config.metadata_apis.is_empty() { None } else { Some(stores.registry()?) };
        let keys = PublishedKeys::new(stores.keys()?);
        Ok(Self { keys, registry, last: Mutex::default(), config })
    }

    async fn respond(&self, path: &str) -> Result<Response, Failure> {
        // RFC 8414 §3.1 puts the well-known name before the issuer's path, OpenID Connect Discovery §4 after it.
        let own = self.config.path();
        let path = path.strip_prefix(own).unwrap_or(path);
        match path.strip_suffix(own).unwrap_or(path) {
            "/.well-known/oauth-authorization-server" | "/.well-known/openid-configuration" => self.document().await,
            "/.well-known/jwks.json" => {
                let now = edge::now();
                let records = self.keys.records(now).await?;
                Ok(cacheable(KEY_SET_AGE, json(StatusCode::OK, &records.key_set(now))))
            }
            // A Well-Known URL for Changing Passwords, W3C: password managers lead people there.
            "/.well-known/change-password" => Ok(redirect(&format!("{own}/account/password"))),
            _ => Err(Failure::not_found("there is no such document")),
        }
    }

    /// Returns the metadata document, or the last one if the tables cannot be read.
    async fn document(&self) -> Result<Response, Failure> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match self.read().await {
            Ok(read) => {
                let document = cacheable(DOCUMENT_AGE, json(StatusCode::OK, &describe(&self.config, &read)));
                *last() = Some(document.clone());
                Ok(document)
            }
            // The failure is in the log; the last document was true a moment ago.
            Err(failure) => last().clone().ok_or(failure),
        }
    }

    /// Reads what the metadata list beside the configuration.
    async fn read(&self) -> Result<Read, Failure> {
        let algorithms = self.keys.records(edge::now()).await?.algorithms();
        let apis = match &self.registry {
            Some(registry) => registry.apis(&self.config.metadata_apis, edge::now()).await?,
            None => Vec::new(),
        };
        Ok(Read { algorithms, apis })
    }
}

/// Allows verifiers and clients to cache a document for the time in `age`.
fn cacheable(age: &'static str, mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    response
}

/// Builds the metadata of this server.
fn describe(config: &Config, read: &Read) -> protocol::Metadata {
    let issuer = config.issuer.as_str();
    let at = |path: &str| format!("{issuer}{path}");
    let methods = || AuthMethod::ALL.map(AuthMethod::as_str).to_vec();
    let confidential = || methods().into_iter().filter(|method| *method != AuthMethod::None.as_str()).collect();
    let legacy = config.policy.legacy;
    let offered = GrantType::ALL.into_iter().filter(|grant_type| legacy.offer(*grant_type));
    protocol::Metadata {
        issuer: issuer.to_owned(),
        authorization_endpoint: at("/authorize"),
        token_endpoint: at("/token"),
        jwks_uri: at("/.well-known/jwks.json"),
        introspection_endpoint: at("/introspect"),
        revocation_endpoint: at("/revoke"),
        registration_endpoint: config.registration.mode.is_on().then(|| at("/register")),
        response_types_supported: response_types(&config.policy),
        grant_types_supported: offered.map(GrantType::as_str).collect(),
        authorization_grant_profiles_supported: vec![IdentityAssertion::PROFILE],
        identity_chaining_requested_token_types_supported: vec![ID_JAG_TYPE],
        code_challenge_methods_supported: vec!["S256"],
        token_endpoint_auth_methods_supported: methods(),
        introspection_endpoint_auth_methods_supported: confidential(),
        revocation_endpoint_auth_methods_supported: methods(),
        token_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
        introspection_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
        introspection_signing_alg_values_supported: read
            .algorithms
            .iter()
            .map(|algorithm| algorithm.as_str())
            .collect(),
        revocation_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
        dpop_signing_alg_values_supported: ProofAlgorithm::NAMES.to_vec(),
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: (config.registration.documents.mode != DocumentMode::Off)
            .then_some(true),
        scopes_supported: scopes(&config.policy, &read.apis),
        // RFC 9728 §1.2: the identifier of a protected resource is an https URL without fragment.
        protected_resources: read.apis.iter().map(|api| api.identifier.to_string()).filter(|id| is_https(id)).collect(),
        requests: describe_requests(config, read),
        openid: config.policy.openid.then(|| describe_openid(config, &read.algorithms)),
    }
}

/// Returns the scopes of OpenID Connect, and then those of the APIs.
fn scopes(policy: &Policy, apis: &[Api]) -> Vec<String> {
    // Clients may ask for everything that they find here.
    let identity = IdentityScope::ALL.into_iter().filter(|scope| policy.openid && scope.is_for_every_client());
    let identity = identity.map(|scope| scope.as_str().to_owned());
    let of_apis = apis.iter().fold(Scope::of([]), |all, api| all.or(&api.scope));
    let of_apis: Vec<String> = of_apis.tokens().map(str::to_owned).collect();
    identity.chain(of_apis).collect()
}

fn is_https(identifier: &str) -> bool {
    identifier.starts_with("https://") && !identifier.contains('#')
}

/// Returns the response types, with both orders of a type of two words, because clients compare them as plain
/// strings.
fn response_types(policy: &Policy) -> Vec<&'static str> {
    let offered = |kind: &ResponseType| policy.offers(*kind);
    let both = ResponseType::ALL.into_iter().filter(offered).flat_map(|kind| {
        let other = (kind == ResponseType::IdTokenToken).then_some("token id_token");
        [kind.as_str()].into_iter().chain(other)
    });
    both.collect()
}

/// Returns the algorithms of client assertions: signed with the client's key, or with its secret.
fn assertion_algorithms() -> Vec<&'static str> {
    let names = AssertionAlgorithm::ALL.map(AssertionAlgorithm::as_str).into_iter();
    names.chain([AssertionAlgorithm::ED25519]).collect()
}

/// Describes how authorization requests come, and how they are answered.
fn describe_requests(config: &Config, read: &Read) -> RequestMetadata {
    RequestMetadata {
        pushed_authorization_request_endpoint: format!("{}/par", config.issuer),
        device_authorization_endpoint: format!("{}/device_authorization", config.issuer),
        require_pushed_authorization_requests: config.policy.requires_pushed_requests,
        request_parameter_supported: true,
        request_object_signing_alg_values_supported: object_algorithms(),
        request_uri_parameter_supported: config.policy.request_uris.are_followed(),
        require_request_uri_registration: config.policy.request_uris.are_followed().then_some(true),
        response_modes_supported: ResponseMode::ALL
            .map(ResponseMode::as_str)
            .into_iter()
            .chain([ResponseMode::JWT])
            .collect(),
        authorization_signing_alg_values_supported: read
            .algorithms
            .iter()
            .map(|algorithm| algorithm.as_str())
            .collect(),
    }
}

/// Returns the algorithms of request objects, which a client signs with its key.
fn object_algorithms() -> Vec<&'static str> {
    let of_keys = AssertionAlgorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_of_secrets());
    of_keys.map(AssertionAlgorithm::as_str).chain([AssertionAlgorithm::ED25519]).collect()
}

fn describe_openid(config: &Config, algorithms: &BTreeSet<SigningAlgorithm>) -> OpenIdMetadata {
    let issuer = config.issuer.as_str();
    let algorithms = || algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    let of_sign_in =
        ["sub", "iss", "aud", "azp", "exp", "iat", "jti", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"];
    OpenIdMetadata {
        userinfo_endpoint: format!("{issuer}/userinfo"),
        end_session_endpoint: format!("{issuer}/logout"),
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        subject_types_supported: vec!["public", "pairwise"],
        id_token_signing_alg_values_supported: algorithms(),
        userinfo_signing_alg_values_supported: algorithms(),
        claims_supported: of_sign_in.into_iter().chain(Claim::ALL.map(Claim::as_str)).collect(),
        claim_types_supported: vec!["normal"],
        claims_parameter_supported: true,
        acr_values_supported: contexts(config),
        prompt_values_supported: Prompt::ALL.map(Prompt::as_str).to_vec(),
        ui_locales_supported: edge::ui_locales(),
    }
}

/// Returns the contexts that sign-ins here can have. Where there are no passkeys, none is resistant to phishing.
fn contexts(config: &Config) -> Vec<&'static str> {
    let has_passkeys = config.passkey_site().is_some();
    let offered = Context::OFFERED.iter().filter(|context| has_passkeys || **context != Context::PhishingResistant);
    offered.map(|context| context.as_str()).collect()
}

impl Function for Metadata {
    fn name(&self) -> &'static str {
        "metadata"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(ENDPOINT.answer(incoming, |incoming| self.respond(incoming.path())))
    }
}
