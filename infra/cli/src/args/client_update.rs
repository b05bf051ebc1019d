//! Arguments of `jeton client update`.

use std::path::PathBuf;

use clap::Args;

use crate::args::common::{Changing, Common, duration, grant_names};
use crate::args::issuer::FederationOptions;
use crate::args::names::ClientName;
use crate::args::requests::ProtectionUpdate;
use crate::settings::appearance::AppearanceOptions;

#[derive(Args)]
pub(crate) struct ClientUpdate {
    #[command(flatten)]
    pub(crate) id: ClientName,
    /// Name of the client that users see.
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) lists: ClientLists,
    /// The whole maximum scope of the client.
    #[arg(long, conflicts_with = "all_scopes")]
    pub(crate) scope: Option<String>,
    /// Let the maximum scope be everything that its APIs offer, as at create without --scope.
    #[arg(long)]
    pub(crate) all_scopes: bool,
    /// APIs that one token is for: one of the client's, or all of them.
    #[arg(long, value_parser = ["one", "all"])]
    pub(crate) audience: Option<String>,
    /// PKCE requirement: always (required), or a nonce with openid instead (nonce), or neither (optional).
    #[arg(long, value_parser = ["required", "nonce", "optional"])]
    pub(crate) pkce: Option<String>,
    /// Mark as the operator's own app, or with --trusted=false as an app of others.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) trusted: Option<bool>,
    /// Claim in the tokens that it gets with `client_credentials`; NAME= removes the claim; may be repeated. With
    /// --federated, the same as --federated-claim.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// File with the client's new public keys, a JSON Web Key Set (for `private_key_jwt`).
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    pub(crate) jwks: Option<PathBuf>,
    /// URL where the client serves its public keys from now on (for `private_key_jwt`).
    #[arg(long, value_name = "URL")]
    pub(crate) jwks_uri: Option<String>,
    #[command(flatten)]
    pub(crate) federation: FederationOptions,
    #[command(flatten)]
    pub(crate) protection: ProtectionUpdate,
    #[command(flatten)]
    pub(crate) relying_party: RelyingPartyUpdate,
    #[command(flatten)]
    pub(crate) appearance: AppearanceOptions,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options for the lists of a client. An option that is given replaces the list; one empty value means none.
