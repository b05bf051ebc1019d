//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::client_keys::AssertionOptions;
use crate::commands::registration_token::RegistrationTokenCommand;
use crate::commands::relying_party::RelyingPartyOptions;
use crate::dev::DevOptions;

/// OAuth 2.1 authorization server on AWS Lambda and DynamoDB: the local stack and the operator's commands.
#[derive(Parser)]
#[command(name = "jeton", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  jeton dev                                            the whole stack on http://127.0.0.1:9000
  jeton api create --identifier https://api.example --scope \"read write\"
  jeton client create --name Orders --grant client_credentials --api https://api.example
  jeton client create --name Shop --grant authorization_code --grant refresh_token \\
      --redirect-uri https://shop.example/callback --api https://api.example

The commands find the stack by the variables of --env-file (jeton dev writes one), or by their own environment:
JETON_TABLE_*, JETON_KMS_KEY_ID or JETON_KEY_FILE, and the usual AWS_* ones.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the whole stack on this machine: store, tables, keys, a demo service, a demo app and a demo user.
    Dev(DevOptions),
    /// APIs (resource servers): who tokens are for.
    #[command(subcommand)]
    Api(ApiCommand),
    /// Clients: services and apps that get tokens.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Initial access tokens: what lets clients register themselves.
    #[command(subcommand)]
    RegistrationToken(RegistrationTokenCommand),
    /// People who sign in.
    #[command(subcommand)]
    User(UserCommand),
    /// Signing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The tables of a store on this machine; in the cloud they come with infra/template.yaml.
    #[command(subcommand)]
    Tables(TablesCommand),
}

/// Options of every command that looks at a stack.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Find the stack by the NAME=value lines of this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

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
    /// Whether it must use PKCE; optional is for confidential clients that do not know it.
    #[arg(long, default_value = "required", value_parser = ["required", "optional"])]
    pub(crate) pkce: String,
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

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Register a person.
    Create(UserCreate),
    /// Change what is known of a person; apps see it at once.
    Update(UserUpdate),
    /// Register people from JSON lines on standard input: {"username": "...", "password": "...", "claims": {"email": "..."}}.
    Import(Common),
    /// List the people.
    List(Common),
    /// Show one person, with all that is known.
    Show(OneUser),
    /// Switch a person off: sessions and grants end at once.
    Disable(OneUser),
    /// Switch a person on again.
    Enable(OneUser),
    /// Set another password: sessions and grants end at once.
    SetPassword(UserPassword),
    /// Delete a person with sessions, consents and grants.
    Delete(OneUser),
}

#[derive(Args)]
pub(crate) struct UserCreate {
    #[command(flatten)]
    pub(crate) password: UserPassword,
    /// What is known of the person, by the names of OpenID Connect: `email=ada@example.com`,
    /// `email_verified=true`, `address={"country": "FR"}`; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
}

#[derive(Args)]
pub(crate) struct UserUpdate {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// What is known of the person from now on; NAME= forgets it; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE", required = true)]
    pub(crate) claims: Vec<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct UserPassword {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// Read the password from standard input, up to the end of the line.
    #[arg(long, required = true)]
    pub(crate) password_stdin: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneUser {
    #[command(flatten)]
    pub(crate) user: UserName,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// The name may stand alone or behind its flag.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct UserName {
    /// The name to sign in with.
    #[arg(value_name = "USERNAME")]
    pub(crate) positional: Option<String>,
    /// The same, as a flag.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// List the signing keys and their states.
    List(Common),
    /// Make the next keys: published now, signing once every gateway knows them.
    Rotate(KeysRotate),
}

#[derive(Args)]
pub(crate) struct KeysRotate {
    /// Rotate this algorithm only; may be repeated. Without it all that are in use.
    #[arg(long = "alg", value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) algs: Vec<String>,
    /// Sign with the new keys at once: for a key that leaked. Gateways that keep the old key set refuse new tokens meanwhile.
    #[arg(long)]
    pub(crate) now: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Subcommand)]
pub(crate) enum TablesCommand {
    /// Make the tables that are missing.
    Create(Common),
}
