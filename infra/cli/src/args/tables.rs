//! What `jeton tables` is told.

use clap::Subcommand;

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum TablesCommand {
    /// Make the tables that are missing.
    Create(Common),
}
