//! Arguments of `jeton registration-token`.

use clap::{Args, Subcommand};

use crate::args::common::{Changing, Common, Destroying, Listing, duration_up_to_a_year, positive_duration};

#[derive(Subcommand)]
pub(crate) enum RegistrationTokenCommand {
    /// Create a token; it is shown only once.
    Create(RegistrationTokenCreate),
    /// List the tokens by name; the names cannot be used as tokens.
    List(Listing),
    /// Delete a token; clients that were registered with it stay.
    Delete(OneRegistrationToken),
}

#[derive(Args)]
pub(crate) struct RegistrationTokenCreate {
    /// Lifetime of the token: seconds, or 12h, 7d.
    #[arg(long, default_value = "1d", value_name = "TIME", value_parser = duration_up_to_a_year)]
    pub(crate) lifetime: u32,
    /// Maximum number of clients that can be registered with it.
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) uses: u32,
    /// Maximum scope of these clients; default: the identity scopes (openid, profile, ...) and everything that the
    /// APIs offer.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// Identifier of an API that these clients may get tokens for; may be repeated.
    #[arg(long = "api", value_name = "IDENTIFIER")]
    pub(crate) apis: Vec<String>,
    /// A host of their redirect URIs, or the scheme of an app with its colon (com.example.app:); may be repeated. Any without it.
    #[arg(long = "redirect-host", value_name = "HOST")]
    pub(crate) redirect_hosts: Vec<String>,
    /// Scheme of an app without a period (vscode, cursor) that their redirect URIs may have; may be repeated. Any app on
    /// a device can claim it.
    #[arg(long = "redirect-scheme", value_name = "SCHEME")]
    pub(crate) redirect_schemes: Vec<String>,
    /// Lifetime of these clients, in use or not: seconds, or 12h, 7d; default: unlimited.
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub(crate) client_lifetime: Option<u32>,
    /// PKCE requirement for confidential clients: PKCE or, with OpenID Connect, a nonce (required), or neither
    /// (optional).
    #[arg(long, default_value = "required", value_parser = ["required", "optional"])]
    pub(crate) pkce: String,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneRegistrationToken {
    /// The token's name, as `jeton registration-token list` tells it.
    #[arg(allow_hyphen_values = true)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}
