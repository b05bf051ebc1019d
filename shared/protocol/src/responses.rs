//! Responses of the endpoints: documents and error codes.

pub(crate) mod documents;
pub(crate) mod errors;
pub(crate) mod jwk_set;
