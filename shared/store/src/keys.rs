//! The keys table and its items.

pub(crate) mod table;
