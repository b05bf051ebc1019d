//! Arguments of `jeton apply`.

use std::path::PathBuf;

use clap::Args;

use crate::args::common::Common;

/// Options to apply a file of APIs, issuers and clients.
#[derive(Args)]
pub(crate) struct ApplyOptions {
    /// File in TOML with `[[api]]`, `[[issuer]]` and `[[client]]` tables, as `jeton export` prints it; - is the standard input.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print what would change, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete the APIs, issuers and clients that are not in the file, except clients that registered themselves.
    #[arg(long)]
    pub(crate) prune: bool,
    /// Delete without a question.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
