//! JSON documents that the endpoints return.

use serde::{Deserialize, Serialize};

/// A token response (RFC 6749 §5.1). It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct TokenResponse<'a> {
    /// The access token, opaque or signed.
    pub access_token: &'a str,
    /// The token type, always `Bearer`.
    pub token_type: &'static str,
    /// The number of seconds until the access token expires.
    pub expires_in: u64,
    /// The scope of the access token; always present, so that clients notice a narrower grant.
    pub scope: &'a str,
    /// The refresh token, if one was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    /// The ID token, if a person signed in with OpenID Connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
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
    /// The scope of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client that got the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The token type, always `Bearer`.
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
    /// The response modes: `query`, `fragment` and `form_post`.
    pub response_modes_supported: Vec<&'static str>,
    /// The grant types on offer.
    pub grant_types_supported: Vec<&'static str>,
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
    /// The signature algorithms of client assertions at revocation.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// `true` when responses contain `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
    /// `false`: request objects are not supported (OpenID Connect Core §6).
    pub request_parameter_supported: bool,
    /// `false`: references to request objects are not supported (OpenID Connect Core §6). An absent field would
    /// mean `true`.
    pub request_uri_parameter_supported: bool,
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
    /// The metadata of OpenID Connect, if it is enabled.
    #[serde(flatten)]
    pub openid: Option<OpenIdMetadata>,
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
}

/// A JSON Web Key Set (RFC 7517 §5) of public keys.
#[derive(Debug, Default, Serialize)]
pub struct JwkSet {
    /// The public keys, including those that do not sign yet.
    pub keys: Vec<Jwk>,
}

/// A public JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2): it has no field for a private part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// The key type: `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// The key's identifier, unique in the set.
    pub kid: String,
    /// The use of the key, always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The only algorithm that the key is for.
    pub alg: String,
    /// The RSA modulus, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n: Option<String>,
    /// The RSA exponent, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub e: Option<String>,
    /// The name of the curve.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crv: Option<String>,
    /// The x coordinate, or the whole Edwards point, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub x: Option<String>,
    /// The y coordinate, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub y: Option<String>,
}
