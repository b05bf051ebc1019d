//! The rules for registration, by an operator and by clients themselves.

mod api_descriptions;
pub(crate) mod api_settings;
pub mod descriptions;
mod key_rule;
pub(crate) mod lists;
mod metadata_errors;
mod offer;
mod own_access;
pub(crate) mod policy;
pub(crate) mod rules;
pub(crate) mod secrets;
pub mod self_service;
pub(crate) mod settings;
