//! The rules for clients that register themselves (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2).
//!
//! # Decisions
//! - A self-registered client gets only access that people can agree to: the authorization code grant, refresh tokens, and
//!   the implicit grant where it is enabled. Client credentials, passwords and introspection are reserved to operators.
//! - Scope words, grant types and response types that are unknown or not for such clients are left out, and the response
//!   tells what is left (RFC 7591 §2, §3.2.1). A registration is refused only if nothing of use is left.
//! - A client may have all the scope that its policy opens, at the time of the registration, whatever it registered:
//!   people agree to each request. The registered scope is what a request without `scope` means. The limit is stored
//!   with the client, so scopes and APIs that are opened later need a new registration. What an API stops to offer ends
//!   at once, because every request is also compared with the APIs as they are.
//! - Without `application_type`, which RFC 7591 does not know, each redirect URI is judged by itself. A client that says
//!   `web` has the rules of OpenID Connect, and one that says `native` those of RFC 8252 §7, which has https URIs too.
//! - A private-use scheme without a period may be that of any app, so the policy has to name it (RFC 8252 §8.4).
//! - Every client must use PKCE, except that a confidential one may send a `nonce` when it signs people in with
//!   OpenID Connect: many such clients do not support PKCE, and nonce and secret stand in for it (RFC 9700 §2.1.1).
//!   The deployment or the initial access token may exempt confidential clients from both.
//! - A client gets the APIs of the policy that offer some of the policy's scope, and those without any scope: at most as
//!   many as a client can have, and those first that it registered a scope of.
//! - `request_uris` is accepted and ignored where the metadata say that `request_uri` is not supported.
//! - Keys are stored for every authentication method: a client may change to `private_key_jwt` later.

use std::collections::BTreeSet;

use protocol::{
    AboutClient, ApplicationType, ClientMetadata, MetadataError, RedirectUri, RegisteredMetadata, RequestUri, Scope,
    ServerUri, SubjectType,
};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::name::{NameSkeleton, shortened};
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AuthMethod, Client, DpopRule};
use crate::client::relying_party::{Backchannel, IdTokenClaims, MalformedSector, RelyingParty, Sector};
use crate::client::request_rules::RequestRules;
use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
pub use crate::registration::offer::Offer;
use crate::registration::own_access::{apis, flows, pkce};
use crate::terms::api::SigningAlgorithm;
use crate::terms::authentication::Context;

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
    let application_type = application_type(&asked, policy)?;
    check_names(&asked, offer)?;
    let auth_method = auth_method(&asked)?;
    let (grant_types, response_types) = flows(&asked, offer)?;
    let most = policy.most(offer.apis);
    let scope = asked.scope.as_ref().map(|scope| scope.and(&most)).filter(|scope| !scope.is_empty());
    let new = Client {
        auth_method,
        grant_types,
        apis: apis(&most, scope.as_ref(), offer),
        scope: Some(most),
        pkce: pkce(auth_method, policy, offer),
        assertion_algorithm: assertion_algorithm(&asked, auth_method)?,
        dpop: DpopRule::of(asked.dpop_bound_access_tokens),
        relying_party: relying_party(&asked, offer)?,
        requests: RequestRules::asked(&asked, offer.algorithms, offer.deployment.request_uris)?,
        name: asked.name.map_or(blank.name, shortened),
        name_in: asked.name_in.into_iter().map(|(tag, name)| (tag, shortened(name))).collect(),
        redirect_uris: asked.redirect_uris,
        registered_by: Some(SelfRegistration {
            scope,
            response_types,
            about: about(asked.about, application_type),
            ..standing
        }),
        ..blank
    };
    new.check()?;
    Ok(new)
}

