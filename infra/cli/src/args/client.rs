//! Arguments of `jeton client`.

use clap::{Args, Subcommand};

use crate::args::assertions::AssertionOptions;
use crate::args::client_update::ClientUpdate;
use crate::args::common::{Changing, Common, Destroying, Listing, grant_names};
use crate::args::import::ImportOptions;
use crate::args::issuer::FederationOptions;
use crate::args::names::ClientName;
use crate::args::relying_party::RelyingPartyOptions;
use crate::args::requests::RequestOptions;
use crate::settings::appearance::AppearanceOptions;

#[derive(Subcommand)]
pub(crate) enum ClientCommand {
    /// Register a client; its secret is shown only once.
    Create(Box<ClientCreate>),
    /// Register clients from JSON lines, or from one JSON array, on standard input: the words of `client show
    /// --json`, and `client_secret`.
    Import(ImportOptions),
    /// List the registered clients.
    List(Listing),
    /// Show one registered client.
    Show(OneClient),
    /// Change settings of a client: what is added counts at the next request, what is removed within a minute.
    Update(Box<ClientUpdate>),
    /// Disable a client; takes effect within a minute.
    Disable(ClientSwitch),
    /// Enable a disabled client again.
    Enable(ClientSwitch),
    /// Create a new secret, shown only once; the previous one stays valid until the next rotation.
    RotateSecret(RotateSecret),
    /// Delete a client permanently.
    Delete(ClientDelete),
}

#[derive(Args)]
pub(crate) struct ClientCreate {
    /// Name of the client that users see.
    #[arg(long)]
    pub(crate) name: String,
    /// The client's `client_id`; default: generated at random.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Security profile: the FAPI 2.0 Security Profile (fapi2), or with signed authorization requests as well
    /// (fapi2-signed). It brings pushed requests, bound tokens, PKCE, `private_key_jwt`, and no RS256.
    #[arg(long, default_value = "baseline", value_parser = ["baseline", "fapi2", "fapi2-signed"])]
    pub(crate) profile: String,
    /// How the client authenticates; default: with a secret, either in the header or in the body. Use none for
    /// apps that cannot keep a secret.
    #[arg(long, value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"])]
    pub(crate) auth_method: Option<String>,
    #[command(flatten)]
    pub(crate) assertions: AssertionOptions,
    #[command(flatten)]
    pub(crate) federation: FederationOptions,
    /// Grant type that the client may use; may be repeated. Avoid implicit and password: they are for clients that
    /// still migrate, and work only where the deployment allows them too.
    #[arg(long = "grant", value_name = "GRANT", value_parser = grant_names())]
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
    /// APIs that one token is for: one of the client's, or all of them. With one, a client with several APIs names one
    /// in the parameter resource.
    #[arg(long, default_value = "one", value_parser = ["one", "all"])]
    pub(crate) audience: String,
    /// PKCE requirement: always (required), or a nonce with openid instead (nonce), or neither (optional). Default:
    /// nonce; required with --auth-method none, where nothing else is possible.
    #[arg(long, value_parser = ["required", "nonce", "optional"])]
    pub(crate) pkce: Option<String>,
    /// Issue access tokens only with a `DPoP` proof, and bound to its key.
    #[arg(long)]
    pub(crate) dpop_bound_access_tokens: bool,
    /// Claim in the tokens that it gets with `client_credentials`: `tenant=acme`, `roles=["admin"]`; may be repeated. With
    /// --federated, the same as --federated-claim.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// Mark as the operator's own app: users are not asked for consent unless the app requests it
    /// (prompt=consent).
    #[arg(long)]
    pub(crate) trusted: bool,
    /// Identifier of an API on whose behalf the client may introspect tokens; may be repeated.
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) introspects: Vec<String>,
    /// `client_id` of a client that may act with its access tokens (`token-exchange`), besides the APIs that these are
    /// for; may be repeated.
    #[arg(long = "may-act", value_name = "CLIENT")]
    pub(crate) may_act: Vec<String>,
    /// Authorization server of others for which the client gets identity assertions (ID-JAG, with `token-exchange`), and
    /// its `client_id` there; may be repeated.
    #[arg(long = "id-jag", value_name = "AUDIENCE=CLIENT_ID")]
    pub(crate) id_jag: Vec<String>,
    /// Algorithm of its signed introspection responses (RFC 9701); default: RS256, or ES256 with a FAPI profile.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) introspection_alg: Option<String>,
    #[command(flatten)]
    pub(crate) appearance: AppearanceOptions,
    #[command(flatten)]
    pub(crate) requests: RequestOptions,
    #[command(flatten)]
    pub(crate) relying_party: RelyingPartyOptions,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneClient {
    #[command(flatten)]
    pub(crate) id: ClientName,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct ClientSwitch {
    #[command(flatten)]
    pub(crate) one: OneClient,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Args)]
pub(crate) struct ClientDelete {
    #[command(flatten)]
    pub(crate) one: OneClient,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
}

#[derive(Args)]
pub(crate) struct RotateSecret {
    #[command(flatten)]
    pub(crate) id: ClientName,
    /// Create no new secret; revoke all secrets except the newest, effective now.
    #[arg(long)]
    pub(crate) retire_old: bool,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
    #[command(flatten)]
    pub(crate) common: Common,
}
