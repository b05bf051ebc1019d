//! Arguments of `jeton tables`.

use clap::{Args, Subcommand};

use crate::args::common::{Changing, Common};

#[derive(Subcommand)]
pub(crate) enum TablesCommand {
    /// Create the tables that are missing.
    Create(TablesCreate),
}

#[derive(Args)]
pub(crate) struct TablesCreate {
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}
