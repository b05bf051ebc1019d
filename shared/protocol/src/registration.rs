//! What a client says of itself when it registers, and what it is told.

pub(crate) mod descriptive;
pub(crate) mod information;
pub(crate) mod members;
pub(crate) mod metadata;
