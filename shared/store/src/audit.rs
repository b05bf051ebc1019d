//! The audit table: what operators did, day by day.

pub(crate) mod day;
pub(crate) mod record;
pub(crate) mod table;
