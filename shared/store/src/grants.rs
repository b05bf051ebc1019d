//! The grants table and its items.

mod authentication_item;
pub(crate) mod item;
pub(crate) mod table;
pub(crate) mod throttles;
pub(crate) mod transition;
pub(crate) mod user_codes;
