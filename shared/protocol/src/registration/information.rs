//! The response to a client that registered itself (RFC 7591 §3.2, RFC 7592 §3).

use serde::Serialize;
use serde_json::Value;

use crate::registration::descriptive::AboutClient;

/// A client information response. It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct ClientInformation<'a> {
    /// The identifier of the client.
    pub client_id: &'a str,
    /// The time of the registration, in seconds since 1970.
    pub client_id_issued_at: u64,
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
    /// The client's name, as displayed to people.
    pub client_name: &'a str,
    /// The URIs that may receive responses.
    pub redirect_uris: Vec<&'a str>,
    /// The client's authentication method at the token endpoint.
    pub token_endpoint_auth_method: &'static str,
    /// The only algorithm accepted for the client's assertions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<&'static str>,
    /// The grant types that the client may use.
    pub grant_types: Vec<&'static str>,
    /// The response types that the client may request.
    pub response_types: Vec<&'static str>,
    /// The largest scope that the client may get.
    pub scope: String,
    /// The client's public keys, when it registered them inline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The URL where the client serves its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<&'a str>,
    /// The subject type, `public` or `pairwise`.
    pub subject_type: &'static str,
    /// The signature algorithm of the client's ID tokens.
    pub id_token_signed_response_alg: &'static str,
    /// The signature algorithm of UserInfo responses for this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<&'static str>,
    /// The maximum age of a sign-in, in seconds, when a request does not set one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// The URIs to which people may be redirected after they sign out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<&'a str>,
    /// The URL that is notified when a session ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<&'a str>,
    /// `true` when notifications must identify the session. Present only with `backchannel_logout_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// The metadata that is only stored.
    #[serde(flatten)]
    pub about: &'a AboutClient,
}
