//! The operator's commands, one module each.

pub(crate) mod api;
pub(crate) mod appearance;
pub(crate) mod audit;
pub(crate) mod claim_edits;
pub(crate) mod client;
pub(crate) mod client_keys;
pub(crate) mod client_update;
pub(crate) mod consent;
pub(crate) mod grant;
pub(crate) mod keys;
pub(crate) mod registration_token;
pub(crate) mod relying_party;
pub(crate) mod session;
pub(crate) mod tables;
pub(crate) mod user;
pub(crate) mod user_import;
