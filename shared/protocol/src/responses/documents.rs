//! What endpoints answer, as JSON documents.

use serde::{Deserialize, Serialize};

/// A token response (RFC 6749 §5.1). It holds secrets, so it has no `Debug`.
#[derive(Serialize)]
pub struct TokenResponse<'a> {
    /// The access token.
    pub access_token: &'a str,
    /// `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// The scope of the access token; always told, so that a narrower grant is seen.
    pub scope: &'a str,
    /// The refresh token, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    /// The ID token, where somebody signed in with OpenID Connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
}

/// An error response (RFC 6749 §5.2).
#[derive(Debug, Serialize)]
pub struct TokenErrorResponse {
    /// The registered code.
    pub error: &'static str,
    /// A sentence for the developer of the client.
    pub error_description: &'static str,
}

/// An introspection response (RFC 7662 §2.2). [`IntrospectionResponse::INACTIVE`] says nothing but that.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct IntrospectionResponse {
    /// Whether the token is good, now, for the API that asks.
    pub active: bool,
    /// The scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client that got the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// Expiry, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// Issued at, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// The person, or the client itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The APIs the token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Vec<String>>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The token's identifier, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

impl IntrospectionResponse {
    /// All that is told of a token that is not good here: RFC 7662 §2.2.
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

/// Authorization server metadata (RFC 8414 §2, OpenID Connect Discovery §3). Only what is on is in it.
#[derive(Debug, Serialize)]
pub struct Metadata {
    /// The issuer identifier.
    pub issuer: String,
    /// Where people are sent.
    pub authorization_endpoint: String,
    /// Where tokens are given.
    pub token_endpoint: String,
    /// The public keys.
    pub jwks_uri: String,
    /// Where APIs ask about tokens.
    pub introspection_endpoint: String,
    /// Where clients give tokens back.
    pub revocation_endpoint: String,
    /// Where clients register themselves, where they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// `code`, and where the implicit grant is on `token`, `id_token` and both.
    pub response_types_supported: Vec<&'static str>,
    /// `query`, `fragment` and `form_post`.
    pub response_modes_supported: Vec<&'static str>,
    /// The grant types.
    pub grant_types_supported: Vec<&'static str>,
    /// `S256`.
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// How clients authenticate at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How APIs authenticate at introspection.
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How clients authenticate at revocation.
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How clients sign their assertions, at the token endpoint.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The same, at introspection.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The same, at revocation.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// RFC 9207 §3.
    pub authorization_response_iss_parameter_supported: bool,
    /// OpenID Connect Core §6: request objects are not taken.
    pub request_parameter_supported: bool,
    /// OpenID Connect Core §6: nor references to them, which is the default of the field when it is absent.
    pub request_uri_parameter_supported: bool,
    /// What is about OpenID Connect, where it is on.
    #[serde(flatten)]
    pub openid: Option<OpenIdMetadata>,
}

/// The part of the metadata that is about OpenID Connect (OpenID Connect Discovery §3).
#[derive(Debug, Serialize)]
pub struct OpenIdMetadata {
    /// Where the claims about a person are.
    pub userinfo_endpoint: String,
    /// Where people sign out (OpenID Connect RP-Initiated Logout §2.1).
    pub end_session_endpoint: String,
    /// Whether apps are told of a sign-out behind the person's back (OpenID Connect Back-Channel Logout §2.1).
    pub backchannel_logout_supported: bool,
    /// Whether they are told which session ended.
    pub backchannel_logout_session_supported: bool,
    /// The scopes of OpenID Connect; those of APIs are their own affair.
    pub scopes_supported: Vec<&'static str>,
    /// `public` and `pairwise`.
    pub subject_types_supported: Vec<&'static str>,
    /// How ID tokens can be signed.
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    /// How answers of the UserInfo endpoint can be signed.
    pub userinfo_signing_alg_values_supported: Vec<&'static str>,
    /// What may be told of a person and of a sign-in.
    pub claims_supported: Vec<&'static str>,
    /// `normal`: claims are told by this server itself.
    pub claim_types_supported: Vec<&'static str>,
    /// OpenID Connect Core §5.5: single claims can be asked for.
    pub claims_parameter_supported: bool,
    /// The values of `acr`.
    pub acr_values_supported: Vec<&'static str>,
    /// The values of `prompt`.
    pub prompt_values_supported: Vec<&'static str>,
}

/// A JSON Web Key Set (RFC 7517 §5) of public keys.
#[derive(Debug, Default, Serialize)]
pub struct JwkSet {
    /// The keys, the ones to come included.
    pub keys: Vec<Jwk>,
}

/// A public JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2): there is no field for a private part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// The key's name, unique in the set.
    pub kid: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The one algorithm it is for.
    pub alg: String,
    /// RSA modulus.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n: Option<String>,
    /// RSA exponent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub e: Option<String>,
    /// Curve.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crv: Option<String>,
    /// Coordinate, or the whole Edwards point.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub x: Option<String>,
    /// Coordinate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub y: Option<String>,
}
