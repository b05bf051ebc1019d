//! Arguments of `jeton tables`.

use clap::Subcommand;

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum TablesCommand {
    /// Create the tables that are missing.
    Create(Common),
}
