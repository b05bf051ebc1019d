//! Failures of the endpoints that take access tokens (RFC 6750 §3).

use grants::userinfo::Denial;
use http::{HeaderValue, StatusCode, header};
use protocol::{BearerError, TokenErrorResponse};
use store::Unknown;

use crate::http::failure::Failure;
use crate::http::response::{self, Answer, json};
use crate::log::trace::Trace;

/// A failure of an endpoint that takes access tokens.
#[derive(Clone, Debug)]
pub enum BearerFailure {
    /// The request has no token.
    Missing,
    /// The token was not sent in the required form.
    Malformed(&'static str),
    /// The token does not give access to this endpoint.
    Denied(Denial),
    /// A failure of another kind.
    Other(Failure),
}

impl BearerFailure {
    /// Builds the response with `WWW-Authenticate`: 401 for a missing or invalid token, 403 for a token without
    /// the required scope, 400 for a malformed request.
    pub fn answer(&self) -> Answer {
        let (status, error, description, scope, reason) = match self {
            Self::Missing => {
                let challenge = HeaderValue::from_static("Bearer realm=\"jeton\"");
                let mut answer = response::empty(StatusCode::UNAUTHORIZED);
                answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                return Trace::refused("token_missing").onto(answer);
            }
            Self::Malformed(description) => {
                (StatusCode::BAD_REQUEST, "invalid_request", *description, "", "token_malformed")
            }
            Self::Denied(Denial::Token) => {
                let description = "the access token is unknown, expired or revoked";
                (StatusCode::UNAUTHORIZED, "invalid_token", description, "", "token_not_good")
            }
            Self::Denied(Denial::Scope) => {
                let description = "the access token does not have the scope openid";
                (StatusCode::FORBIDDEN, "insufficient_scope", description, ", scope=\"openid\"", "scope_missing")
            }
            Self::Other(failure) => return failure.answer(),
        };
        let mut answer = json(status, &TokenErrorResponse { error, error_description: description });
        let challenge =
            format!("Bearer realm=\"jeton\", error=\"{error}\", error_description=\"{description}\"{scope}");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        Trace::refused(reason).onto(answer)
    }
}

impl From<Denial> for BearerFailure {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<BearerError> for BearerFailure {
    fn from(error: BearerError) -> Self {
        match error {
            BearerError::Missing => Self::Missing,
            BearerError::Malformed(description) => Self::Malformed(description),
        }
    }
}

impl From<Failure> for BearerFailure {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl From<Unknown> for BearerFailure {
    fn from(unknown: Unknown) -> Self {
        Self::Other(unknown.into())
    }
}