/// Returns what is registered for a client, including defaults, to tell it to the client. Keys that it gave inline are
/// written elsewhere.
pub fn registered(client: &Client) -> RegisteredMetadata<'_> {
    let (own, party, requests) = (client.registered_by.as_ref(), &client.relying_party, &client.requests);
    let scope = own.and_then(|own| own.scope.as_ref()).or(client.scope.as_ref());
    RegisteredMetadata {
        client_name: &client.name,
        client_name_in: RegisteredMetadata::names_in(&client.name_in),
        redirect_uris: client.redirect_uris.iter().map(RedirectUri::as_str).collect(),
        token_endpoint_auth_method: client.auth_method.as_str(),
        token_endpoint_auth_signing_alg: told_assertion_algorithm(client),
        grant_types: client.grant_types.iter().map(|kind| kind.as_str()).collect(),
        response_types: own.into_iter().flat_map(|own| &own.response_types).map(|kind| kind.as_str()).collect(),
        scope: scope.filter(|scope| !scope.is_empty()).map(Scope::to_string),
        jwks: None,
        jwks_uri: client.keys.as_ref().and_then(ClientKeys::uri).map(ServerUri::as_str),
        subject_type: party.sector.as_ref().map_or(SubjectType::Public, |_| SubjectType::Pairwise).as_str(),
        id_token_signed_response_alg: party.id_token_algorithm.as_str(),
        userinfo_signed_response_alg: party.userinfo_algorithm.map(SigningAlgorithm::as_str),
        default_max_age: party.default_max_age,
        post_logout_redirect_uris: party.post_logout_redirect_uris.iter().map(RedirectUri::as_str).collect(),
        backchannel_logout_uri: party.backchannel.as_ref().map(|told| told.uri.as_str()),
        backchannel_logout_session_required: party.backchannel.as_ref().map(|told| told.session_required),
        dpop_bound_access_tokens: (client.dpop == DpopRule::Required).then_some(true),
        authorization_signed_response_alg: requests.response_algorithm.map(SigningAlgorithm::as_str),
        request_object_signing_alg: requests.object_algorithm.map(AssertionAlgorithm::as_str),
        request_uris: requests.uris.iter().map(RequestUri::as_str).collect(),
        require_pushed_authorization_requests: requests.pushed.is_required(),
        about: own.map(|own| &own.about),
    }
}

/// The algorithms in a request for which the server needs a signing key.
pub fn algorithms(asked: &ClientMetadata) -> BTreeSet<SigningAlgorithm> {
    let named = [&asked.id_token_algorithm, &asked.userinfo_algorithm, &asked.response_algorithm];
    named.into_iter().flatten().filter_map(|name| SigningAlgorithm::parse(name)).collect()
}

/// Checks that the document of a sector lists every redirect URI (OpenID Connect Dynamic Client Registration §5).
///
/// # Errors
/// [`MetadataError`] when a redirect URI is missing from the document, or the document is not a list.
pub fn sector_lists(listed: Option<&[String]>, redirect_uris: &[RedirectUri]) -> Result<(), MetadataError> {
    let fault = |why| MetadataError::of("sector_identifier_uri", why);
    let listed = listed.ok_or_else(|| fault("it does not serve a JSON array of redirect URIs"))?;
    let is = |uri: &RedirectUri, known: &str| RedirectUri::read(known).is_ok_and(|known| uri.matches(&known));
    if redirect_uris.iter().any(|uri| !listed.iter().any(|known| is(uri, known))) {
        return Err(fault("it does not list every one of the redirect URIs"));
    }
    Ok(())
}

/// Checks where people may be sent, and returns the type of the application: the one that it told, or the one that
/// its redirect URIs show.
fn application_type(asked: &ClientMetadata, policy: &RegistrationPolicy) -> Result<ApplicationType, MetadataError> {
    let on_a_device = asked.redirect_uris.iter().any(|uri| uri.is_native() || uri.is_loopback());
    let told = asked.about.application_type;
    if told == Some(ApplicationType::Web) && on_a_device {
        let why = "those of application_type web are https and not on localhost: leave the type out, or say native";
        return Err(MetadataError::of_redirect_uris(why));
    }
    let refused = |uris: &[RedirectUri]| uris.iter().find_map(|uri| policy.admits(uri).err());
    if let Some(refused) = refused(&asked.redirect_uris) {
        return Err(MetadataError::of_redirect_uris(refused.why()));
    }
    if let Some(refused) = refused(&asked.post_logout_redirect_uris) {
        return Err(MetadataError::of("post_logout_redirect_uris", refused.why()));
    }
    Ok(told.unwrap_or(if on_a_device { ApplicationType::Native } else { ApplicationType::Web }))
}

