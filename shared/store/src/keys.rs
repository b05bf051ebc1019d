//! The keys table and its items.

pub(crate) mod masters;
pub(crate) mod signing;
pub(crate) mod table;
