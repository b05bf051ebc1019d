//! What every command is told.

use std::path::PathBuf;

use clap::Args;

/// Options of every command that looks at a stack.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Find the stack by the NAME=value lines of this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}
