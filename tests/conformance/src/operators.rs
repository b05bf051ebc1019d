//! The operator's commands.

mod audit_records;
mod clients;
mod concurrent_commands;
mod sessions_and_grants;
