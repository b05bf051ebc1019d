//! The client information response.

use edge::{Response, json};
use grants::dynamic::registered;
use grants::{Client, ClientKeys, Timestamp};
use http::StatusCode;
use keys::write_client_keys;
use protocol::{ClientInformation, RegisteredMetadata, Secret};

use crate::HERE;

/// The secrets to show in the response.
pub(crate) struct Shown<'a> {
    pub(crate) access_token: &'a Secret,
    pub(crate) secret: Option<&'a Secret>,
}

/// Builds a client information response: everything that is registered, including defaults.
pub(crate) fn information(status: StatusCode, client: &Client, shown: &Shown<'_>, issuer: &str) -> Response {
    let uri = format!("{issuer}{HERE}/{}", client.id);
    let ends_at = client.registered_by.as_ref().and_then(|own| own.ends_at).map(Timestamp::seconds);
    let jwks = match &client.keys {
        Some(ClientKeys::Inline(keys)) => Some(write_client_keys(keys)),
        Some(ClientKeys::At(_)) | None => None,
    };
    let document = ClientInformation {
        client_id: client.id.as_str(),
        client_id_issued_at: client.created_at.seconds(),
        client_id_expires_at: ends_at,
        client_secret: shown.secret.map(Secret::expose),
        client_secret_expires_at: client.auth_method.has_secret().then_some(ends_at.unwrap_or(0)),
        registration_access_token: shown.access_token.expose(),
        registration_client_uri: &uri,
        registered: RegisteredMetadata { jwks, ..registered(client) },
    };
    json(status, &document)
}
