//! The registered error codes.

use std::fmt;

/// An error of the token endpoint and of the endpoints that authenticate clients as it does (RFC 6749 §5.2,
/// RFC 7009 §2.2.1, RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenErrorCode {
    /// The request is malformed.
    InvalidRequest,
    /// The client is unknown, or did not authenticate as it must.
    InvalidClient,
    /// The code or refresh token is not good, or not this client's.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// There is no such grant type here.
    UnsupportedGrantType,
    /// The scope is unknown, malformed, or more than was granted.
    InvalidScope,
    /// The resource is unknown, malformed, or not one this client may have tokens for.
    InvalidTarget,
    /// Not known whether the request took effect: ask again later.
    TemporarilyUnavailable,
    /// A fault of this server.
    ServerError,
}

/// An error of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthorizationErrorCode {
    /// The request is malformed.
    InvalidRequest,
    /// The client may not ask for this.
    UnauthorizedClient,
    /// The person said no.
    AccessDenied,
    /// There is no such response type here.
    UnsupportedResponseType,
    /// The scope is unknown, malformed, or more than the client may have.
    InvalidScope,
    /// The resource is unknown, malformed, or not one this client may have tokens for.
    InvalidTarget,
    /// `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// `prompt=none`, and the person has not agreed yet.
    ConsentRequired,
    /// Request objects are not taken.
    RequestNotSupported,
    /// References to request objects are not taken.
    RequestUriNotSupported,
    /// No sign-in here is of the kind that is demanded (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements` §3).
    UnmetAuthenticationRequirements,
    /// Ask again later.
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
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
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
