//! Arguments of `jeton dev`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::common::Common;

/// Options to run the local stack.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct DevOptions {
    #[command(subcommand)]
    pub(crate) command: Option<DevCommand>,
    /// Port of the authorization server; 0 takes a free one and tells it.
    #[arg(long, default_value_t = 9000, value_name = "PORT")]
    pub(crate) port: u16,
    /// Address that the server listens on: 0.0.0.0 in a container. Anybody who reaches it can sign in as the demo user.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    pub(crate) host: IpAddr,
    /// Issuer URL: http://localhost:PORT for apps that use this name, or https if a proxy in front terminates TLS.
    /// With --host also http://NAME:PORT, for other containers. Default: http://127.0.0.1:PORT.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Keep all data in this directory; default: everything is deleted at exit.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write the env file, with the NAME=value lines that let commands and other programs use this stack, here;
    /// default: `JETON_ENV_FILE`, or else a file in the data directory.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Register the APIs, issuers and clients of this file before the server answers, as `jeton apply` does.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// Port of the embedded DynamoDB on 127.0.0.1; default: any free port.
    #[arg(long, value_name = "PORT")]
    pub(crate) dynamodb_port: Option<u16>,
    /// Show the pages and mails with the look in this directory, brand.toml and logo.svg or logo.png, and follow its changes;
    /// default: `JETON_BRAND`.
    #[arg(long, value_name = "DIR")]
    pub(crate) brand: Option<PathBuf>,
    /// Self-registration of clients at /register: off, with a token of `jeton registration-token` (token), or for
    /// anyone (open).
    #[arg(long, value_name = "WHO", value_parser = ["off", "token", "open"])]
    pub(crate) registration: Option<String>,
    /// Clients whose id is the URL of a document that describes them: off, of the hosts in
    /// `JETON_CLIENT_ID_DOCUMENT_HOSTS` (listed), or of any host (open).
    #[arg(long, value_name = "WHO", value_parser = ["off", "listed", "open"])]
    pub(crate) client_id_documents: Option<String>,
    /// URL on this machine that stands for the directory function: it gets {"username": "...", "password": "..."} by POST,
    /// and answers {"verified": true} or {"verified": false}; default: `JETON_DIRECTORY_FUNCTION`.
    #[arg(long, value_name = "URL")]
    pub(crate) directory: Option<String>,
    /// People who may make their own account at /account/sign-up: nobody (off), those with an invitation, those with an
    /// address in a domain of --sign-up-domain (domain), or anyone (open); default: `JETON_SIGN_UP`.
    #[arg(long, value_name = "WHO", value_parser = ["off", "invitation", "domain", "open"])]
    pub(crate) sign_up: Option<String>,
    /// Domain of addresses that may sign up; may be repeated; default: `JETON_SIGN_UP_DOMAINS`.
    #[arg(long = "sign-up-domain", value_name = "DOMAIN")]
    pub(crate) sign_up_domains: Vec<String>,
    /// Factor that every sign-in for an app needs: none besides the password (off), a second one (mfa), or a passkey (phr),
    /// which needs --issuer `http://localhost:PORT`; default: `JETON_REQUIRE_FACTOR`.
    #[arg(long, value_name = "FACTOR", value_parser = ["off", "mfa", "phr"])]
    pub(crate) require_factor: Option<String>,
    /// API that clients registered without a token may use: its identifier, and the scopes to create it with if it does
    /// not exist (`http://localhost:3000/mcp mcp:read mcp:tools`); may be repeated.
    #[arg(long = "registration-api", value_name = "URL [SCOPE]...")]
    pub(crate) registration_apis: Vec<String>,
    /// Scheme without a period (vscode, cursor) that their redirect URIs may have; may be repeated.
    #[arg(long = "registration-scheme", value_name = "SCHEME")]
    pub(crate) registration_schemes: Vec<String>,
}

#[derive(Subcommand)]
pub(crate) enum DevCommand {
    /// Print an access token of a user of the local stack, for tests and scripts: no sign-in, no consent.
    Token(DevToken),
}

/// Options to make a token without a sign-in.
#[derive(Args)]
pub(crate) struct DevToken {
    /// Username of the person that the token is about.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) user: String,
    /// The `client_id` of the app that the token is for; it must have the grant type `authorization_code`.
    #[arg(long, value_name = "ID")]
    pub(crate) client: String,
    /// Scope of the token; default: everything that the app may have.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// Identifier of the API that the token is for; an app with several APIs needs it.
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) api: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

impl DevOptions {
    /// Returns the URL of the stack's listener. One that listens everywhere has its address on this machine.
    pub(crate) fn address(&self) -> String {
        let host = match self.host {
            IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            address @ (IpAddr::V4(_) | IpAddr::V6(_)) => address,
        };
        match host {
            IpAddr::V4(address) => format!("http://{address}:{}", self.port),
            IpAddr::V6(address) => format!("http://[{address}]:{}", self.port),
        }
    }

    /// Returns whether other machines may reach the server.
    pub(crate) const fn is_open(&self) -> bool {
        !self.host.is_loopback()
    }
}
