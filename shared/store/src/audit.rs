//! The audit table: changes made by operators, partitioned by day.

pub(crate) mod day;
pub(crate) mod record;
pub(crate) mod table;
