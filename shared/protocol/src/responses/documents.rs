//! JSON documents that the endpoints return.

use serde::{Deserialize, Serialize};

use crate::claims::claim_set::Claims;

/// A token response (RFC 6749 §5.1). It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct TokenResponse<'a> {
    /// The access token, opaque or signed.
    pub access_token: &'a str,
    /// The token type, `Bearer` or `DPoP`.
    pub token_type: &'static str,
    /// The number of seconds until the access token expires.
    pub expires_in: u64,
    /// The scope of the access token, so that clients notice a narrower grant. Without a scope, where none was asked for, it
    /// is left out: `scope` has at least one word (RFC 6749 §3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a str>,
    /// The refresh token, if one was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    /// The ID token, if a person signed in with OpenID Connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
    /// The type of the token, in the response to a token exchange (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

/// An error response (RFC 6749 §5.2, RFC 6750 §3, RFC 7591 §3.2.2).
#[derive(Debug, Serialize)]
pub struct ErrorResponse<'a> {
    /// The registered error code.
    pub error: &'static str,
    /// A sentence for the developer of the client.
    pub error_description: &'a str,
}

/// An introspection response (RFC 7662 §2.2). [`IntrospectionResponse::INACTIVE`] contains only `active`.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct IntrospectionResponse {
    /// `true` when the token is currently valid for the API that asks.
    pub active: bool,
    /// The scope of the token, if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client that got the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The token type, `Bearer` or `DPoP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// The expiry time, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// The time of issue, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// The subject: the person, or the client itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The APIs the token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Vec<String>>,
    /// The issuer of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The token's identifier, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The time when the person signed in, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<u64>,
    /// The authentication context of the sign-in (RFC 9470 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'static str>,
    /// The authentication methods of the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<&'static str>>,
    /// The key that the token is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Cnf>,
    /// The client that acts for the subject, and those that acted before it (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// The claims that the API wants: roles, groups and custom ones.
    #[serde(flatten)]
    pub claims: Claims,
}

/// The confirmation of a token (RFC 7800 §3.1): the key that its holder must prove to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cnf {
    /// The thumbprint of the key (RFC 9449 §6.1).
    pub jkt: String,
}

/// The actor of a token: the party that acts for the subject (RFC 8693 §4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The client that acts.
    pub sub: String,
    /// The actor of the token that it exchanged, if that token had one. It is only information: access depends on the
    /// outermost actor alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Self>>,
}

impl IntrospectionResponse {
    /// The whole response about a token that is not valid for the caller (RFC 7662 §2.2).
    pub const INACTIVE: Self = Self {
        active: false,
        scope: None,
        client_id: None,
        token_type: None,
        exp: None,
        iat: None,
        sub: None,
        aud: None,
        iss: None,
        jti: None,
        auth_time: None,
        acr: None,
        amr: None,
        cnf: None,
        act: None,
        claims: Claims::NONE,
    };
}

/// Authorization server metadata (RFC 8414 §2, OpenID Connect Discovery §3). It lists only enabled features.
#[derive(Debug, Serialize)]
pub struct Metadata {
    /// The issuer identifier, a URL.
    pub issuer: String,
    /// The URL to which apps send people to sign in and consent.
    pub authorization_endpoint: String,
    /// The URL that issues tokens.
    pub token_endpoint: String,
    /// The URL of the public keys.
    pub jwks_uri: String,
    /// The URL where APIs inspect tokens.
    pub introspection_endpoint: String,
    /// The URL where clients revoke tokens.
    pub revocation_endpoint: String,
    /// The URL where clients register themselves, if this is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// The response types: `code`, and with the implicit grant also `token`, `id_token` and both together.
    pub response_types_supported: Vec<&'static str>,
    /// The grant types on offer.
    pub grant_types_supported: Vec<&'static str>,
    /// The profiles of grants by assertion: identity assertions of other issuers (ID-JAG).
    pub authorization_grant_profiles_supported: Vec<&'static str>,
    /// The types of tokens for other authorization servers, in a token exchange.
    pub identity_chaining_requested_token_types_supported: Vec<&'static str>,
    /// The challenge methods: only `S256`.
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// The methods of client authentication at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The methods of API authentication at introspection.
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The methods of client authentication at revocation.
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The signature algorithms of client assertions at the token endpoint.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The signature algorithms of client assertions at introspection.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The signature algorithms of introspection responses (RFC 9701 §7).
    pub introspection_signing_alg_values_supported: Vec<&'static str>,
    /// The signature algorithms of client assertions at revocation.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The signature algorithms of DPoP proofs (RFC 9449 §5.1).
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
    /// `true` when responses contain `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
    /// `true` when a `client_id` may be the URL of a document that describes the client
    /// (draft-ietf-oauth-client-id-metadata-document §6). Left out otherwise: clients that see it register in no other
    /// way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id_metadata_document_supported: Option<bool>,
    /// The scopes of OpenID Connect, and those of the APIs that the operator lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The APIs that the operator lists (RFC 9728 §4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protected_resources: Vec<String>,
    /// The metadata about authorization requests and their responses.
    #[serde(flatten)]
    pub requests: RequestMetadata,
    /// The metadata of OpenID Connect, if it is enabled.
    #[serde(flatten)]
    pub openid: Option<OpenIdMetadata>,
}

