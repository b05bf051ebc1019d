//! What `jeton keys` is told.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// List the signing keys and their states.
    List(Common),
    /// Make the next keys: published now, signing once every gateway knows them.
    Rotate(KeysRotate),
}

#[derive(Args)]
pub(crate) struct KeysRotate {
    /// Rotate this algorithm only; may be repeated. Without it all that are in use.
    #[arg(long = "alg", value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) algs: Vec<String>,
    /// Sign with the new keys at once: for a key that leaked. Gateways that keep the old key set refuse new tokens meanwhile.
    #[arg(long)]
    pub(crate) now: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
