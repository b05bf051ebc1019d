//! Handles: random values with a tag, and the contents of each kind.

pub(crate) mod factors;
mod grant_handles;
pub(crate) mod handles;
pub(crate) mod kind;
pub(crate) mod master_keys;
mod nonces;
pub(crate) mod signing_secrets;
