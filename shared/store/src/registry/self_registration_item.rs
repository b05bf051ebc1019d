//! Conversion of self-registered clients and initial access tokens to items.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    DocumentCopy, InitialToken, InitialTokenName, PkceRule, RegistrationPolicy, RegistrationSource, SecretDigest,
    SelfRegistration,
};
use protocol::{AboutClient, Resource, ResponseType, Scope};

use crate::dynamodb::items::{Item, Reader, bytes, list, number, text, time};
use crate::dynamodb::unknown::Unknown;

pub(crate) const INITIAL_TOKEN: &str = "initial#";

pub(crate) fn initial_token_key(name: &InitialTokenName) -> String {
    format!("{INITIAL_TOKEN}{name}")
}

/// Builds the attribute that only a self-registered client has.
pub(crate) fn from_self_registration(own: &SelfRegistration) -> AttributeValue {
    let source = match own.source {
        RegistrationSource::Endpoint(access_token) => ("access_token".to_owned(), bytes(access_token.as_bytes())),
        RegistrationSource::Document(copy) => ("document".to_owned(), from_copy(copy)),
    };
    let mut map = Item::from([
        source,
        ("policy".to_owned(), from_policy(&own.policy)),
        (
            "response_types".to_owned(),
            AttributeValue::L(own.response_types.iter().map(|kind| text(kind.as_str())).collect()),
        ),
        ("about".to_owned(), text(&own.about)),
    ]);
    if let Some(name) = &own.initial_token {
        map.insert("initial_token".to_owned(), text(name));
    }
    if let Some(scope) = &own.scope {
        map.insert("scope".to_owned(), text(scope));
    }
    AttributeValue::M(map)
}

/// Reads the self-registration from the item of a client.
pub(crate) fn to_self_registration(client: &Reader<'_>) -> Result<Option<SelfRegistration>, Unknown> {
    let Some(read) = client.map("registered_by")? else { return Ok(None) };
    let response_types: Vec<ResponseType> = read.list("response_types", |text| ResponseType::parse(text).ok_or(()))?;
    Ok(Some(SelfRegistration {
        source: to_source(&read)?,
        initial_token: read.optional_parsed("initial_token", InitialTokenName::parse)?,
        policy: to_policy(&read)?,
        scope: read.optional_parsed("scope", Scope::parse)?,
        response_types: BTreeSet::from_iter(response_types),
        about: read.parsed("about", AboutClient::parse)?,
        ends_at: client.optional_time("expires_at")?,
    }))
}

fn to_source(read: &Reader<'_>) -> Result<RegistrationSource, Unknown> {
    if let Some(copy) = read.map("document")? {
        let (fetched_at, fresh_until) = (copy.time("fetched_at")?, copy.time("fresh_until")?);
        return Ok(RegistrationSource::Document(DocumentCopy { fetched_at, fresh_until }));
    }
    let digest = <[u8; 32]>::try_from(read.bytes("access_token")?).map_err(|_| read.damaged("access_token"))?;
    Ok(RegistrationSource::Endpoint(SecretDigest::from_bytes(digest)))
}

fn from_copy(copy: DocumentCopy) -> AttributeValue {
    AttributeValue::M(Item::from([
        ("fetched_at".to_owned(), time(copy.fetched_at)),
        ("fresh_until".to_owned(), time(copy.fresh_until)),
    ]))
}

pub(crate) fn from_initial_token(token: &InitialToken) -> Item {
    Item::from([
        ("id".to_owned(), text(&initial_token_key(&token.name))),
        ("name".to_owned(), text(&token.name)),
        ("policy".to_owned(), from_policy(&token.policy)),
        ("uses_left".to_owned(), number(&token.uses_left)),
        ("created_at".to_owned(), time(token.created_at)),
        ("expires_at".to_owned(), time(token.expires_at)),
    ])
}

pub(crate) fn to_initial_token(table: &str, item: &Item) -> Result<InitialToken, Unknown> {
    let read = Reader::new(table, item);
    Ok(InitialToken {
        name: read.parsed("name", InitialTokenName::parse)?,
        policy: to_policy(&read)?,
        uses_left: read.number("uses_left")?,
        created_at: read.time("created_at")?,
        expires_at: read.time("expires_at")?,
    })
}

fn from_policy(policy: &RegistrationPolicy) -> AttributeValue {
    let hosts: Vec<&String> = policy.redirect_hosts.iter().collect();
    let mut map = Item::from([("apis".to_owned(), list(&policy.apis)), ("redirect_hosts".to_owned(), list(&hosts))]);
    if let Some(scope) = &policy.scope {
        map.insert("scope".to_owned(), text(scope));
    }
    if let Some(lifetime) = &policy.client_lifetime {
        map.insert("client_lifetime".to_owned(), number(lifetime));
    }
    if !policy.bare_schemes.is_empty() {
        let schemes: Vec<&String> = policy.bare_schemes.iter().collect();
        map.insert("bare_schemes".to_owned(), list(&schemes));
    }
    if policy.pkce != PkceRule::default() {
        map.insert("pkce".to_owned(), text(policy.pkce.as_str()));
    }
    AttributeValue::M(map)
}

fn to_policy(read: &Reader<'_>) -> Result<RegistrationPolicy, Unknown> {
    let read = read.map("policy")?.ok_or_else(|| read.damaged("policy"))?;
    let names = |attribute| read.list(attribute, |text| Ok::<_, ()>(text.to_owned()));
    let hosts: Vec<String> = names("redirect_hosts")?;
    let schemes: Vec<String> = names("bare_schemes")?;
    Ok(RegistrationPolicy {
        scope: read.optional_parsed("scope", Scope::parse)?,
        apis: read.list("apis", Resource::parse)?,
        redirect_hosts: BTreeSet::from_iter(hosts),
        bare_schemes: BTreeSet::from_iter(schemes),
        client_lifetime: read.optional_number("client_lifetime")?,
        pkce: read.optional_parsed("pkce", |text| PkceRule::parse(text).ok_or(()))?.unwrap_or_default(),
    })
}
