//! Commands of the operator: clients, sessions, grants, renames, imports, and their audit records.

mod apply;
mod audit_records;
mod client_names;
mod clients;
mod command_line;
mod concurrent_commands;
mod imports;
mod interrupted_deletions;
mod renames;
mod sessions_and_grants;
mod updates;
