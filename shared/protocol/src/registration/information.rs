//! The response to a registration.

use serde::Serialize;

use crate::registration::metadata::RegisteredMetadata;

/// A client information response (RFC 7591 §3.2, RFC 7592 §3). It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct ClientInformation<'a> {
    /// The identifier of the client.
    pub client_id: &'a str,
    /// The time of the registration, in seconds since 1970.
    pub client_id_issued_at: u64,
    /// The time when the registration ends unless it is used before, in seconds since 1970; absent for never. RFC 7591
    /// has a member for the end of a secret only, and public clients have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id_expires_at: Option<u64>,
    /// The client's secret, when it is new or the client has just presented it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<&'a str>,
    /// The time when the secret expires, in seconds since 1970; 0 for never. Present only with a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_expires_at: Option<u64>,
    /// The token that grants access to `registration_client_uri`.
    pub registration_access_token: &'a str,
    /// The URL where the client reads, replaces and deletes its registration.
    pub registration_client_uri: &'a str,
    /// The metadata that are registered.
    #[serde(flatten)]
    pub registered: RegisteredMetadata<'a>,
}
