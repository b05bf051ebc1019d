//! Arguments of `jeton dev`.

use std::path::PathBuf;

use clap::Args;

/// Options to run the local stack.
#[derive(Args)]
pub(crate) struct DevOptions {
    /// Port of the authorization server on 127.0.0.1.
    #[arg(long, default_value_t = 9000, value_name = "PORT")]
    pub(crate) port: u16,
    /// Issuer URL (https), if a proxy in front terminates TLS; default: http://127.0.0.1:PORT.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Keep all data in this directory; default: everything is deleted at exit.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write an env file with the NAME=value lines that let other programs use this stack.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Port of the embedded DynamoDB on 127.0.0.1; default: any free port.
    #[arg(long, value_name = "PORT")]
    pub(crate) dynamodb_port: Option<u16>,
    /// Self-registration of clients at /register: off, with a token of `jeton registration-token` (token), or for
    /// anyone (open).
    #[arg(long, value_name = "WHO", value_parser = ["off", "token", "open"])]
    pub(crate) registration: Option<String>,
    /// Clients whose id is the URL of a document that describes them: off, of the hosts in
    /// `JETON_CLIENT_ID_DOCUMENT_HOSTS` (listed), or of any host (open).
    #[arg(long, value_name = "WHO", value_parser = ["off", "listed", "open"])]
    pub(crate) client_id_documents: Option<String>,
    /// API that clients may get tokens for which register themselves without a token: its identifier, and the scopes
    /// to create it with if it does not exist (`http://localhost:3000/mcp mcp:read mcp:tools`); may be repeated.
    #[arg(long = "registration-api", value_name = "URL [SCOPE]...")]
    pub(crate) registration_apis: Vec<String>,
    /// Scheme without a period (vscode, cursor) that their redirect URIs may have; may be repeated.
    #[arg(long = "registration-scheme", value_name = "SCHEME")]
    pub(crate) registration_schemes: Vec<String>,
}

impl DevOptions {
    /// Returns the URL of the stack's listener.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
