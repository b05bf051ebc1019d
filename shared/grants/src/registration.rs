//! The rules for registration, by an operator and by clients themselves.

pub(crate) mod policy;
pub(crate) mod rules;
pub mod self_service;
pub(crate) mod settings;
