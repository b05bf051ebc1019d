//! The grants table.

pub(crate) mod item;
pub(crate) mod table;
pub(crate) mod throttles;
