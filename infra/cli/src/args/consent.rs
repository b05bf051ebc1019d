//! Arguments of `jeton consent`.

use clap::{Args, Subcommand};

use crate::args::common::{Common, Destroying, Listing};
use crate::args::user::UserName;

#[derive(Subcommand)]
pub(crate) enum ConsentCommand {
    /// List remembered consent, of one user or of all users.
    List(ConsentList),
    /// Withdraw consent: the app has to ask again. Its tokens stay valid until they expire or are revoked.
    Withdraw(ConsentWithdraw),
}

#[derive(Args)]
pub(crate) struct ConsentList {
    /// Username; default: all users.
    #[arg(value_name = "USERNAME", conflicts_with = "username")]
    pub(crate) positional: Option<String>,
    /// Username, given as a flag instead.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}

#[derive(Args)]
pub(crate) struct ConsentWithdraw {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// The client's `client_id`; default: all clients.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}
