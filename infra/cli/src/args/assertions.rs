//! What `jeton client` is told of a client that authenticates with assertions.

use std::path::PathBuf;

use clap::Args;

/// What a client needs that authenticates with assertions.
#[derive(Args)]
pub(crate) struct AssertionOptions {
    /// `private_key_jwt`: a file with its public keys, a JSON Web Key Set.
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    pub(crate) jwks: Option<PathBuf>,
    /// `private_key_jwt`: where it serves its public keys, so that it can change them by itself.
    #[arg(long, value_name = "URL")]
    pub(crate) jwks_uri: Option<String>,
    /// `private_key_jwt`: the one algorithm of its assertions; any that its keys are for without it.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) assertion_alg: Option<String>,
    /// What its assertions must name as their audience: the issuer as one string, or else also the token endpoint.
    #[arg(long, default_value = "endpoint", value_name = "AUDIENCE", value_parser = ["issuer", "endpoint"])]
    pub(crate) assertion_audience: String,
}
