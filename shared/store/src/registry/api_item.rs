//! Conversion of APIs to items.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Api, SigningAlgorithm, TokenFormat, TokenType, descriptions};
use protocol::{ClaimNames, LanguageTag, Localized, Resource, Scope};

use crate::dynamodb::items::{Item, Reader, number, text};
use crate::dynamodb::unknown::Unknown;
use crate::registry::item::CLAIMS;

pub(crate) const API: &str = "api#";
/// The attribute of the descriptions of scope tokens, by token.
const DESCRIPTIONS: &str = "scope_descriptions";
/// The attribute of the descriptions in further languages, by language and then by token. Earlier versions do not know it.
const DESCRIPTIONS_IN: &str = "scope_descriptions_in";

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
    let optional = [("token_type", token_type(api.token_type)), (CLAIMS, claim_names(&api.claims))];
    let optional = optional.into_iter().chain(from_descriptions(&api.scope_descriptions));
    item.extend(optional.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

/// Returns the attributes of descriptions. Those in further languages are apart, so that an earlier version reads the others.
pub(crate) fn from_descriptions(known: &BTreeMap<String, Localized>) -> [(&'static str, Option<AttributeValue>); 2] {
    let by_language = descriptions::by_language(known);
    let in_languages = by_language.iter().map(|(tag, texts)| (tag.to_string(), of_texts(texts)));
    let in_languages = (!by_language.is_empty()).then(|| AttributeValue::M(in_languages.collect()));
    let plain = (!known.is_empty()).then(|| of_texts(&descriptions::plain(known)));
    [(DESCRIPTIONS, plain), (DESCRIPTIONS_IN, in_languages)]
}

fn of_texts(texts: &BTreeMap<String, String>) -> AttributeValue {
    AttributeValue::M(texts.iter().map(|(token, meaning)| (token.clone(), text(meaning))).collect())
}

/// Reads the descriptions. A variant of a description that an earlier version removed does not count.
fn to_descriptions(read: &Reader<'_>) -> Result<BTreeMap<String, Localized>, Unknown> {
    let plain = read.map(DESCRIPTIONS)?.map_or(Ok(BTreeMap::new()), |map| map.texts())?;
    let mut by_language = BTreeMap::new();
    if let Some(languages) = read.map(DESCRIPTIONS_IN)? {
        for (name, mut texts) in languages.maps_of_texts()? {
            let tag = LanguageTag::parse(&name).map_err(|_| read.damaged(DESCRIPTIONS_IN))?;
            texts.retain(|token, _| plain.contains_key(token));
            by_language.insert(tag, texts);
        }
    }
    descriptions::join(plain, by_language).map_err(|_| read.damaged(DESCRIPTIONS_IN))
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
        scope_descriptions: to_descriptions(&read)?,
        algorithm: read.named("algorithm", SigningAlgorithm::parse)?,
        format: read.named("format", TokenFormat::parse)?,
        token_type: read.optional_parsed("token_type", |text| TokenType::parse(text).ok_or(()))?.unwrap_or_default(),
        claims: read.optional_parsed(CLAIMS, ClaimNames::parse)?.unwrap_or_default(),
        lifetime: read.number("lifetime")?,
        is_issuer: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(variants: &[(&str, &str)]) -> Api {
        let variants = variants.iter().map(|&(tag, text)| (LanguageTag::parse(tag).unwrap(), text.to_owned()));
        let read = Localized::with_variants("Read", variants.collect()).unwrap();
        Api {
            identifier: Resource::parse("https://orders.example").unwrap(),
            scope: Scope::parse("read write").unwrap(),
            scope_descriptions: [("read".to_owned(), read), ("write".to_owned(), Localized::new("Write"))].into(),
            algorithm: SigningAlgorithm::Rs256,
            format: TokenFormat::Jwt,
            token_type: TokenType::default(),
            claims: ClaimNames::default(),
            lifetime: 900,
            is_issuer: false,
        }
    }

    fn texts(pairs: &[(&str, &str)]) -> AttributeValue {
        AttributeValue::M(pairs.iter().map(|&(token, meaning)| (token.to_owned(), text(meaning))).collect())
    }

    #[test]
    fn an_api_is_read_back_with_its_languages_and_one_of_an_earlier_version_has_none() {
        let (plain, german) = (api(&[]), api(&[("de", "Lesen"), ("pt-BR", "Ler")]));
        for written in [&plain, &german] {
            assert_eq!(to_api("registry", &from_api(written)).unwrap(), *written);
        }
        // An earlier version reads the texts for everybody where it wrote them itself.
        assert_eq!(from_api(&german).get(DESCRIPTIONS), Some(&texts(&[("read", "Read"), ("write", "Write")])));
        assert!(!from_api(&plain).contains_key(DESCRIPTIONS_IN));
        let mut of_earlier_version = from_api(&german);
        of_earlier_version.remove(DESCRIPTIONS_IN);
        assert_eq!(to_api("registry", &of_earlier_version).unwrap(), plain);
    }

    #[test]
    fn a_variant_without_its_description_does_not_count_and_a_language_that_is_none_is_damage() {
        let mut item = from_api(&api(&[("de", "Lesen")]));
        item.insert(DESCRIPTIONS.to_owned(), texts(&[("write", "Write")]));
        let read = to_api("registry", &item).unwrap();
        assert_eq!(read.scope_descriptions, [("write".to_owned(), Localized::new("Write"))].into());
        for damaged in [AttributeValue::M([("d".to_owned(), texts(&[]))].into()), texts(&[("de", "Lesen")]), text("de")]
        {
            item.insert(DESCRIPTIONS_IN.to_owned(), damaged);
            assert!(to_api("registry", &item).is_err(), "{item:?}");
        }
    }
}
