//! The rules for clients that register themselves (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2).
//!
//! # Decisions
//! - A self-registered client gets only access that people can agree to: the authorization code grant, refresh
//!   tokens, and the implicit grant where the deployment enables it. Client credentials, passwords and
//!   introspection are reserved to operators.
//! - A request for more than is allowed is refused and not silently reduced: the client would only notice when it
//!   requests a token.
//! - Every client must use PKCE, except that a confidential one may send a `nonce` when it signs people in with
//!   OpenID Connect: many such clients do not support PKCE, and nonce and secret stand in for it (RFC 9700 §2.1.1).
//!   The deployment or the initial access token may exempt confidential clients from both.
//! - A client gets those APIs of the policy that offer some of its scope, and those without any scope.
//! - `request_uris` is accepted and ignored: the metadata says that `request_uri` is not supported.
//! - Keys are stored for every authentication method: a client may change to `private_key_jwt` later.

use std::collections::BTreeSet;

use protocol::{
    ApplicationType, ClientMetadata, GrantType, MetadataError, RedirectUri, Resource, ResponseType, Scope, SubjectType,
};

use crate::client::name::NameSkeleton;
use crate::client::record::{AuthMethod, Client, PkceRule};
use crate::client::relying_party::{Backchannel, IdTokenClaims, MalformedSector, RelyingParty, Sector};
use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
use crate::registration::rules::RegistrationError;
use crate::terms::api::{Api, SigningAlgorithm};
use crate::terms::policy::Policy;
use crate::token::id_token::AUTHENTICATION_CONTEXT;

/// The options that clients can register for in this deployment.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The registered APIs among those that the policy names.
    pub apis: &'a [Api],
    /// The policy of the deployment.
    pub deployment: &'a Policy,
    /// The algorithms for which the server has a signing key.
    pub algorithms: &'a BTreeSet<SigningAlgorithm>,
    /// The deployment's PKCE rule: `optional` exempts confidential clients from PKCE.
    pub pkce: PkceRule,
    /// The names of the operator's clients.
    pub taken_names: &'a BTreeSet<NameSkeleton>,
}

/// Checks the metadata and returns the client to register, or to store in place of the client that `standing`
/// belongs to. What clients do not register themselves is taken from `blank`.
///
/// # Errors
/// [`MetadataError`] for the first fault found.
pub fn new_client(
    asked: ClientMetadata,
    blank: Client,
    standing: SelfRegistration,
    offer: &Offer<'_>,
) -> Result<Client, MetadataError> {
    let policy = &standing.policy;
    redirect_uris(&asked, policy)?;
    own_name(&asked, offer)?;
    let auth_method = auth_method(&asked)?;
    let (grant_types, response_types) = (grant_types(&asked, offer)?, response_types(&asked, offer)?);
    consistent(&grant_types, &response_types)?;
    let scope = scope(&asked, policy, offer)?;
    let new = Client {
        name: asked.name.clone().unwrap_or(blank.name),
        auth_method,
        grant_types,
        apis: apis(&scope, offer),
        scope: Some(scope),
        pkce: pkce(auth_method, policy, offer),
        assertion_algorithm: assertion_algorithm(&asked, auth_method)?,
        relying_party: relying_party(&asked, offer)?,
        redirect_uris: asked.redirect_uris,
        registered_by: Some(SelfRegistration { response_types, about: asked.about, ..standing }),
        ..blank
    };
    new.check()?;
    Ok(new)
}

/// The algorithms in a request for which the server needs a signing key.
pub fn algorithms(asked: &ClientMetadata) -> BTreeSet<SigningAlgorithm> {
    let named = [&asked.id_token_algorithm, &asked.userinfo_algorithm];
    named.into_iter().flatten().filter_map(|name| SigningAlgorithm::parse(name)).collect()
}

/// Checks that a sector identifier document lists every redirect URI (OpenID Connect Dynamic Client Registration
/// §5).
///
/// # Errors
/// [`MetadataError`] when a redirect URI is missing from the document, or the document is not a list.
pub fn sector_lists(listed: Option<&[String]>, redirect_uris: &[RedirectUri]) -> Result<(), MetadataError> {
    let fault = |why| MetadataError::of("sector_identifier_uri", why);
    let listed = listed.ok_or_else(|| fault("it does not serve a JSON array of redirect URIs"))?;
    if redirect_uris.iter().any(|uri| !listed.iter().any(|known| known == uri.as_str())) {
        return Err(fault("it does not list every one of the redirect URIs"));
    }
    Ok(())
}

