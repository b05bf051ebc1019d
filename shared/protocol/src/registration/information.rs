//! What a client that registered itself is told (RFC 7591 §3.2, RFC 7592 §3).

use serde::Serialize;
use serde_json::Value;

use crate::registration::descriptive::AboutClient;

/// A client information response. It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct ClientInformation<'a> {
    /// Its name on the wire.
    pub client_id: &'a str,
    /// When it was registered, seconds since 1970.
    pub client_id_issued_at: u64,
    /// Its secret, when it is new or the client has just shown it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<&'a str>,
    /// When its secret ends, seconds since 1970; 0 is never. Where there is a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_expires_at: Option<u64>,
    /// What opens `registration_client_uri`.
    pub registration_access_token: &'a str,
    /// Where the client reads, replaces and deletes its registration.
    pub registration_client_uri: &'a str,
    /// Its name for people.
    pub client_name: &'a str,
    /// Where answers may go.
    pub redirect_uris: Vec<&'a str>,
    /// How it authenticates.
    pub token_endpoint_auth_method: &'static str,
    /// The one algorithm of its assertions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<&'static str>,
    /// What it may use.
    pub grant_types: Vec<&'static str>,
    /// What it may ask the authorization endpoint for.
    pub response_types: Vec<&'static str>,
    /// The most it may have.
    pub scope: String,
    /// Its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where it serves its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<&'a str>,
    /// `public` or `pairwise`.
    pub subject_type: &'static str,
    /// How its ID tokens are signed.
    pub id_token_signed_response_alg: &'static str,
    /// How the UserInfo endpoint signs for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<&'static str>,
    /// The oldest sign-in that will do where a request does not say, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Where people may be sent after they signed out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<&'a str>,
    /// Where it is told that a session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<&'a str>,
    /// Whether it must be told which one. Where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// What is only kept.
    #[serde(flatten)]
    pub about: &'a AboutClient,
}

/// A registration that is refused (RFC 7591 §3.2.2).
#[derive(Debug, Serialize)]
pub struct RegistrationErrorResponse {
    /// The code.
    pub error: &'static str,
    /// Which member, and why: a sentence of this server's own.
    pub error_description: String,
}
