//! Arguments of `jeton api`.

use clap::{Args, Subcommand};

use crate::args::common::{Changing, Common, Destroying, Listing, duration};
use crate::args::names::ApiName;

#[derive(Subcommand)]
pub(crate) enum ApiCommand {
    /// Register an API (resource server).
    Create(ApiCreate),
    /// List the registered APIs.
    List(Listing),
    /// Show one registered API.
    Show(OneApi),
    /// Change settings of an API: a new scope counts at the next request, all else within a minute.
    Update(ApiUpdate),
    /// Delete an API; tokens already issued for it stay valid until they expire.
    Delete(ApiDelete),
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
    /// Description of a scope in one language, for people whose pages are in that language: "de:read=Deine Bestellungen
    /// lesen". The scope needs a description for everybody else too. Repeatable.
    #[arg(long, value_name = "LANGUAGE:SCOPE=TEXT")]
    pub(crate) describe_in: Vec<String>,
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
    /// Lifetime of its access tokens: seconds, or 15m, 1h.
    #[arg(long, default_value = "15m", value_name = "TIME", value_parser = duration)]
    pub(crate) lifetime: u32,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneApi {
    #[command(flatten)]
    pub(crate) identifier: ApiName,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct ApiDelete {
    #[command(flatten)]
    pub(crate) one: OneApi,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args([
    "scope", "describe_in", "alg", "token_format", "token_type", "claims", "lifetime",
]))]
pub(crate) struct ApiUpdate {
    #[command(flatten)]
    pub(crate) identifier: ApiName,
    /// All scopes that the API offers from now on, as at create. The descriptions of those that stay are kept, and
    /// "read=" removes one, in all languages.
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Description of a scope in one language, as at create; all others are kept, and "de:read=" removes one. Repeatable.
    #[arg(long, value_name = "LANGUAGE:SCOPE=TEXT")]
    pub(crate) describe_in: Vec<String>,
    /// Algorithm that signs its JWT access tokens.
    #[arg(long, value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) alg: Option<String>,
    /// Format of its access tokens: jwt is verified locally, opaque needs introspection.
    #[arg(long, value_parser = ["jwt", "opaque"])]
    pub(crate) token_format: Option<String>,
    /// Header `typ` of its JWT access tokens.
    #[arg(long, value_parser = ["at+jwt", "JWT"])]
    pub(crate) token_type: Option<String>,
    /// All claims of the user in its access tokens, separated by spaces; an empty value means none.
    #[arg(long, value_name = "NAMES")]
    pub(crate) claims: Option<String>,
    /// Lifetime of its access tokens: seconds, or 15m, 1h.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lifetime: Option<u32>,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}
