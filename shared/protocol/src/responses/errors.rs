//! The error codes registered for the endpoints.

use std::fmt;

/// An error code of the token endpoint and of the other endpoints that authenticate clients in the same way (RFC
/// 6749 §5.2, RFC 7009 §2.2.1, RFC 8628 §3.5, RFC 8707 §2, RFC 9449 §5, §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenErrorCode {
    /// The request is malformed.
    InvalidRequest,
    /// The client is unknown, or its authentication failed.
    InvalidClient,
    /// The code or refresh token is invalid, or belongs to another client.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// The grant type is not supported.
    UnsupportedGrantType,
    /// The scope is unknown, malformed, or exceeds the granted scope.
    InvalidScope,
    /// The resource is unknown, malformed, or not available to this client.
    InvalidTarget,
    /// The DPoP proof is missing or not valid.
    InvalidDpopProof,
    /// The DPoP proof needs the nonce that the answer contains.
    UseDpopNonce,
    /// The request object does not count (RFC 9101 §6.2), where authorization requests are pushed.
    InvalidRequestObject,
    /// The reference to a request object leads to none (RFC 9101 §6.2).
    InvalidRequestUri,
    /// Nobody has answered the request of the device yet.
    AuthorizationPending,
    /// The same, and the device asks too often: the interval is longer by 5 seconds from now on.
    SlowDown,
    /// The person denied the request of the device.
    AccessDenied,
    /// The device code has expired.
    ExpiredToken,
    /// The outcome of the request is unknown: retry later.
    TemporarilyUnavailable,
    /// An internal error of this server.
    ServerError,
}

/// An error code of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthorizationErrorCode {
    /// The request is malformed.
    InvalidRequest,
    /// The client may not make this request.
    UnauthorizedClient,
    /// The person refused the request.
    AccessDenied,
    /// The response type is not supported.
    UnsupportedResponseType,
    /// The scope is unknown, malformed, or exceeds what the client may request.
    InvalidScope,
    /// The resource is unknown, malformed, or not available to this client.
    InvalidTarget,
    /// The request has `prompt=none`, but no person is signed in.
    LoginRequired,
    /// The request has `prompt=none`, but the person has not consented yet.
    ConsentRequired,
    /// The request object does not count (RFC 9101 §6.2).
    InvalidRequestObject,
    /// The reference to a request object leads to none (RFC 9101 §6.2).
    InvalidRequestUri,
    /// Request objects are not supported.
    RequestNotSupported,
    /// References to request objects are not supported.
    RequestUriNotSupported,
    /// The parameter `registration` is not supported.
    RegistrationNotSupported,
    /// No available sign-in method meets the requested authentication context (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements` §3).
    UnmetAuthenticationRequirements,
    /// The server cannot answer now: retry later.
    TemporarilyUnavailable,
}

impl TokenErrorCode {
    /// The value of `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }
}

impl AuthorizationErrorCode {
    /// The value of `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

impl fmt::Display for TokenErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for AuthorizationErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
