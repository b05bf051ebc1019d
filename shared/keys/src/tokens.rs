//! Signed tokens: what one holds, and how it is read again.

pub(crate) mod access;
pub(crate) mod identity;
