//! The authorization request: whom to trust, what may be asked, and what a person agrees to.

pub(crate) mod access;
pub(crate) mod consent;
pub(crate) mod redirect;