fn redirect_uris(asked: &ClientMetadata, policy: &RegistrationPolicy) -> Result<(), MetadataError> {
    let fault = MetadataError::of_redirect_uris;
    let is_local = |uri: &RedirectUri| ["localhost", "127.0.0.1", "[::1]"].contains(&uri.display_host().as_str());
    match asked.about.application_type {
        ApplicationType::Web if asked.redirect_uris.iter().any(|uri| uri.is_native() || is_local(uri)) => {
            return Err(fault(
                "those of a web client are https and not on localhost; others are for application_type native",
            ));
        }
        ApplicationType::Native if asked.redirect_uris.iter().any(|uri| !uri.is_native()) => {
            return Err(fault("those of a native client have a scheme of its own, or are http on localhost"));
        }
        ApplicationType::Web | ApplicationType::Native => {}
    }
    let hosts = &policy.redirect_hosts;
    let strange = |uri: &RedirectUri| !hosts.contains(&uri.display_host());
    let foreign = "one has a host that clients may not have here";
    if !hosts.is_empty() && asked.redirect_uris.iter().any(strange) {
        return Err(fault(foreign));
    }
    // People are sent there as well.
    if !hosts.is_empty() && asked.post_logout_redirect_uris.iter().any(strange) {
        return Err(MetadataError::of("post_logout_redirect_uris", foreign));
    }
    Ok(())
}

fn pkce(auth_method: AuthMethod, policy: &RegistrationPolicy, offer: &Offer<'_>) -> PkceRule {
    let excused = [policy.pkce, offer.pkce].contains(&PkceRule::Optional);
    match (auth_method == AuthMethod::None, excused) {
        (true, _) => PkceRule::Required,
        (false, true) => PkceRule::Optional,
        (false, false) => PkceRule::Nonce,
    }
}

/// Refuses a name like that of an operator's client, because people trust those names.
fn own_name(asked: &ClientMetadata, offer: &Offer<'_>) -> Result<(), MetadataError> {
    let looks_taken = |name: &String| offer.taken_names.contains(&NameSkeleton::of(name));
    if asked.name.as_ref().is_some_and(looks_taken) {
        return Err(MetadataError::of("client_name", "it is, or looks like, the name of another client here"));
    }
    Ok(())
}

fn auth_method(asked: &ClientMetadata) -> Result<AuthMethod, MetadataError> {
    let Some(name) = &asked.auth_method else { return Ok(AuthMethod::SecretBasic) };
    AuthMethod::parse(name).ok_or_else(|| MetadataError::of("token_endpoint_auth_method", "it is not known here"))
}

fn grant_types(asked: &ClientMetadata, offer: &Offer<'_>) -> Result<BTreeSet<GrantType>, MetadataError> {
    let fault = |why| Err(MetadataError::of("grant_types", why));
    let grant_types = asked.grant_types.clone().unwrap_or_else(|| vec![GrantType::AuthorizationCode]);
    for grant_type in &grant_types {
        match grant_type {
            GrantType::AuthorizationCode | GrantType::RefreshToken => {}
            GrantType::Implicit if offer.deployment.legacy.implicit => {}
            GrantType::Implicit => return fault("implicit is not offered here"),
            GrantType::ClientCredentials | GrantType::Password => {
                return fault("client_credentials and password are not for clients that register themselves");
            }
        }
    }
    Ok(grant_types.into_iter().collect())
}

fn response_types(asked: &ClientMetadata, offer: &Offer<'_>) -> Result<BTreeSet<ResponseType>, MetadataError> {
    let response_types = asked.response_types.clone().unwrap_or_else(|| vec![ResponseType::Code]);
    if response_types.iter().all(|kind| offer.deployment.offers(*kind)) {
        Ok(response_types.into_iter().collect())
    } else {
        Err(MetadataError::of("response_types", "one of them is not offered here"))
    }
}

/// RFC 7591 §2.1: a response type needs its grant type, and a grant type of the authorization endpoint needs its
/// response type.
fn consistent(grant_types: &BTreeSet<GrantType>, response_types: &BTreeSet<ResponseType>) -> Result<(), MetadataError> {
    let answered: BTreeSet<GrantType> = response_types.iter().map(|kind| kind.grant_type()).collect();
    let asking = [GrantType::AuthorizationCode, GrantType::Implicit];
    if asking.into_iter().any(|kind| grant_types.contains(&kind) != answered.contains(&kind)) {
        let why = "code goes with the grant type authorization_code, and the others with implicit";
        return Err(MetadataError::of("response_types", why));
    }
    Ok(())
}

fn scope(asked: &ClientMetadata, policy: &RegistrationPolicy, offer: &Offer<'_>) -> Result<Scope, MetadataError> {
    match &asked.scope {
        None => Ok(policy.usual(offer.apis)),
        Some(scope) if scope.is_within(&policy.most(offer.apis)) => Ok(scope.clone()),
        Some(_) => Err(MetadataError::of("scope", "it is more than clients may have that register themselves")),
    }
}

