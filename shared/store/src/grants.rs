//! The grants table and its items.

pub(crate) mod item;
pub(crate) mod table;
pub(crate) mod throttles;
pub(crate) mod transition;
