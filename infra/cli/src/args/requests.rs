//! Options about the authorization requests of a client.

use clap::Args;

#[derive(Args)]
pub(crate) struct RequestOptions {
    /// Refuse authorization requests of the client that it did not push to /par (RFC 9126).
    #[arg(long)]
    pub(crate) require_par: bool,
    /// Algorithm that signs its authorization responses, if it asks for signed ones (`response_mode=jwt`); default: RS256,
    /// or ES256 with a FAPI profile.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) response_alg: Option<String>,
    /// The only algorithm accepted for its signed request objects (RFC 9101); default: any that its keys (--jwks,
    /// --jwks-uri) support.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"])]
    pub(crate) request_object_alg: Option<String>,
    /// URL where the client serves a signed request object (`request_uri`), for a deployment with `RequestUri` registered;
    /// may be repeated.
    #[arg(long = "request-uri", value_name = "URL")]
    pub(crate) request_uris: Vec<String>,
}

/// Options that change how a client authenticates, and how its requests and responses are protected.
#[derive(Args)]
pub(crate) struct ProtectionUpdate {
    /// Security profile. A FAPI profile (fapi2, fapi2-signed) brings the settings that it demands; baseline leaves all
    /// settings as they are.
    #[arg(long, value_parser = ["baseline", "fapi2", "fapi2-signed"])]
    pub(crate) profile: Option<String>,
    /// How the client authenticates. Where it had no secret, or another kind of secret, `client rotate-secret` then makes
    /// one.
    #[arg(long, value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"])]
    pub(crate) auth_method: Option<String>,
    /// The only algorithm accepted for its assertions; an empty value means any that its keys or its secret support.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512", ""])]
    pub(crate) assertion_alg: Option<String>,
    /// Audience that its assertions must name: the issuer, as one string (issuer), or the token endpoint as well
    /// (endpoint).
    #[arg(long, value_name = "AUDIENCE", value_parser = ["issuer", "endpoint"])]
    pub(crate) assertion_audience: Option<String>,
    /// Issue access tokens only with a `DPoP` proof, or with --dpop-bound-access-tokens=false also without one.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) dpop_bound_access_tokens: Option<bool>,
    /// Refuse authorization requests that it did not push to /par, or with --require-par=false accept them.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) require_par: Option<bool>,
    /// Algorithm that signs its authorization responses, if it asks for signed ones; an empty value means RS256.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256", ""])]
    pub(crate) response_alg: Option<String>,
    /// The only algorithm accepted for its signed request objects; an empty value means any that its keys support.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", ""])]
    pub(crate) request_object_alg: Option<String>,
    /// The URLs where the client serves request objects, in place of all that there are; an empty value means none.
    #[arg(long = "request-uri", value_name = "URL")]
    pub(crate) request_uris: Vec<String>,
    /// URL of a request object to add; may be repeated.
    #[arg(long = "add-request-uri", value_name = "URL")]
    pub(crate) added_request_uris: Vec<String>,
    /// URL of a request object to remove; may be repeated.
    #[arg(long = "remove-request-uri", value_name = "URL")]
    pub(crate) removed_request_uris: Vec<String>,
    /// Algorithm of its signed introspection responses (RFC 9701).
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) introspection_alg: Option<String>,
}
