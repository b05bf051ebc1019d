//! The API that an entry of the file describes.

use std::collections::BTreeMap;

use grants::{Api, NewApi, SigningAlgorithm, TokenFormat};
use protocol::Localized;

use crate::commands::apply::file::ApiEntry;
use crate::commands::apply::word::Word;

/// The lifetime of access tokens in seconds, for an API that names none.
pub(crate) const LIFETIME: u32 = 900;

/// Returns the API of an entry. What stands already is not checked again: earlier versions had other rules.
pub(crate) fn api(entry: &ApiEntry, found: Option<&Api>) -> Result<Api, String> {
    let new = NewApi {
        // An API keeps the spelling that it was created with.
        identifier: found.map_or_else(|| entry.identifier.0.clone(), |found| found.identifier.clone()),
        scope: entry.scope.as_ref().map(|Word(scope)| scope.clone()).unwrap_or_default(),
        scope_descriptions: descriptions(entry)?,
        algorithm: entry.alg.as_ref().map_or(SigningAlgorithm::Rs256, |alg| alg.0),
        format: entry.token_format.as_ref().map_or(TokenFormat::Jwt, |format| format.0),
        token_type: entry.token_type.as_ref().map(|kind| kind.0).unwrap_or_default(),
        claims: entry.claims.as_ref().map(|Word(claims)| claims.clone()).unwrap_or_default(),
        lifetime: entry.lifetime.unwrap_or(LIFETIME),
    };
    if let Some(found) = found.filter(|found| is_like(found, &new)) {
        return Ok(found.clone());
    }
    new.register().map_err(|error| error.to_string())
}

/// Returns the descriptions of scope tokens, with those in further languages.
fn descriptions(entry: &ApiEntry) -> Result<BTreeMap<String, Localized>, String> {
    let by_language = entry.scope_descriptions_in.iter().map(|(Word(tag), texts)| (tag.clone(), texts.clone()));
    let joined = grants::descriptions::join(entry.scope_descriptions.clone(), by_language.collect());
    joined.map_err(|error| error.to_string())
}

fn is_like(found: &Api, new: &NewApi) -> bool {
    found.scope == new.scope
        && found.scope_descriptions == new.scope_descriptions
        && found.algorithm == new.algorithm
        && found.format == new.format
        && found.token_type == new.token_type
        && found.claims == new.claims
        && found.lifetime == new.lifetime
}
