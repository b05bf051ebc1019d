//! What `jeton registration-token` is told.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum RegistrationTokenCommand {
    /// Make a token; it is shown once.
    Create(RegistrationTokenCreate),
    /// List the tokens, by names that open nothing.
    List(Common),
    /// Delete a token; clients that were registered with it stay.
    Delete(OneRegistrationToken),
}

#[derive(Args)]
pub(crate) struct RegistrationTokenCreate {
    /// How long it can be used, in seconds.
    #[arg(long, default_value_t = 86_400, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
    pub(crate) lifetime: u32,
    /// How many clients can be registered with it.
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) uses: u32,
    /// The most scope of these clients; who people are (openid, profile, ...) and all that the APIs offer without it.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// An API that they may have tokens for, by identifier; may be repeated.
    #[arg(long = "api", value_name = "IDENTIFIER")]
    pub(crate) apis: Vec<String>,
    /// A host of their redirect URIs, or the scheme of an app with its colon (com.example.app:); may be repeated. Any without it.
    #[arg(long = "redirect-host", value_name = "HOST")]
    pub(crate) redirect_hosts: Vec<String>,
    /// How long these clients live, in seconds; for ever without it.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) client_lifetime: Option<u32>,
    /// Whether confidential ones must use PKCE, or a nonce with OpenID Connect; optional excuses them.
    #[arg(long, default_value = "required", value_parser = ["required", "optional"])]
    pub(crate) pkce: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneRegistrationToken {
    /// The token's name, as `jeton registration-token list` tells it.
    #[arg(allow_hyphen_values = true)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) common: Common,
}
