//! Arguments of `jeton client` for the way in which pages show a client.

use std::ffi::OsString;

use clap::Args;

/// Options for the links and the logo of a client, on the consent page. An empty value means none.
#[derive(Args)]
pub(crate) struct AppearanceOptions {
    /// Website of the client (https).
    #[arg(long, value_name = "URI")]
    pub(crate) client_uri: Option<String>,
    /// Privacy policy of the client (https).
    #[arg(long, value_name = "URI")]
    pub(crate) policy_uri: Option<String>,
    /// Terms of service of the client (https).
    #[arg(long, value_name = "URI")]
    pub(crate) tos_uri: Option<String>,
    /// Logo of the client: a PNG, JPEG, WebP or GIF image of at most 64 KiB.
    #[arg(long, value_name = "FILE")]
    pub(crate) logo: Option<OsString>,
}
