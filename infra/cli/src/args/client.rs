//! Arguments of `jeton client`.

use clap::{Args, Subcommand};

use crate::args::appearance::AppearanceOptions;
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
    /// Change settings of a client; takes effect within a minute.
    Update(ClientUpdate),
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
    /// How the client authenticates; default: with a secret, in the header or in the body as it likes. Use none for
    /// apps that cannot keep a secret.
    #[arg(long, value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"])]
    pub(crate) auth_method: Option<String>,
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
    /// PKCE requirement: always (required), or a nonce with openid instead (nonce), or neither (optional). Default:
    /// nonce; required with --auth-method none, where nothing else is possible.
    #[arg(long, value_parser = ["required", "nonce", "optional"])]
    pub(crate) pkce: Option<String>,
    /// Claim in the tokens that it gets with `client_credentials`: `tenant=acme`, `roles=["admin"]`; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// Mark as the operator's own app: users are not asked for consent unless the app requests it
    /// (prompt=consent).
    #[arg(long)]
    pub(crate) trusted: bool,
    /// Identifier of an API on whose behalf the client may introspect tokens; may be repeated.
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) introspects: Vec<String>,
    #[command(flatten)]
    pub(crate) appearance: AppearanceOptions,
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
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["pkce", "id_token_claims", "claims", "client_uri", "policy_uri", "tos_uri", "logo"]))]
pub(crate) struct ClientUpdate {
    /// The `client_id` of the client.
    pub(crate) id: String,
    /// PKCE requirement: always (required), or a nonce with openid instead (nonce), or neither (optional).
    #[arg(long, value_parser = ["required", "nonce", "optional"])]
    pub(crate) pkce: Option<String>,
    /// Claims of the user in its ID tokens: those requested one by one (requested), or those of the granted scopes as
    /// well (scope).
    #[arg(long, value_parser = ["requested", "scope"])]
    pub(crate) id_token_claims: Option<String>,
    /// Claim in the tokens that it gets with `client_credentials`; NAME= removes the claim; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    #[command(flatten)]
    pub(crate) appearance: AppearanceOptions,
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
