//! Arguments of `jeton client` for apps that sign users in.

use clap::Args;

use crate::args::common::duration;

/// Options of an app that is a relying party of OpenID Connect.
#[derive(Args)]
pub(crate) struct RelyingPartyOptions {
    /// Algorithm that signs its ID tokens; default: RS256, or ES256 with a FAPI profile.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) id_token_alg: Option<String>,
    /// Claims of the user in its ID tokens: those requested one by one (requested), or those of the granted scopes as
    /// well (scope), for clients that do not ask /userinfo.
    #[arg(long, default_value = "requested", value_parser = ["requested", "scope"])]
    pub(crate) id_token_claims: String,
    /// Algorithm that signs its /userinfo responses as JWTs; default: plain JSON.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) userinfo_alg: Option<String>,
    /// Type of `sub`: the same for all apps (public), or specific to the app's sector (pairwise).
    #[arg(long, default_value = "public", value_parser = ["public", "pairwise"])]
    pub(crate) subject_type: String,
    /// Host that names its sector; default: the host of its redirect URIs.
    #[arg(long, value_name = "HOST", requires = "subject_type")]
    pub(crate) sector: Option<String>,
    /// Maximum age of a sign-in, for requests without their own limit: seconds, or 15m, 1h.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) default_max_age: Option<u32>,
    /// Let people sign in to it with a second factor only.
    #[arg(long)]
    pub(crate) require_factor: bool,
    /// URI where users may be sent after they sign out; may be repeated.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// URL (https) to which this server posts when a session ends.
    #[arg(long, value_name = "URL")]
    pub(crate) backchannel_logout_uri: Option<String>,
}
