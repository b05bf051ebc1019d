//! Responses of the endpoints: documents and error codes.

pub(crate) mod documents;
pub(crate) mod errors;
