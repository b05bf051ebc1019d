//! Arguments of the commands that import from standard input.

use clap::Args;

use crate::args::common::Common;

#[derive(Args)]
pub(crate) struct ImportOptions {
    /// Check every line and tell what an import would do, without writing anything.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
