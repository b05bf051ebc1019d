//! Conversion of APIs to items.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Api, SigningAlgorithm, TokenFormat, TokenType};
use protocol::{ClaimNames, Resource, Scope};

use crate::dynamodb::items::{Item, Reader, number, text};
use crate::dynamodb::unknown::Unknown;
use crate::registry::item::CLAIMS;

pub(crate) const API: &str = "api#";

/// Returns the key of an API, which is the same for every spelling of its identifier.
pub(crate) fn api_key(identifier: &Resource) -> String {
    format!("{API}{}", identifier.normal_form())
}

/// Returns the key under which an earlier version stored the API, if it is another one: its identifier as it was
/// written.
pub(crate) fn earlier_api_key(identifier: &Resource) -> Option<String> {
    (identifier.as_str() != identifier.normal_form()).then(|| format!("{API}{identifier}"))
}

pub(crate) fn from_api(api: &Api) -> Item {
    let mut item = Item::from([
        ("id".to_owned(), text(&api_key(&api.identifier))),
        ("identifier".to_owned(), text(&api.identifier)),
        ("scope".to_owned(), text(&api.scope)),
        ("algorithm".to_owned(), text(&api.algorithm.as_str())),
        ("format".to_owned(), text(&api.format.as_str())),
        ("lifetime".to_owned(), number(&api.lifetime)),
    ]);
    let optional = [
        ("scope_descriptions", descriptions(&api.scope_descriptions)),
        ("token_type", token_type(api.token_type)),
        (CLAIMS, claim_names(&api.claims)),
    ];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

pub(crate) fn descriptions(known: &BTreeMap<String, String>) -> Option<AttributeValue> {
    let described = known.iter().map(|(token, meaning)| (token.clone(), text(meaning)));
    (!known.is_empty()).then(|| AttributeValue::M(described.collect()))
}

pub(crate) fn token_type(named: TokenType) -> Option<AttributeValue> {
    (named != TokenType::default()).then(|| text(named.as_str()))
}

pub(crate) fn claim_names(known: &ClaimNames) -> Option<AttributeValue> {
    (!known.is_empty()).then(|| text(known))
}

pub(crate) fn to_api(table: &str, item: &Item) -> Result<Api, Unknown> {
    let read = Reader::new(table, item);
    Ok(Api {
        identifier: read.parsed("identifier", Resource::parse)?,
        scope: read.parsed("scope", Scope::parse)?,
        scope_descriptions: read.map("scope_descriptions")?.map_or(Ok(BTreeMap::new()), |map| map.texts())?,
        algorithm: read.named("algorithm", SigningAlgorithm::parse)?,
        format: read.named("format", TokenFormat::parse)?,
        token_type: read.optional_parsed("token_type", |text| TokenType::parse(text).ok_or(()))?.unwrap_or_default(),
        claims: read.optional_parsed(CLAIMS, ClaimNames::parse)?.unwrap_or_default(),
        lifetime: read.number("lifetime")?,
        is_issuer: false,
    })
}
