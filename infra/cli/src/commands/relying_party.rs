//! What `jeton client` is told of an app that signs people in.

use clap::Args;
use edge::Error;
use grants::{Backchannel, RelyingParty, Sector, SigningAlgorithm};
use outbound::Reach;
use protocol::RedirectUri;
use serde_json::{Value, json};

use crate::commands::client::redirect_uri;
use crate::commands::client_keys::server_uri;

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

impl RelyingPartyOptions {
    /// What to register for a client with these redirect URIs.
    pub(crate) fn parse(&self, redirect_uris: &[String], reach: &Reach) -> Result<RelyingParty, Error> {
        let algorithm = |text: &str| SigningAlgorithm::parse(text).ok_or_else(|| format!("{text} is not known"));
        let uris = |texts: &[String]| texts.iter().map(|text| redirect_uri(text)).collect::<Result<Vec<_>, _>>();
        let sector = match (self.subject_type.as_str(), &self.sector) {
            ("pairwise", Some(host)) => Some(Sector::parse(host)?),
            ("pairwise", None) => Some(Sector::of(&uris(redirect_uris)?)?),
            _ => None,
        };
        let backchannel = match &self.backchannel_logout_uri {
            Some(text) => {
                let uri = server_uri("--backchannel-logout-uri", text, reach)?;
                Some(Backchannel { uri, session_required: false })
            }
            None => None,
        };
        Ok(RelyingParty {
            id_token_algorithm: algorithm(&self.id_token_alg)?,
            userinfo_algorithm: self.userinfo_alg.as_deref().map(algorithm).transpose()?,
            sector,
            default_max_age: self.default_max_age,
            post_logout_redirect_uris: uris(&self.post_logout_redirect_uris)?,
            backchannel,
        })
    }
}

/// By the names of OpenID Connect Dynamic Client Registration §2.
pub(crate) fn describe(registered: &RelyingParty) -> Value {
    json!({
        "id_token_signed_response_alg": registered.id_token_algorithm.as_str(),
        "userinfo_signed_response_alg": registered.userinfo_algorithm.map(SigningAlgorithm::as_str),
        "subject_type": if registered.sector.is_some() { "pairwise" } else { "public" },
        "sector": registered.sector.as_ref().map(Sector::as_str),
        "default_max_age": registered.default_max_age,
        "post_logout_redirect_uris":
            registered.post_logout_redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
        "backchannel_logout_uri": registered.backchannel.as_ref().map(|told| told.uri.as_str()),
    })
}
