//! Signing keys: creation, wrapping, storage records, rotation and publication.

pub(crate) mod error;
pub(crate) mod key;
pub(crate) mod masters;
pub(crate) mod new_keys;
pub(crate) mod public;
pub(crate) mod records;
pub(crate) mod retirement;
pub(crate) mod rotation;
pub(crate) mod wrapping;
