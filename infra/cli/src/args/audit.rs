//! What `jeton audit` is told.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// List what operators changed with these commands, oldest first.
    List(AuditList),
}

#[derive(Args)]
pub(crate) struct AuditList {
    /// Begin so many days or hours ago (7d, 12h), on a day (2026-11-01, UTC), or at a time in seconds since 1970.
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) since: String,
    /// Only the changes of operators whose ARN or name contains this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) who: Option<String>,
    /// Only changes of things whose name contains this text: user:usr_..., client:ID, api:IDENTIFIER.
    #[arg(long, value_name = "TEXT")]
    pub(crate) about: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}
