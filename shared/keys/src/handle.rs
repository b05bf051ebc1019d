//! Handles: random values with a tag, and what each kind carries.

pub(crate) mod handles;
pub(crate) mod kind;
