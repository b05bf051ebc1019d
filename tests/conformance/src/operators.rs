//! The operator's commands.

mod audit_records;
mod clients;
mod concurrent_commands;
mod renames;
mod sessions_and_grants;
