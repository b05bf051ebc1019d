//! The arguments of `jeton session`.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum SessionCommand {
    /// List the sessions that are alive, of everybody or of one person.
    List(SessionList),
    /// End a session, or all sessions of a person: apps are told, and grants without `offline_access` end with it.
    End(SessionEnd),
}

#[derive(Args)]
pub(crate) struct SessionList {
    /// The person.
    #[arg(value_name = "USERNAME", conflicts_with = "username")]
    pub(crate) positional: Option<String>,
    /// The same, as a flag.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["session", "username"]))]
pub(crate) struct SessionEnd {
    /// The session, as `jeton session list` shows it.
    #[arg(value_name = "SESSION", allow_hyphen_values = true)]
    pub(crate) session: Option<String>,
    /// The person whose session it is; without a session, all sessions of the person.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}
