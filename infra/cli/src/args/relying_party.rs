//! What `jeton client` is told of an app that signs people in.

use clap::Args;

/// What an app asks for as a relying party of OpenID Connect.
#[derive(Args)]
pub(crate) struct RelyingPartyOptions {
    /// How its ID tokens are signed.
    #[arg(long, default_value = "RS256", value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) id_token_alg: String,
    /// How /userinfo answers it, as a JWT; as plain JSON without it.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) userinfo_alg: Option<String>,
    /// Whether it knows people by names that are for its sector alone.
    #[arg(long, default_value = "public", value_parser = ["public", "pairwise"])]
    pub(crate) subject_type: String,
    /// The host that names its sector; that of its redirect URIs without it.
    #[arg(long, value_name = "HOST", requires = "subject_type")]
    pub(crate) sector: Option<String>,
    /// The oldest sign-in that will do where a request does not say, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) default_max_age: Option<u32>,
    /// Where people may be sent after they signed out; may be repeated.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session ended: an https URL that this server posts to.
    #[arg(long, value_name = "URL")]
    pub(crate) backchannel_logout_uri: Option<String>,
}
