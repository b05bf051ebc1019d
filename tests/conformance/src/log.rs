//! The log of the server, as an auditor reads it.

mod audit_events;
mod flows;
mod secrets;