/// Keeps what only describes the client, without the authentication contexts that nobody has here.
fn about(mut about: AboutClient, application_type: ApplicationType) -> AboutClient {
    about.application_type = Some(application_type);
    let known = about.default_acr_values.into_iter().flatten().filter(|value| Context::offered(value).is_some());
    about.default_acr_values = Some(known.collect::<Vec<_>>()).filter(|values| !values.is_empty());
    about
}

/// Refuses a name like that of an operator's client, because people trust those names. It is looked at as it is shown:
/// shortened if it is too long.
fn check_names(asked: &ClientMetadata, offer: &Offer<'_>) -> Result<(), MetadataError> {
    if asked.names().any(|name| offer.taken_names.contains(&NameSkeleton::of(&shortened(name.clone())))) {
        return Err(MetadataError::of("client_name", "it is, or looks like, the name of another client here"));
    }
    Ok(())
}

/// Reads the authentication method. A client that names none may show its secret in the header or in the body.
fn auth_method(asked: &ClientMetadata) -> Result<AuthMethod, MetadataError> {
    let Some(name) = &asked.auth_method else { return Ok(AuthMethod::Secret) };
    AuthMethod::parse(name).ok_or_else(|| MetadataError::of("token_endpoint_auth_method", "it is not known here"))
}

/// Reads the algorithm for assertions.
fn assertion_algorithm(
    asked: &ClientMetadata,
    method: AuthMethod,
) -> Result<Option<AssertionAlgorithm>, MetadataError> {
    let Some(name) = asked.assertion_algorithm.as_deref() else { return Ok(None) };
    let fault = |why| Err(MetadataError::of("token_endpoint_auth_signing_alg", why));
    match (method, AssertionAlgorithm::parse(name)) {
        (AuthMethod::ClientSecretJwt, Some(algorithm)) if algorithm.is_of_secrets() => Ok(Some(algorithm)),
        (AuthMethod::ClientSecretJwt, _) => fault("client_secret_jwt signs with HS256, HS384 or HS512"),
        (AuthMethod::PrivateKeyJwt, Some(algorithm)) => Ok(Some(algorithm)),
        (AuthMethod::PrivateKeyJwt, None) => fault("it is not known here"),
        (AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None, _) => {
            fault("it is for private_key_jwt and client_secret_jwt")
        }
    }
}

/// Returns the algorithm of the client's assertions: the registered one, or the usual one for a secret.
fn told_assertion_algorithm(client: &Client) -> Option<&'static str> {
    let registered = client.assertion_algorithm.map(AssertionAlgorithm::as_str);
    match client.auth_method {
        AuthMethod::ClientSecretJwt => Some(registered.unwrap_or(AssertionAlgorithm::Hs256.as_str())),
        AuthMethod::PrivateKeyJwt => registered,
        AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None => None,
    }
}

fn relying_party(asked: &ClientMetadata, offer: &Offer<'_>) -> Result<RelyingParty, MetadataError> {
    let signed = |member, name: &Option<String>| {
        let Some(name) = name else { return Ok(None) };
        let known = SigningAlgorithm::parse(name).filter(|known| offer.algorithms.contains(known));
        known.map(Some).ok_or_else(|| MetadataError::of(member, "there is no key for this algorithm here"))
    };
    let session_required = asked.backchannel_logout_session_required;
    Ok(RelyingParty {
        id_token_algorithm: signed("id_token_signed_response_alg", &asked.id_token_algorithm)?
            .unwrap_or(SigningAlgorithm::Rs256),
        userinfo_algorithm: signed("userinfo_signed_response_alg", &asked.userinfo_algorithm)?,
        sector: sector(asked)?,
        id_token_claims: IdTokenClaims::default(),
        default_max_age: asked.default_max_age,
        requires_factor: false,
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
            MalformedSector::Native => "pairwise needs a sector_identifier_uri for redirect URIs of apps on a device",
        };
        MetadataError::of("subject_type", why)
    };
    sector.map(Some).map_err(fault)
}

#[cfg(test)]
mod tests;
