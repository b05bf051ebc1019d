//! The basics of a function: configuration, the clock and randomness.

pub(crate) mod audit_lifetime;
pub(crate) mod brand;
pub(crate) mod client_id_documents;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod config_error;
pub(crate) mod directory;
pub(crate) mod dpop_nonce;
pub(crate) mod entrance;
pub(crate) mod entropy;
pub(crate) mod lists;
pub(crate) mod mail;
pub(crate) mod own_data;
pub(crate) mod paths;
pub(crate) mod people_policy;
pub(crate) mod registration;
pub(crate) mod request_uri;
pub(crate) mod sign_up;
pub(crate) mod switches;
pub(crate) mod wrapping_key;
