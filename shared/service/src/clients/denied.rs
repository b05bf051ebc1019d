//! The reasons why a client is not authenticated.

use edge::Failure;
use grants::Refusal;
use store::Unknown;

/// The reasons why a client is not authenticated.
pub(crate) enum Denied {
    /// The client's credentials are not valid.
    Refused(Refusal),
    /// The check failed, so the result is unknown.
    Failed(Failure),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Denied {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unknown> for Denied {
    fn from(unknown: Unknown) -> Self {
        Self::Failed(unknown.into())
    }
}
