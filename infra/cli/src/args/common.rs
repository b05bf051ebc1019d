//! Arguments that every command takes.

use std::path::PathBuf;

use clap::Args;

/// Options of every command that works on a stack.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Print the result as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Find the stack with the NAME=value lines of this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}