#[derive(Args)]
pub(crate) struct ClientLists {
    /// Redirect URI; may be repeated. Those that are given replace the registered ones.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// Redirect URI to add; may be repeated.
    #[arg(long = "add-redirect-uri", value_name = "URI")]
    pub(crate) added_redirect_uris: Vec<String>,
    /// Redirect URI to remove; may be repeated.
    #[arg(long = "remove-redirect-uri", value_name = "URI")]
    pub(crate) removed_redirect_uris: Vec<String>,
    /// Grant type that the client may use; may be repeated. Those that are given replace the registered ones.
    #[arg(long = "grant", value_name = "GRANT", value_parser = [grant_names(), vec![""]].concat())]
    pub(crate) grants: Vec<String>,
    /// Grant type to add; may be repeated.
    #[arg(long = "add-grant", value_name = "GRANT", value_parser = grant_names())]
    pub(crate) added_grants: Vec<String>,
    /// Grant type to remove; may be repeated.
    #[arg(long = "remove-grant", value_name = "GRANT", value_parser = grant_names())]
    pub(crate) removed_grants: Vec<String>,
    /// Identifier of an API that the client may get tokens for; may be repeated. Those that are given replace the
    /// registered ones.
    #[arg(long = "api", value_name = "IDENTIFIER")]
    pub(crate) apis: Vec<String>,
    /// Identifier of an API to add; may be repeated.
    #[arg(long = "add-api", value_name = "IDENTIFIER")]
    pub(crate) added_apis: Vec<String>,
    /// Identifier of an API to remove; may be repeated.
    #[arg(long = "remove-api", value_name = "IDENTIFIER")]
    pub(crate) removed_apis: Vec<String>,
    /// Identifier of an API on whose behalf the client may introspect tokens; may be repeated. Those that are given
    /// replace the registered ones.
    #[arg(long, value_name = "IDENTIFIER")]
    pub(crate) introspects: Vec<String>,
    /// API that the client may introspect for as well; may be repeated.
    #[arg(long = "add-introspects", value_name = "IDENTIFIER")]
    pub(crate) added_introspects: Vec<String>,
    /// API that the client may no longer introspect for; may be repeated.
    #[arg(long = "remove-introspects", value_name = "IDENTIFIER")]
    pub(crate) removed_introspects: Vec<String>,
    /// `client_id` of a client that may act with its access tokens; may be repeated. Those that are given replace the
    /// registered ones.
    #[arg(long = "may-act", value_name = "CLIENT")]
    pub(crate) may_act: Vec<String>,
    /// Client that may act with its access tokens as well; may be repeated.
    #[arg(long = "add-may-act", value_name = "CLIENT")]
    pub(crate) added_may_act: Vec<String>,
    /// Client that may no longer act with its access tokens; may be repeated.
    #[arg(long = "remove-may-act", value_name = "CLIENT")]
    pub(crate) removed_may_act: Vec<String>,
    /// Authorization server of others for which it gets identity assertions, and its `client_id` there; may be
    /// repeated. Those that are given replace the registered ones.
    #[arg(long = "id-jag", value_name = "AUDIENCE=CLIENT_ID")]
    pub(crate) id_jag: Vec<String>,
    /// Authorization server for which it gets identity assertions as well; may be repeated.
    #[arg(long = "add-id-jag", value_name = "AUDIENCE=CLIENT_ID")]
    pub(crate) added_id_jag: Vec<String>,
    /// Authorization server for which it no longer gets identity assertions; may be repeated.
    #[arg(long = "remove-id-jag", value_name = "AUDIENCE=CLIENT_ID")]
    pub(crate) removed_id_jag: Vec<String>,
}

/// A maximum age of a sign-in in seconds, or that there is none.
#[derive(Clone, Copy)]
pub(crate) struct MaxAge(pub(crate) Option<u32>);

fn max_age(text: &str) -> Result<MaxAge, String> {
    if text.is_empty() { Ok(MaxAge(None)) } else { duration(text).map(|seconds| MaxAge(Some(seconds))) }
}

/// Options of an app that is a relying party of OpenID Connect.
#[derive(Args)]
pub(crate) struct RelyingPartyUpdate {
    /// Algorithm that signs its ID tokens.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256"])]
    pub(crate) id_token_alg: Option<String>,
    /// Claims of the user in its ID tokens: those requested one by one (requested), or those of the granted scopes as
    /// well (scope).
    #[arg(long, value_parser = ["requested", "scope"])]
    pub(crate) id_token_claims: Option<String>,
    /// Algorithm that signs its /userinfo responses as JWTs; an empty value means plain JSON.
    #[arg(long, value_name = "ALG", value_parser = ["RS256", "ES256", "EdDSA", "PS256", ""])]
    pub(crate) userinfo_alg: Option<String>,
    /// Maximum age of a sign-in, for requests without their own limit: seconds, or 15m, 1h; an empty value means none.
    #[arg(long, value_name = "TIME", value_parser = max_age)]
    pub(crate) default_max_age: Option<MaxAge>,
    /// Let people sign in to it with a second factor only, or with --require-factor=false without one again.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) require_factor: Option<bool>,
    /// URI where users may be sent after they sign out; may be repeated. Those that are given replace the registered
    /// ones.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// URI after sign-out to add; may be repeated.
    #[arg(long = "add-post-logout-redirect-uri", value_name = "URI")]
    pub(crate) added_post_logout_redirect_uris: Vec<String>,
    /// URI after sign-out to remove; may be repeated.
    #[arg(long = "remove-post-logout-redirect-uri", value_name = "URI")]
    pub(crate) removed_post_logout_redirect_uris: Vec<String>,
    /// URL (https) to which this server posts when a session ends; an empty value means none.
    #[arg(long, value_name = "URL")]
    pub(crate) backchannel_logout_uri: Option<String>,
}
