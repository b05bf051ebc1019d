//! Arguments of `jeton keys`.

use clap::{Args, Subcommand};

use crate::args::common::{Common, Destroying, Listing};

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// List the signing keys and their states.
    List(KeysList),
    /// Create the next keys: published now, used for signing once all gateways know them.
    Rotate(KeysRotate),
    /// Withdraw a key that leaked: its tokens are refused, and another key takes its place at once.
    Retire(KeysRetire),
}

#[derive(Args)]
pub(crate) struct KeysList {
    /// List the master keys of the handles instead.
    #[arg(long)]
    pub(crate) handles: bool,
    #[command(flatten)]
    pub(crate) listing: Listing,
}

#[derive(Args)]
pub(crate) struct KeysRotate {
    /// Algorithm to rotate; may be repeated. Default: all algorithms in use.
    #[arg(long = "alg", value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) algs: Vec<String>,
    /// Rotate the master key of the handles (codes, refresh tokens, opaque tokens, cookies, forms) instead of signing keys.
    /// Handles of the former master stay good until `keys retire`.
    #[arg(long, conflicts_with = "algs")]
    pub(crate) handles: bool,
    /// Use the new keys immediately. Gateways that cache the old key set refuse new tokens until they refresh it. For a
    /// key that leaked, use `keys retire`.
    #[arg(long)]
    pub(crate) now: bool,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct KeysRetire {
    /// The `kid` of the key, as `jeton keys list` or `jeton keys list --handles` shows it; after `--` if it begins with -q
    /// or -h.
    #[arg(allow_hyphen_values = true)]
    pub(crate) kid: String,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}