/// The part of the metadata that describes authorization requests and their responses (RFC 9101 §10.5, RFC 9126 §5, JWT
/// Secured Authorization Response Mode §3).
#[derive(Debug, Serialize)]
pub struct RequestMetadata {
    /// The URL that takes pushed authorization requests (RFC 9126 §5).
    pub pushed_authorization_request_endpoint: String,
    /// The URL where devices ask for access (RFC 8628 §4).
    pub device_authorization_endpoint: String,
    /// `true` when clients must push their authorization requests.
    pub require_pushed_authorization_requests: bool,
    /// `true`: a request may be a signed object (RFC 9101).
    pub request_parameter_supported: bool,
    /// The signature algorithms of request objects.
    pub request_object_signing_alg_values_supported: Vec<&'static str>,
    /// `true` if references to request objects are followed (OpenID Connect Core §6). An absent field would mean `true`.
    pub request_uri_parameter_supported: bool,
    /// `true` where references are followed: only registered ones are (OpenID Connect Discovery §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_request_uri_registration: Option<bool>,
    /// The response modes: `query`, `fragment` and `form_post`, each also signed (`query.jwt`), and `jwt`.
    pub response_modes_supported: Vec<&'static str>,
    /// The signature algorithms of signed responses.
    pub authorization_signing_alg_values_supported: Vec<&'static str>,
}

/// The part of the metadata that describes OpenID Connect (OpenID Connect Discovery §3).
#[derive(Debug, Serialize)]
pub struct OpenIdMetadata {
    /// The URL that returns the claims about a person.
    pub userinfo_endpoint: String,
    /// The URL where people sign out (OpenID Connect RP-Initiated Logout §2.1).
    pub end_session_endpoint: String,
    /// `true` when apps are notified of a sign-out directly, not through the browser (OpenID Connect Back-Channel
    /// Logout §2.1).
    pub backchannel_logout_supported: bool,
    /// `true` when these notifications identify the session that ended.
    pub backchannel_logout_session_supported: bool,
    /// The subject types: `public` and `pairwise`.
    pub subject_types_supported: Vec<&'static str>,
    /// The signature algorithms for ID tokens.
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    /// The signature algorithms for UserInfo responses.
    pub userinfo_signing_alg_values_supported: Vec<&'static str>,
    /// The claims that may be returned about a person and a sign-in.
    pub claims_supported: Vec<&'static str>,
    /// The claim types: only `normal`, which means that this server itself provides the claims.
    pub claim_types_supported: Vec<&'static str>,
    /// `true` when single claims can be requested (OpenID Connect Core §5.5).
    pub claims_parameter_supported: bool,
    /// The supported values of `acr`.
    pub acr_values_supported: Vec<&'static str>,
    /// The supported values of `prompt`.
    pub prompt_values_supported: Vec<&'static str>,
    /// The languages of the pages. A deployment may have more.
    pub ui_locales_supported: Vec<String>,
}

/// The response to a pushed authorization request (RFC 9126 §2.2).
#[derive(Debug, Serialize)]
pub struct PushedResponse<'a> {
    /// The reference to the request.
    pub request_uri: &'a str,
    /// The time in seconds during which the reference can be used.
    pub expires_in: u64,
}

/// The response to a device that asks for access (RFC 8628 §3.2). It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct DeviceAuthorizationResponse<'a> {
    /// The code with which the device polls.
    pub device_code: &'a str,
    /// The code that the person enters.
    pub user_code: &'a str,
    /// The URL where the person enters it.
    pub verification_uri: &'a str,
    /// The same with the code in it, for a link or a QR code.
    pub verification_uri_complete: &'a str,
    /// The number of seconds until both codes expire.
    pub expires_in: u64,
    /// The number of seconds to wait between two polls.
    pub interval: u64,
}
