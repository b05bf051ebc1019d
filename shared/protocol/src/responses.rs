//! What an endpoint answers: documents and error codes.

pub(crate) mod documents;
pub(crate) mod errors;
