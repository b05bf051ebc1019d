//! Arguments of `jeton brand`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum BrandCommand {
    /// Check the look in a directory, and print the value with which it is deployed.
    Check(BrandCheck),
}

#[derive(Args)]
pub(crate) struct BrandCheck {
    /// Directory with brand.toml, and logo.svg or logo.png if there is a logo.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Print the value alone, for a file or a script.
    #[arg(long)]
    pub(crate) value: bool,
    /// Print the result as one JSON document, and an error as {"error": "..."} on standard error.
    #[arg(long)]
    pub(crate) json: bool,
}
