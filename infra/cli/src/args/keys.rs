//! Arguments of `jeton keys`.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// List the signing keys and their states.
    List(Common),
    /// Create the next keys: published now, used for signing once all gateways know them.
    Rotate(KeysRotate),
}

#[derive(Args)]
pub(crate) struct KeysRotate {
    /// Algorithm to rotate; may be repeated. Default: all algorithms in use.
    #[arg(long = "alg", value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) algs: Vec<String>,
    /// Sign with the new keys immediately, after a key leaked. Gateways that cache the old key set refuse new
    /// tokens until they refresh it.
    #[arg(long)]
    pub(crate) now: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
