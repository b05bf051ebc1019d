//! What `jeton client` is told.

use clap::{Args, Subcommand};

use crate::args::assertions::AssertionOptions;
use crate::args::common::Common;
use crate::args::relying_party::RelyingPartyOptions;

#[derive(Subcommand)]
pub(crate) enum ClientCommand {
    /// Register a client; its secret is shown once.
    Create(Box<ClientCreate>),
    /// List the clients.
    List(Common),
    /// Show one client.
    Show(OneClient),
    /// Switch a client off, within a minute.
    Disable(OneClient),
    /// Switch a client on again.
    Enable(OneClient),
    /// Make a new secret, shown once; the last one stays good until the next rotation.
    RotateSecret(RotateSecret),
    /// Delete a client.
    Delete(OneClient),
}

#[derive(Args)]
pub(crate) struct ClientCreate {
    /// The name that people see.
    #[arg(long)]
    pub(crate) name: String,
    /// Its `client_id`; made at random without it.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// How it authenticates; none is for apps that cannot keep a secret.
    #[arg(long, default_value = "client_secret_basic", value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"])]
    pub(crate) auth_method: String,
    #[command(flatten)]
    pub(crate) assertions: AssertionOptions,
    /// A grant type it may use; may be repeated. Nobody should use implicit and password: they work only where the
    /// deployment allows them too, for clients that still migrate.
    #[arg(long = "grant", value_name = "GRANT", value_parser = ["client_credentials", "authorization_code", "refresh_token", "implicit", "password"])]
    pub(crate) grants: Vec<String>,
    /// Where answers may go, exactly as the app sends it; may be repeated.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// The most scope it may have; all that its APIs offer without it.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// An API it may have tokens for, by identifier; may be repeated.
    #[arg(long = "api", value_name = "IDENTIFIER")]
    pub(crate) apis: Vec<String>,
    /// For how many of its APIs one token may be: with one, a client of several APIs names the API with the parameter
    /// resource.
    #[arg(long, default_value = "one", value_parser = ["one", "all"])]
    pub(crate) audience: String,
    /// Whether it must use PKCE; confidential clients that do not know it may send a nonce with openid (nonce), or need
    /// neither (optional).
    #[arg(long, default_value = "required", value_parser = ["required", "nonce", "optional"])]
    pub(crate) pkce: String,
    /// The operator's own app: people are not asked for consent, unless the app asks for that (prompt=consent).
    #[arg(long)]
    pub(crate) trusted: bool,
    /// An API in whose name it may introspect tokens; may be repeated.
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) introspects: Vec<String>,
    #[command(flatten)]
    pub(crate) relying_party: RelyingPartyOptions,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneClient {
    /// The client's `client_id`.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct RotateSecret {
    /// The client's `client_id`.
    pub(crate) id: String,
    /// Make no new secret; end all but the newest now.
    #[arg(long)]
    pub(crate) retire_old: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
