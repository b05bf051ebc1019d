//! The basics of a function: configuration, the clock and randomness.

pub(crate) mod client_id_documents;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod config_error;
pub(crate) mod entropy;
pub(crate) mod registration;
pub(crate) mod wrapping_key;
