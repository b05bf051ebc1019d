//! Signed tokens: writes their contents, and reads them again.

pub(crate) mod access;
pub(crate) mod identity;
