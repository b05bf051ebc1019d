//! Arguments of `jeton client`.

use clap::{Args, Subcommand};

use crate::args::assertions::AssertionOptions;
use crate::args::common::Common;
use crate::args::relying_party::RelyingPartyOptions;

#[derive(Subcommand)]
pub(crate) enum ClientCommand {
    /// Register a client; its secret is shown only once.
    Create(Box<ClientCreate>),
    /// List the registered clients.
    List(Common),
    /// Show one registered client.
    Show(OneClient),
    /// Disable a client; takes effect within a minute.
    Disable(OneClient),
    /// Enable a disabled client again.
    Enable(OneClient),
    /// Create a new secret, shown only once; the previous one stays valid until the next rotation.
    RotateSecret(RotateSecret),
    /// Delete a client permanently.
    Delete(OneClient),
}

#[derive(Args)]
pub(crate) struct ClientCreate {
    /// Name of the client that users see.
    #[arg(long)]
    pub(crate) name: String,
    /// The client's `client_id`; default: generated at random.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// How the client authenticates; use none for apps that cannot keep a secret.
    #[arg(long, default_value = "client_secret_basic", value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"])]
    pub(crate) auth_method: String,
    #[command(flatten)]
    pub(crate) assertions: AssertionOptions,
    /// Grant type that the client may use; may be repeated. Avoid implicit and password: they are for clients that
    /// still migrate, and work only where the deployment allows them too.
    #[arg(long = "grant", value_name = "GRANT", value_parser = ["client_credentials", "authorization_code", "refresh_token", "implicit", "password"])]
    pub(crate) grants: Vec<String>,
    /// Redirect URI, exactly as the app sends it, except for the port of a loopback URI (`http://localhost`,
    /// `http://127.0.0.1`, `http://[::1]`); may be repeated.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// Maximum scope of the client; default: everything that its APIs offer.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// Identifier of an API that the client may get tokens for; may be repeated.
    #[arg(long = "api", value_name = "IDENTIFIER")]
    pub(crate) apis: Vec<String>,
    /// Number of its APIs that one token may be for: with one, a client of several APIs names the API in the
    /// parameter resource.
    #[arg(long, default_value = "one", value_parser = ["one", "all"])]
    pub(crate) audience: String,
    /// PKCE requirement: required; nonce lets confidential clients send a nonce with openid instead; optional lets
    /// them use neither.
    #[arg(long, default_value = "required", value_parser = ["required", "nonce", "optional"])]
    pub(crate) pkce: String,
    /// Mark as the operator's own app: users are not asked for consent unless the app requests it
    /// (prompt=consent).
    #[arg(long)]
    pub(crate) trusted: bool,
    /// Identifier of an API on whose behalf the client may introspect tokens; may be repeated.
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) introspects: Vec<String>,
    #[command(flatten)]
    pub(crate) relying_party: RelyingPartyOptions,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneClient {
    /// The `client_id` of the client.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct RotateSecret {
    /// The `client_id` of the client.
    pub(crate) id: String,
    /// Create no new secret; revoke all secrets except the newest, effective now.
    #[arg(long)]
    pub(crate) retire_old: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
