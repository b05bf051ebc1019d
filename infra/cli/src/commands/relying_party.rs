//! Registration of relying parties by `jeton client`.

use edge::Error;
use grants::{Backchannel, IdTokenClaims, RelyingParty, Sector, SigningAlgorithm};
use outbound::Reach;
use protocol::RedirectUri;

use crate::args::RelyingPartyOptions;
use crate::commands::client_keys::server_uri;

/// Parses the relying party options of a client with these redirect URIs.
pub(crate) fn parse(
    options: &RelyingPartyOptions,
    redirect_uris: &[String],
    reach: &Reach,
) -> Result<RelyingParty, Error> {
    let algorithm = |text: &str| SigningAlgorithm::parse(text).ok_or_else(|| format!("{text} is not known"));
    let uris = |texts: &[String]| texts.iter().map(|text| redirect_uri(text)).collect::<Result<Vec<_>, _>>();
    let sector = match (options.subject_type.as_str(), &options.sector) {
        ("pairwise", Some(host)) => Some(Sector::parse(host)?),
        ("pairwise", None) => Some(Sector::of(&uris(redirect_uris)?)?),
        _ => None,
    };
    let backchannel = match &options.backchannel_logout_uri {
        Some(text) => {
            let uri = server_uri("--backchannel-logout-uri", text, reach)?;
            Some(Backchannel { uri, session_required: false })
        }
        None => None,
    };
    Ok(RelyingParty {
        id_token_algorithm: options.id_token_alg.as_deref().map_or(Ok(SigningAlgorithm::Rs256), algorithm)?,
        userinfo_algorithm: options.userinfo_alg.as_deref().map(algorithm).transpose()?,
        sector,
        id_token_claims: id_token_claims(&options.id_token_claims)?,
        default_max_age: options.default_max_age,
        requires_factor: options.require_factor,
        post_logout_redirect_uris: uris(&options.post_logout_redirect_uris)?,
        backchannel,
    })
}

pub(crate) fn id_token_claims(text: &str) -> Result<IdTokenClaims, Error> {
    Ok(IdTokenClaims::parse(text).ok_or("--id-token-claims is not known")?)
}

pub(crate) fn redirect_uri(text: &str) -> Result<RedirectUri, Error> {
    if text.contains('*') {
        let rule = "a redirect URI is compared as text, so * stands for itself: register each URI that the app uses";
        return Err(format!("the redirect URI {text:?} cannot be used: {rule}").into());
    }
    RedirectUri::parse(text).map_err(|error| format!("the redirect URI {text:?} cannot be used: {error}").into())
}
