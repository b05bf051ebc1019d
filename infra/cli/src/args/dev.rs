//! What `jeton dev` is told.

use std::path::PathBuf;

use clap::Args;

/// How to run the stack.
#[derive(Args)]
pub(crate) struct DevOptions {
    /// The port of the authorization server on 127.0.0.1.
    #[arg(long, default_value_t = 9000, value_name = "PORT")]
    pub(crate) port: u16,
    /// The issuer, where something in front ends TLS: an https URL; http://127.0.0.1:PORT without it.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Keep everything in this directory; without it all is gone at the end.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write the NAME=value lines with which other programs join this stack.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// The port of the embedded DynamoDB on 127.0.0.1; any free one without it.
    #[arg(long, value_name = "PORT")]
    pub(crate) dynamodb_port: Option<u16>,
    /// Whether clients register themselves at /register: with a token of `jeton registration-token`, or anybody.
    #[arg(long, value_name = "WHO", value_parser = ["off", "token", "open"])]
    pub(crate) registration: Option<String>,
}

impl DevOptions {
    /// Where the stack listens, as a URL.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
