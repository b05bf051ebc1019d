//! Errors that the client gets.

use grants::authorization::{Admission, ResponseTarget};
use protocol::AuthorizationErrorCode;

/// An error for the client.
pub(crate) struct ReturnedError {
    pub(crate) target: ResponseTarget,
    /// Someone is signed in on this browser.
    pub(crate) signed_in: bool,
    pub(crate) code: AuthorizationErrorCode,
    pub(crate) description: String,
}

impl ReturnedError {
    /// Creates the error for an admitted request, where someone is signed in.
    pub(crate) fn for_admitted(admission: &Admission, code: AuthorizationErrorCode, description: &str) -> Self {
        let (target, description) = (admission.response().clone(), description.to_owned());
        Self { target, signed_in: true, code, description }
    }
}
