//! Commands of the operator: clients, sessions, grants, renames, and their audit records.

mod audit_records;
mod clients;
mod concurrent_commands;
mod renames;
mod sessions_and_grants;
