//! Client registration: the metadata that a client sends, and the response it receives.

pub(crate) mod descriptive;
pub(crate) mod document;
pub(crate) mod information;
pub(crate) mod members;
pub(crate) mod metadata;
mod unsupported;
