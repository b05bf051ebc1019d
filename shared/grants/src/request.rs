//! The authorization request: checking the client and its redirect URI, the access requested, and the consent
//! needed.

pub(crate) mod access;
pub(crate) mod admission;
pub(crate) mod consent;
pub(crate) mod redirect;
