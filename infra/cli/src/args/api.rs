//! What `jeton api` is told.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum ApiCommand {
    /// Register an API.
    Create(ApiCreate),
    /// List the APIs.
    List(Common),
    /// Show one API.
    Show(OneApi),
    /// Delete an API; tokens for it end as they expire.
    Delete(OneApi),
}

#[derive(Args)]
pub(crate) struct ApiCreate {
    /// The identifier: an absolute URI, `aud` of its tokens.
    #[arg(long, value_name = "URI")]
    pub(crate) identifier: String,
    /// The scope it offers, space-separated.
    #[arg(long, default_value = "", value_name = "SCOPE")]
    pub(crate) scope: String,
    /// How its JWTs are signed.
    #[arg(long, default_value = "RS256", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) alg: String,
    /// What its tokens look like: jwt is checked without asking anyone, opaque by introspection.
    #[arg(long, default_value = "jwt", value_parser = ["jwt", "opaque"])]
    pub(crate) token_format: String,
    /// How long its tokens live, in seconds.
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    pub(crate) lifetime: u32,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneApi {
    /// The API's identifier.
    pub(crate) identifier: String,
    #[command(flatten)]
    pub(crate) common: Common,
}
