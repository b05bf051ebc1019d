//! Conversion of the rule by which tokens of another issuer authenticate a client.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::Federation;
use protocol::IssuerUrl;

use crate::dynamodb::items::{Item, Reader, text};
use crate::dynamodb::unknown::Unknown;

/// The attribute of the rule.
pub(crate) const FEDERATION: &str = "federation";

pub(crate) fn federation(rule: &Federation) -> AttributeValue {
    let claims = rule.claims.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    AttributeValue::M(Item::from([
        ("issuer".to_owned(), text(&rule.issuer)),
        ("subject".to_owned(), text(&rule.subject)),
        ("claims".to_owned(), AttributeValue::M(claims)),
    ]))
}

pub(crate) fn to_federation(read: &Reader<'_>) -> Result<Option<Federation>, Unknown> {
    let Some(rule) = read.map(FEDERATION)? else { return Ok(None) };
    Ok(Some(Federation {
        issuer: rule.parsed("issuer", IssuerUrl::parse)?,
        subject: rule.text("subject")?.to_owned(),
        claims: rule.map("claims")?.map_or(Ok(BTreeMap::new()), |claims| claims.texts())?,
    }))
}
