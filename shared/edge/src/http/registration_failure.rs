//! Failures of the endpoint where clients register themselves (RFC 7591 §3.2.2, RFC 7592 §2).

use grants::userinfo::Denial;
use http::StatusCode;
use protocol::{MetadataError, RegistrationErrorResponse};
use store::Unknown;

use crate::http::bearer_failure::BearerFailure;
use crate::http::failure::Failure;
use crate::http::response::{Answer, json};
use crate::log::trace::Trace;

/// A failure of the registration endpoint.
#[derive(Clone, Debug)]
pub enum RegistrationFailure {
    /// The registration is not valid.
    Refused(MetadataError),
    /// The token is missing, malformed or not valid here. The answer does not reveal its owner, or whether the
    /// client exists.
    Token(BearerFailure),
    /// A failure of another kind.
    Other(Failure),
}

impl RegistrationFailure {
    /// The failure for a token that gives no access here.
    pub const DENIED: Self = Self::Token(BearerFailure::Denied(Denial::Token));

    /// Builds the response: 400 for an invalid registration, 401 for an invalid token.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Refused(fault) => {
                let error = fault.code().as_str();
                let body = RegistrationErrorResponse { error, error_description: fault.to_string() };
                Trace::refused(error).onto(json(StatusCode::BAD_REQUEST, &body))
            }
            Self::Token(failure) => failure.answer(),
            Self::Other(failure) => failure.answer(),
        }
    }
}

impl From<MetadataError> for RegistrationFailure {
    fn from(fault: MetadataError) -> Self {
        Self::Refused(fault)
    }
}

impl From<BearerFailure> for RegistrationFailure {
    fn from(failure: BearerFailure) -> Self {
        Self::Token(failure)
    }
}

impl From<Failure> for RegistrationFailure {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl From<Unknown> for RegistrationFailure {
    fn from(unknown: Unknown) -> Self {
        Self::Other(unknown.into())
    }
}
