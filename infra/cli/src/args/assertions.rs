//! Arguments of `jeton client` for clients that authenticate with assertions.

use std::path::PathBuf;

use clap::Args;

/// Options of a client that authenticates with assertions.
#[derive(Args)]
pub(crate) struct AssertionOptions {
    /// File with the client's public keys, a JSON Web Key Set (for `private_key_jwt`).
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    pub(crate) jwks: Option<PathBuf>,
    /// URL where the client serves its public keys, so that it can rotate them itself (for `private_key_jwt`).
    #[arg(long, value_name = "URL")]
    pub(crate) jwks_uri: Option<String>,
    /// The only algorithm accepted for its assertions; default: any that its keys or its secret support.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"])]
    pub(crate) assertion_alg: Option<String>,
    /// Audience that its assertions must name: the issuer, as one string (issuer), or the token endpoint as well
    /// (endpoint); default: endpoint, and issuer for a FAPI profile.
    #[arg(long, value_name = "AUDIENCE", value_parser = ["issuer", "endpoint"])]
    pub(crate) assertion_audience: Option<String>,
}