fn apis(scope: &Scope, offer: &Offer<'_>) -> Vec<Resource> {
    let useful = |api: &&Api| api.scope.is_empty() || !api.scope.and(scope).is_empty();
    offer.apis.iter().filter(useful).map(|api| api.identifier.clone()).collect()
}

/// Reads the algorithm for assertions. With `client_secret_jwt` it can only be HS256.
fn assertion_algorithm(asked: &ClientMetadata, method: AuthMethod) -> Result<Option<SigningAlgorithm>, MetadataError> {
    let Some(name) = asked.assertion_algorithm.as_deref() else { return Ok(None) };
    let fault = |why| Err(MetadataError::of("token_endpoint_auth_signing_alg", why));
    match (method, SigningAlgorithm::parse_of_client(name)) {
        (AuthMethod::ClientSecretJwt, _) if name == "HS256" => Ok(None),
        (AuthMethod::ClientSecretJwt, _) => fault("client_secret_jwt signs with HS256"),
        (AuthMethod::PrivateKeyJwt, Some(algorithm)) => Ok(Some(algorithm)),
        (AuthMethod::PrivateKeyJwt, None) => fault("it is not known here"),
        (AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None, _) => {
            fault("it is for private_key_jwt and client_secret_jwt")
        }
    }
}

fn relying_party(asked: &ClientMetadata, offer: &Offer<'_>) -> Result<RelyingParty, MetadataError> {
    let signed = |member, name: &Option<String>| {
        let Some(name) = name else { return Ok(None) };
        let known = SigningAlgorithm::parse(name).filter(|known| offer.algorithms.contains(known));
        known.map(Some).ok_or_else(|| MetadataError::of(member, "there is no key for this algorithm here"))
    };
    if asked.about.default_acr_values.iter().flatten().any(|value| value != AUTHENTICATION_CONTEXT) {
        return Err(MetadataError::of("default_acr_values", "people sign in here by pwd only"));
    }
    let session_required = asked.backchannel_logout_session_required;
    Ok(RelyingParty {
        id_token_algorithm: signed("id_token_signed_response_alg", &asked.id_token_algorithm)?
            .unwrap_or(SigningAlgorithm::Rs256),
        userinfo_algorithm: signed("userinfo_signed_response_alg", &asked.userinfo_algorithm)?,
        sector: sector(asked)?,
        id_token_claims: IdTokenClaims::default(),
        default_max_age: asked.default_max_age,
        post_logout_redirect_uris: asked.post_logout_redirect_uris.clone(),
        backchannel: asked.backchannel_logout_uri.clone().map(|uri| Backchannel { uri, session_required }),
    })
}

fn sector(asked: &ClientMetadata) -> Result<Option<Sector>, MetadataError> {
    let sector = match (asked.subject_type, asked.about.sector_host()) {
        (SubjectType::Public, _) => return Ok(None),
        (SubjectType::Pairwise, Some(host)) => Sector::parse(&host),
        (SubjectType::Pairwise, None) => Sector::of(&asked.redirect_uris),
    };
    let fault = |error| {
        let why = match error {
            MalformedSector::Host => "pairwise needs redirect URIs of one host, or a sector_identifier_uri",
            MalformedSector::Native => "pairwise needs a sector_identifier_uri where a redirect URI is not https",
        };
        MetadataError::of("subject_type", why)
    };
    sector.map(Some).map_err(fault)
}

impl From<RegistrationError> for MetadataError {
    fn from(error: RegistrationError) -> Self {
        use RegistrationError as E;
        match error {
            E::Name => Self::of("client_name", "it has 1 to 100 characters, all of them visible"),
            E::RedirectUriMissing => Self::of_redirect_uris("at least one is needed"),
            E::NothingToDo => Self::of("grant_types", "at least one is needed"),
            E::RefreshAlone => Self::of("grant_types", "refresh_token comes with authorization_code"),
            E::PublicService => Self::of("grant_types", "client_credentials needs a secret or a key"),
            E::KeysMissing => Self::of("jwks", "private_key_jwt needs jwks or jwks_uri"),
            E::AlgorithmWithoutKey => {
                Self::of("token_endpoint_auth_signing_alg", "none of the client's keys is for this algorithm")
            }
            E::PublicWithoutPkce => Self::of("token_endpoint_auth_method", "a public client must use PKCE"),
            E::TooManyApis => Self::of("scope", "it is for more than 15 APIs"),
            E::PublicIntrospection
            | E::Lifetime
            | E::ReservedId
            | E::TrustsItself
            | E::ChangesItself
            | E::ClaimsWithoutService
            | E::ClaimsOfPerson => Self::of("request", "it cannot be served"),
        }
    }
}

#[cfg(test)]
mod tests;
