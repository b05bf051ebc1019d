//! Arguments of `jeton consent`.

use clap::{Args, Subcommand};

use crate::args::common::Common;
use crate::args::user::UserName;

#[derive(Subcommand)]
pub(crate) enum ConsentCommand {
    /// List the consent that is remembered, of one person or of everybody.
    List(ConsentList),
    /// Withdraw consent: the app asks again. Its tokens stay until they expire or are revoked.
    Withdraw(ConsentWithdraw),
}

#[derive(Args)]
pub(crate) struct ConsentList {
    /// The name to sign in with; everybody without it.
    #[arg(value_name = "USERNAME", conflicts_with = "username")]
    pub(crate) positional: Option<String>,
    /// The same, as a flag.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct ConsentWithdraw {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// The client's `client_id`; every client without it.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}
