//! Arguments of `jeton session`.

use clap::{Args, Subcommand};

use crate::args::common::{Common, Destroying, Listing};

#[derive(Subcommand)]
pub(crate) enum SessionCommand {
    /// List active sessions, of all users or of one user.
    List(SessionList),
    /// End one session or all sessions of a user: apps are notified, and grants without `offline_access` end too.
    End(SessionEnd),
}

#[derive(Args)]
pub(crate) struct SessionList {
    /// Username of the session's owner.
    #[arg(value_name = "USERNAME", conflicts_with = "username")]
    pub(crate) positional: Option<String>,
    /// Username, given as a flag instead.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["session", "username"]))]
pub(crate) struct SessionEnd {
    /// The session, as `jeton session list` shows it.
    #[arg(value_name = "SESSION", allow_hyphen_values = true)]
    pub(crate) session: Option<String>,
    /// Username of the session's owner; without a session, all sessions of this user end.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}
