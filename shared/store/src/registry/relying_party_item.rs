//! Conversion of relying parties to maps in the items of their clients.

use grants::{Backchannel, IdTokenClaims, RelyingParty, Sector, SigningAlgorithm};
use protocol::{RedirectUri, ServerUri};

use crate::dynamodb::items::{Item, Reader, algorithm, flag, list, number, text};
use crate::dynamodb::unknown::Unknown;

pub(crate) fn from_relying_party(registered: &RelyingParty) -> Item {
    let mut item = Item::from([
        ("id_token_algorithm".to_owned(), text(registered.id_token_algorithm.as_str())),
        ("post_logout_redirect_uris".to_owned(), list(&registered.post_logout_redirect_uris)),
    ]);
    let userinfo = registered.userinfo_algorithm.map(|algorithm| text(algorithm.as_str()));
    let sector = registered.sector.as_ref().map(text);
    let max_age = registered.default_max_age.as_ref().map(number);
    let backchannel = registered.backchannel.as_ref();
    let optional = [
        ("userinfo_algorithm", userinfo),
        ("sector", sector),
        ("default_max_age", max_age),
        ("requires_factor", registered.requires_factor.then(|| flag(true))),
        ("backchannel_logout_uri", backchannel.map(|told| text(&told.uri))),
        ("backchannel_logout_session_required", backchannel.map(|told| flag(told.session_required))),
    ];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

pub(crate) fn to_relying_party(read: &Reader<'_>) -> Result<RelyingParty, Unknown> {
    Ok(RelyingParty {
        id_token_algorithm: read.named("id_token_algorithm", SigningAlgorithm::parse)?,
        userinfo_algorithm: read.optional_parsed("userinfo_algorithm", algorithm)?,
        sector: read.optional_parsed("sector", Sector::parse)?,
        id_token_claims: IdTokenClaims::default(),
        default_max_age: read.optional_number("default_max_age")?,
        requires_factor: read.optional_flag("requires_factor")?,
        post_logout_redirect_uris: read.list("post_logout_redirect_uris", RedirectUri::read)?,
        backchannel: to_backchannel(read)?,
    })
}

fn to_backchannel(read: &Reader<'_>) -> Result<Option<Backchannel>, Unknown> {
    let Some(uri) = read.optional_parsed("backchannel_logout_uri", ServerUri::parse)? else { return Ok(None) };
    Ok(Some(Backchannel { uri, session_required: read.flag("backchannel_logout_session_required")? }))
}
