//! Conversion of clients to items.
//!
//! A change of settings writes the attributes in which the items before and after it differ, so this is the only place that
//! knows how a setting is stored.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    AssertionAlgorithm, AudienceRule, AuthMethod, Client, ClientKeys, DpopRule, IdTokenClaims, PkceRule, Profile,
    Registrant, RelyingParty, SigningAlgorithm,
};
use keys::{read_client_keys, write_client_keys};
use protocol::{
    AssertionTarget, Claims, ClientId, ClientLink, GrantType, LanguageTag, LinkUrl, LogoFacts, RedirectUri, Resource,
    Scope, ServerUri,
};

use crate::dynamodb::items::{Item, Reader, algorithm, flag, list, number, secrets, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::registry::federation_item::{FEDERATION, federation, to_federation};
use crate::registry::relying_party_item::{from_relying_party, to_relying_party};
use crate::registry::request_rules_item::{from_requests, to_requests};
use crate::registry::self_registration_item::{from_self_registration, to_self_registration};

pub(crate) const CLIENT: &str = "client#";
/// The kept copies of documents. Their keys differ from those of all other clients, so that the function which writes
/// them can write nothing else.
pub(crate) const DOCUMENT: &str = "document#";
/// The attribute of the claims in a client's own tokens, or of those that an API is told.
pub(crate) const CLAIMS: &str = "claims";
/// The attribute of the algorithm of a client's introspection responses, if it is not RS256.
const INTROSPECTION_ALGORITHM: &str = "introspection_algorithm";
/// The attribute of the claims in a client's ID tokens. It stands beside `relying_party`, so that a change can name it.
const ID_TOKEN_CLAIMS: &str = "id_token_claims";
/// The attribute of the clients that may act with a client's tokens, if there are any.
const MAY_ACT: &str = "may_act";
/// The attribute of the authorization servers for which a client gets identity assertions, if there are any.
const ID_JAG: &str = "id_jag";
/// The attribute of a client's security profile, if it is not the baseline.
const PROFILE: &str = "profile";
/// The attribute of the number of changes to a client's settings.
pub(crate) const REVISION: &str = "revision";
/// The attribute of the rule that a client must prove the key of its access tokens.
const DPOP: &str = "dpop_bound_access_tokens";
/// The attribute that marks a client which named no authentication method.
const UNNAMED: &str = "auth_method_unnamed";
/// The attribute of a client's names by language, if there are any.
pub(crate) const NAME_IN: &str = "name_in";
/// The attribute of the facts of a client's logo.
const LOGO: &str = "logo";

pub(crate) fn client_key(id: &ClientId) -> String {
    format!("{CLIENT}{id}")
}

pub(crate) fn document_key(id: &ClientId) -> String {
    format!("{DOCUMENT}{id}")
}

/// The key of the item of this client.
pub(crate) fn key_of(client: &Client) -> String {
    match client.registrant() {
        Registrant::Operator | Registrant::Itself { .. } => client_key(&client.id),
        Registrant::Document => document_key(&client.id),
    }
}

pub(crate) fn from_client(client: &Client) -> Item {
    let grant_types: Vec<GrantType> = client.grant_types.iter().copied().collect();
    let mut item = Item::from([
        ("id".to_owned(), text(&key_of(client))),
        ("client_id".to_owned(), text(&client.id)),
        ("name".to_owned(), text(&client.name)),
        ("auth_method".to_owned(), text(&client.auth_method.as_str())),
        ("secrets".to_owned(), secrets(&client.secrets)),
        ("grant_types".to_owned(), list(&grant_types)),
        ("redirect_uris".to_owned(), list(&client.redirect_uris)),
        ("apis".to_owned(), list(&client.apis)),
        ("pkce".to_owned(), text(&client.pkce.as_str())),
        ("introspects".to_owned(), list(&client.introspects)),
        ("relying_party".to_owned(), AttributeValue::M(from_relying_party(&client.relying_party))),
        ("disabled".to_owned(), flag(client.disabled)),
        ("created_at".to_owned(), time(client.created_at)),
    ]);
    let links = client.links.iter().map(|(link, url)| (link.as_str(), Some(text(url))));
    let optional = optional_of_registration(client).into_iter().chain(optional_of_operator(client)).chain(links);
    item.extend(optional.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

/// Returns the optional attributes that a registration does not set, each with its value if the client has it.
pub(crate) fn optional_of_operator(client: &Client) -> Vec<(&'static str, Option<AttributeValue>)> {
    vec![
        ("trusted", client.trusted.then(|| flag(true))),
        // The attribute of the table's time to live.
        ("expires_at", client.registered_by.as_ref().and_then(|own| own.ends_at).map(time)),
        (PROFILE, profile(client.profile)),
        (INTROSPECTION_ALGORITHM, introspection_algorithm(client.introspection_algorithm)),
        (ID_JAG, (!client.assertion_targets.is_empty()).then(|| list(&client.assertion_targets))),
        (MAY_ACT, (!client.may_act.is_empty()).then(|| list(&client.may_act))),
        (CLAIMS, claims(&client.claims)),
        (ID_TOKEN_CLAIMS, id_token_claims(client.relying_party.id_token_claims)),
        (REVISION, (client.revision != 0).then(|| number(&client.revision))),
        (FEDERATION, client.federation.as_ref().map(federation)),
    ]
}

fn profile(profile: Profile) -> Option<AttributeValue> {
    (profile != Profile::default()).then(|| text(profile.as_str()))
}

fn introspection_algorithm(algorithm: SigningAlgorithm) -> Option<AttributeValue> {
    (algorithm != SigningAlgorithm::Rs256).then(|| text(algorithm.as_str()))
}

/// Returns the attributes `jwks` and `jwks_uri`, of which a client has one at most.
pub(crate) fn from_keys(keys: Option<&ClientKeys>) -> (Option<AttributeValue>, Option<AttributeValue>) {
    match keys {
        Some(ClientKeys::Inline(keys)) => (Some(text(&write_client_keys(keys))), None),
        Some(ClientKeys::At(uri)) => (None, Some(text(uri))),
        None => (None, None),
    }
}

fn audience(rule: AudienceRule) -> Option<AttributeValue> {
    (rule != AudienceRule::default()).then(|| text(rule.as_str()))
}

fn claims(known: &Claims) -> Option<AttributeValue> {
    (!known.is_empty()).then(|| text(known))
}

fn id_token_claims(setting: IdTokenClaims) -> Option<AttributeValue> {
    (setting != IdTokenClaims::default()).then(|| text(setting.as_str()))
}

/// Returns the optional attributes that a registration sets, each with its value if the client has it. `trusted` and
/// the claims are not among them, because they belong to the operator, nor is `expires_at`, because use extends it.
pub(crate) fn optional_of_registration(client: &Client) -> Vec<(&'static str, Option<AttributeValue>)> {
    let (jwks, jwks_uri) = from_keys(client.keys.as_ref());
    let own = client.registered_by.as_ref();
    vec![
        (NAME_IN, name_in(&client.name_in)),
        ("scope", client.scope.as_ref().map(text)),
        ("audience", audience(client.audience)),
        ("jwks", jwks),
        ("jwks_uri", jwks_uri),
        ("assertion_algorithm", client.assertion_algorithm.map(|algorithm| text(algorithm.as_str()))),
        ("strict_audience", client.strict_audience.then(|| flag(true))),
        (DPOP, dpop(client.dpop)),
        (UNNAMED, unnamed(client.auth_method)),
        ("registered_by", own.map(from_self_registration)),
        (LOGO, client.logo.as_ref().map(text)),
    ]
    .into_iter()
    .chain(from_requests(&client.requests))
    .collect()
}

fn name_in(names: &BTreeMap<LanguageTag, String>) -> Option<AttributeValue> {
    let by_tag = names.iter().map(|(tag, name)| (tag.to_string(), text(name))).collect();
    (!names.is_empty()).then_some(AttributeValue::M(by_tag))
}

fn to_name_in(read: &Reader<'_>) -> Result<BTreeMap<LanguageTag, String>, Unknown> {
    let by_tag = read.map(NAME_IN)?.map_or(Ok(BTreeMap::new()), |map| map.texts())?;
    let tag = |text: &str| LanguageTag::parse(text).map_err(|_| read.damaged(NAME_IN));
    by_tag.into_iter().map(|(text, name)| Ok((tag(&text)?, name))).collect()
}

fn dpop(rule: DpopRule) -> Option<AttributeValue> {
    (rule == DpopRule::Required).then(|| flag(true))
}

/// Returns the mark of a client that named no authentication method.
fn unnamed(method: AuthMethod) -> Option<AttributeValue> {
    (method == AuthMethod::Secret).then(|| flag(true))
}

pub(crate) fn to_client(table: &str, item: &Item) -> Result<Client, Unknown> {
    let read = Reader::new(table, item);
    let blank = Client::new(read.parsed("client_id", ClientId::parse)?, read.time("created_at")?);
    let grant_types: Vec<GrantType> = read.list("grant_types", |text| GrantType::parse(text).ok_or(()))?;
    Ok(Client {
        name: read.text("name")?.to_owned(),
        name_in: to_name_in(&read)?,
        grant_types: BTreeSet::from_iter(grant_types),
        redirect_uris: read.list("redirect_uris", RedirectUri::read)?,
        scope: read.optional_parsed("scope", Scope::parse)?,
        apis: read.list("apis", Resource::parse)?,
        audience: read.optional_parsed("audience", |text| AudienceRule::parse(text).ok_or(()))?.unwrap_or_default(),
        introspects: read.list("introspects", Resource::parse)?,
        may_act: read.list(MAY_ACT, ClientId::parse)?,
        assertion_targets: read.list(ID_JAG, AssertionTarget::parse)?,
        claims: read.optional_parsed(CLAIMS, Claims::parse)?.unwrap_or_default(),
        relying_party: to_client_relying_party(&read)?,
        links: to_links(&read)?,
        logo: read.optional_parsed(LOGO, LogoFacts::parse)?,
        registered_by: to_self_registration(&read)?,
        trusted: read.optional_flag("trusted")?,
        disabled: read.flag("disabled")?,
        revision: read.optional_number(REVISION)?.unwrap_or_default(),
        ..with_protection(&read, blank)?
    })
}

/// Reads how a client authenticates, and how its requests and responses are protected.
fn with_protection(read: &Reader<'_>, client: Client) -> Result<Client, Unknown> {
    let assertion_algorithm = |text: &str| AssertionAlgorithm::parse(text).ok_or(());
    let introspection_algorithm = read.optional_parsed(INTROSPECTION_ALGORITHM, algorithm)?;
    Ok(Client {
        profile: read.optional_parsed(PROFILE, |text| Profile::parse(text).ok_or(()))?.unwrap_or_default(),
        auth_method: to_auth_method(read)?,
        secrets: read.secrets("secrets")?,
        pkce: read.named("pkce", PkceRule::parse)?,
        requests: to_requests(read)?,
        introspection_algorithm: introspection_algorithm.unwrap_or(SigningAlgorithm::Rs256),
        keys: to_keys(read)?,
        federation: to_federation(read)?,
        assertion_algorithm: read.optional_parsed("assertion_algorithm", assertion_algorithm)?,
        strict_audience: read.optional_flag("strict_audience")?,
        dpop: DpopRule::of(read.optional_flag(DPOP)?),
        ..client
    })
}

/// Reads a relying party, and the claims in its ID tokens, which stand beside it.
fn to_client_relying_party(read: &Reader<'_>) -> Result<RelyingParty, Unknown> {
    let relying_party = read.map("relying_party")?.as_ref().map_or(Ok(RelyingParty::default()), to_relying_party)?;
    let id_token_claims = read.optional_parsed(ID_TOKEN_CLAIMS, |text| IdTokenClaims::parse(text).ok_or(()))?;
    Ok(RelyingParty { id_token_claims: id_token_claims.unwrap_or_default(), ..relying_party })
}

/// Reads the authentication method. A client of an earlier version has named the method that it is stored with.
fn to_auth_method(read: &Reader<'_>) -> Result<AuthMethod, Unknown> {
    let method = read.named("auth_method", AuthMethod::parse)?;
    let unnamed = method == AuthMethod::SecretBasic && read.optional_flag(UNNAMED)?;
    Ok(if unnamed { AuthMethod::Secret } else { method })
}

fn to_links(read: &Reader<'_>) -> Result<BTreeMap<ClientLink, LinkUrl>, Unknown> {
    let url = |link: ClientLink| read.optional_parsed(link.as_str(), LinkUrl::parse).map(|url| Some((link, url?)));
    ClientLink::ALL.into_iter().filter_map(|link| url(link).transpose()).collect()
}

pub(crate) fn to_keys(read: &Reader<'_>) -> Result<Option<ClientKeys>, Unknown> {
    let inline = read.optional_parsed("jwks", |text| read_client_keys(text.as_bytes()))?;
    let elsewhere = read.optional_parsed("jwks_uri", ServerUri::parse)?;
    Ok(inline.map(ClientKeys::Inline).or(elsewhere.map(ClientKeys::At)))
}
