//! The keys of clients, and the assertions that they sign.

pub(crate) mod assertion;
pub(crate) mod key_set;
