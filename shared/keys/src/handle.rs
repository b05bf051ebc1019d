//! Handles: random values with a tag, and the contents of each kind.

pub(crate) mod handles;
pub(crate) mod kind;
