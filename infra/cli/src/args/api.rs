//! Arguments of `jeton api`.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum ApiCommand {
    /// Register an API (resource server).
    Create(ApiCreate),
    /// List the registered APIs.
    List(Common),
    /// Show one registered API.
    Show(OneApi),
    /// Delete an API; tokens already issued for it stay valid until they expire.
    Delete(OneApi),
}

#[derive(Args)]
pub(crate) struct ApiCreate {
    /// Identifier of the API: an absolute URI, which becomes `aud` in its tokens.
    #[arg(long, value_name = "URI")]
    pub(crate) identifier: String,
    /// Scopes that the API offers: several separated by spaces, or one with a description for the consent page, as in
    /// "read=Read your orders". Repeatable.
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Algorithm that signs its JWT access tokens.
    #[arg(long, default_value = "RS256", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) alg: String,
    /// Format of its access tokens: jwt is verified locally, opaque needs introspection.
    #[arg(long, default_value = "jwt", value_parser = ["jwt", "opaque"])]
    pub(crate) token_format: String,
    /// Header `typ` of its JWT access tokens; JWT is for verifiers that take no other by default (Spring, Nimbus).
    #[arg(long, default_value = "at+jwt", value_parser = ["at+jwt", "JWT"])]
    pub(crate) token_type: String,
    /// Claims of the user in its access tokens and introspection answers, separated by spaces: roles, groups, or
    /// custom claims.
    #[arg(long, default_value = "", value_name = "NAMES")]
    pub(crate) claims: String,
    /// Lifetime of its access tokens, in seconds.
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    pub(crate) lifetime: u32,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneApi {
    /// Identifier of the API, an absolute URI.
    pub(crate) identifier: String,
    #[command(flatten)]
    pub(crate) common: Common,
}
