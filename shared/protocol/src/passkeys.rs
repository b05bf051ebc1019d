//! Passkeys: what a browser sends about a credential that it made or used (Web Authentication Level 3 §5.1.8, §6).

pub(crate) mod authenticator_data;
pub(crate) mod client_data;
pub(crate) mod cose_key;
pub(crate) mod credential_id;
pub(crate) mod malformed;
pub(crate) mod responses;
pub(crate) mod site;
