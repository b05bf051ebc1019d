//! The keys table.

pub(crate) mod table;
