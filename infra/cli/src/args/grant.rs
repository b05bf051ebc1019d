//! Arguments of `jeton grant`.

use clap::{Args, Subcommand};

use crate::args::common::{Common, Destroying, Listing};

#[derive(Subcommand)]
pub(crate) enum GrantCommand {
    /// List grants: all of them, those of one user, or those of one client.
    List(GrantList),
    /// Revoke one grant, or all grants of a user, of a client, or of a user at a client.
    Revoke(GrantRevoke),
}

#[derive(Args)]
pub(crate) struct GrantList {
    /// Username to filter by.
    #[arg(value_name = "USERNAME", conflicts_with = "username")]
    pub(crate) positional: Option<String>,
    /// Username, given as a flag instead.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    /// The client's `client_id` to filter by.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["grant", "username", "client"]))]
pub(crate) struct GrantRevoke {
    /// The grant, as `jeton grant list` and the log show it.
    #[arg(value_name = "GRANT", allow_hyphen_values = true, conflicts_with_all = ["username", "client"])]
    pub(crate) grant: Option<String>,
    /// Username of the user whose grants are revoked.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    /// The `client_id` of the client whose grants are revoked.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}
