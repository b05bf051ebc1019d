//! The client information response.

use edge::{Response, json};
use grants::{AssertionAlgorithm, AuthMethod, Client, ClientKeys, DpopRule, SelfRegistration, SigningAlgorithm};
use http::StatusCode;
use keys::write_client_keys;
use protocol::{
    AboutClient, ClientInformation, GrantType, RedirectUri, RequestUri, ResponseType, Scope, Secret, ServerUri,
    SubjectType,
};

use crate::HERE;

/// The secrets to show in the response.
pub(crate) struct Shown<'a> {
    pub(crate) access_token: &'a Secret,
    pub(crate) secret: Option<&'a Secret>,
}

/// Builds a client information response: everything that is registered, including defaults.
pub(crate) fn information(status: StatusCode, client: &Client, shown: &Shown<'_>, issuer: &str) -> Response {
    let nothing = AboutClient::default();
    let own = client.registered_by.as_ref();
    let uri = format!("{issuer}{HERE}/{}", client.id);
    let (jwks, jwks_uri) = keys(client);
    let party = &client.relying_party;
    let subject_type = if party.sector.is_some() { SubjectType::Pairwise } else { SubjectType::Public };
    let ends_at = own.and_then(|own| own.ends_at).map(grants::Timestamp::seconds);
    let scope = own.and_then(|own| own.scope.as_ref()).or(client.scope.as_ref());
    let document = ClientInformation {
        client_id: client.id.as_str(),
        client_id_issued_at: client.created_at.seconds(),
        client_id_expires_at: ends_at,
        client_secret: shown.secret.map(Secret::expose),
        client_secret_expires_at: client.auth_method.has_secret().then_some(ends_at.unwrap_or(0)),
        registration_access_token: shown.access_token.expose(),
        registration_client_uri: &uri,
        client_name: &client.name,
        redirect_uris: uris(&client.redirect_uris),
        token_endpoint_auth_method: client.auth_method.as_str(),
        token_endpoint_auth_signing_alg: assertion_algorithm(client),
        grant_types: client.grant_types.iter().map(|kind| GrantType::as_str(*kind)).collect(),
        response_types: own.map(response_types).unwrap_or_default(),
        scope: scope.filter(|scope| !scope.is_empty()).map(Scope::to_string),
        jwks,
        jwks_uri: jwks_uri.map(ServerUri::as_str),
        subject_type: subject_type.as_str(),
        id_token_signed_response_alg: party.id_token_algorithm.as_str(),
        userinfo_signed_response_alg: party.userinfo_algorithm.map(SigningAlgorithm::as_str),
        default_max_age: party.default_max_age,
        post_logout_redirect_uris: uris(&party.post_logout_redirect_uris),
        backchannel_logout_uri: party.backchannel.as_ref().map(|told| told.uri.as_str()),
        backchannel_logout_session_required: party.backchannel.as_ref().map(|told| told.session_required),
        dpop_bound_access_tokens: (client.dpop == DpopRule::Required).then_some(true),
        authorization_signed_response_alg: client.requests.response_algorithm.map(SigningAlgorithm::as_str),
        request_object_signing_alg: client.requests.object_algorithm.map(AssertionAlgorithm::as_str),
        request_uris: client.requests.uris.iter().map(RequestUri::as_str).collect(),
        require_pushed_authorization_requests: client.requests.pushed.is_required(),
        about: own.map_or(&nothing, |own| &own.about),
    };
    json(status, &document)
}

fn uris(uris: &[RedirectUri]) -> Vec<&str> {
    uris.iter().map(RedirectUri::as_str).collect()
}

fn response_types(own: &SelfRegistration) -> Vec<&'static str> {
    own.response_types.iter().map(|kind| ResponseType::as_str(*kind)).collect()
}

fn keys(client: &Client) -> (Option<serde_json::Value>, Option<&ServerUri>) {
    match &client.keys {
        Some(ClientKeys::Inline(keys)) => (Some(write_client_keys(keys)), None),
        Some(ClientKeys::At(uri)) => (None, Some(uri)),
        None => (None, None),
    }
}

/// Returns the algorithm of the client's assertions: the registered one, or the usual one for a secret.
fn assertion_algorithm(client: &Client) -> Option<&'static str> {
    let registered = client.assertion_algorithm.map(AssertionAlgorithm::as_str);
    match client.auth_method {
        AuthMethod::ClientSecretJwt => Some(registered.unwrap_or(AssertionAlgorithm::Hs256.as_str())),
        AuthMethod::PrivateKeyJwt => registered,
        AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None => None,
    }
}
