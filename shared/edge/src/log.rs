//! The log: audit events, and the lines that contain them.

pub(crate) mod audit;
pub(crate) mod levels;
pub(crate) mod lines;
pub(crate) mod request_log;
