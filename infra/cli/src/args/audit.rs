//! Arguments of `jeton audit`.

use clap::{Args, Subcommand};

use crate::args::common::Listing;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// List the changes that operators made with these commands, oldest first.
    List(AuditList),
}

#[derive(Args)]
pub(crate) struct AuditList {
    /// Start of the list: days, hours, minutes or seconds ago (7d, 12h, 30m, 90s), a UTC date (2026-11-01), a time as the
    /// list prints it (`2026-11-01T08:00:00Z`), or a time in seconds since 1970.
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) since: String,
    /// Show only changes by operators whose ARN or name contains this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) who: Option<String>,
    /// Show only changes of things whose name contains this text: user:usr_..., client:ID, api:IDENTIFIER.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) about: Option<String>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}
