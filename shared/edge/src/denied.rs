//! Clients that are not authenticated, and why.

use grants::Refusal;
use store::Unknown;

use crate::http::failure::Failure;

/// Why a client is not authenticated.
pub(crate) enum Denied {
    /// What it presented is not good.
    Refused(Refusal),
    /// It is not known whether it is.
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
