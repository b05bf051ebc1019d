//! The arguments of `jeton grant`.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum GrantCommand {
    /// List grants: of everybody, of one person, of one client.
    List(GrantList),
    /// Revoke a grant, or all grants of a person, of a client, or of a person at a client.
    Revoke(GrantRevoke),
}

#[derive(Args)]
pub(crate) struct GrantList {
    /// The person.
    #[arg(value_name = "USERNAME", conflicts_with = "username")]
    pub(crate) positional: Option<String>,
    /// The same, as a flag.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    /// The client, by its `client_id`.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["grant", "username", "client"]))]
pub(crate) struct GrantRevoke {
    /// The grant, as `jeton grant list` and the log show it.
    #[arg(value_name = "GRANT", allow_hyphen_values = true, conflicts_with_all = ["username", "client"])]
    pub(crate) grant: Option<String>,
    /// The person whose grants end.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    /// The client whose grants end, by its `client_id`.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}
