//! Conversion of clients and APIs to items.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    Api, AssertionAlgorithm, AudienceRule, AuthMethod, Backchannel, Client, ClientChange, ClientKeys, ClientSet,
    IdTokenClaims, PkceRule, Registrant, RelyingParty, Sector, SigningAlgorithm, TokenFormat, TokenType,
};
use keys::{read_client_keys, write_client_keys};
use protocol::{
    ClaimNames, Claims, ClientId, ClientLink, GrantType, LinkUrl, LogoFacts, RedirectUri, Resource, Scope, ServerUri,
};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{Item, Reader, flag, list, number, secrets, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::registry::self_registration_item::{from_self_registration, to_self_registration};

pub(crate) const CLIENT: &str = "client#";
/// The kept copies of documents. Their keys differ from those of all other clients, so that the function which writes
/// them can write nothing else.
pub(crate) const DOCUMENT: &str = "document#";
pub(crate) const API: &str = "api#";
/// The attribute of the claims in a client's own tokens.
pub(crate) const CLAIMS: &str = "claims";
/// The attribute of the claims in a client's ID tokens. It stands beside `relying_party`, so that a change can name it.
pub(crate) const ID_TOKEN_CLAIMS: &str = "id_token_claims";
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

/// Returns the key of an API, which is the same for every spelling of its identifier.
pub(crate) fn api_key(identifier: &Resource) -> String {
    format!("{API}{}", identifier.normal_form())
}

/// Returns the key under which an earlier version stored the API, if it is another one: its identifier as it was
/// written.
pub(crate) fn earlier_api_key(identifier: &Resource) -> Option<String> {
    (identifier.as_str() != identifier.normal_form()).then(|| format!("{API}{identifier}"))
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
    let of_operator = [
        ("trusted", client.trusted.then(|| flag(true))),
        // The attribute of the table's time to live.
        ("expires_at", client.registered_by.as_ref().and_then(|own| own.ends_at).map(time)),
        (CLAIMS, claims(&client.claims)),
        (ID_TOKEN_CLAIMS, id_token_claims(client.relying_party.id_token_claims)),
    ];
    let links = client.links.iter().map(|(link, url)| (link.as_str(), Some(text(url))));
    let optional = optional_of_registration(client).into_iter().chain(of_operator).chain(links);
    item.extend(optional.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
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
    let (jwks, jwks_uri) = match &client.keys {
        Some(ClientKeys::Inline(keys)) => (Some(text(&write_client_keys(keys))), None),
        Some(ClientKeys::At(uri)) => (None, Some(text(uri))),
        None => (None, None),
    };
    let own = client.registered_by.as_ref();
    vec![
        ("scope", client.scope.as_ref().map(text)),
        ("audience", (client.audience != AudienceRule::default()).then(|| text(client.audience.as_str()))),
        ("jwks", jwks),
        ("jwks_uri", jwks_uri),
        ("assertion_algorithm", client.assertion_algorithm.map(|algorithm| text(algorithm.as_str()))),
        ("strict_audience", client.strict_audience.then(|| flag(true))),
        ("auth_method_unnamed", (client.auth_method == AuthMethod::Secret).then(|| flag(true))),
        ("registered_by", own.map(from_self_registration)),
        (LOGO, client.logo.as_ref().map(text)),
    ]
}

/// Builds the guards of a change to a client as conditions, and its sets as an update.
pub(crate) fn of_client_change(change: &ClientChange) -> Expression {
    let mut expression = of_guards(change.guards());
    for set in change.sets() {
        match set {
            ClientSet::Disabled(disabled) => {
                expression.set("disabled", flag(*disabled));
                if *disabled && change.is_of_document() {
                    expression.set_or_remove("expires_at", None);
                }
            }
            ClientSet::Secrets(new) => expression.set("secrets", secrets(new)),
            ClientSet::EndsAt(ends_at) => expression.set("expires_at", time(*ends_at)),
            ClientSet::Pkce(pkce) => expression.set("pkce", text(pkce.as_str())),
            ClientSet::IdTokenClaims(setting) => {
                expression.set_or_remove(ID_TOKEN_CLAIMS, id_token_claims(*setting));
            }
            ClientSet::Claims(known) => expression.set_or_remove(CLAIMS, claims(known)),
            ClientSet::Link(link, url) => expression.set_or_remove(link.as_str(), url.as_ref().map(text)),
            ClientSet::Logo(facts) => expression.set_or_remove(LOGO, facts.as_ref().map(text)),
        }
    }
    expression
}

pub(crate) fn to_client(table: &str, item: &Item) -> Result<Client, Unknown> {
    let read = Reader::new(table, item);
    let grant_types: Vec<GrantType> = read.list("grant_types", |text| GrantType::parse(text).ok_or(()))?;
    let relying_party = read.map("relying_party")?.as_ref().map_or(Ok(RelyingParty::default()), to_relying_party)?;
    let id_token_claims = read.optional_parsed(ID_TOKEN_CLAIMS, |text| IdTokenClaims::parse(text).ok_or(()))?;
    Ok(Client {
        id: read.parsed("client_id", ClientId::parse)?,
        name: read.text("name")?.to_owned(),
        auth_method: to_auth_method(&read)?,
        secrets: read.secrets("secrets")?,
        grant_types: BTreeSet::from_iter(grant_types),
        redirect_uris: read.list("redirect_uris", RedirectUri::read)?,
        scope: read.optional_parsed("scope", Scope::parse)?,
        apis: read.list("apis", Resource::parse)?,
        audience: read.optional_parsed("audience", |text| AudienceRule::parse(text).ok_or(()))?.unwrap_or_default(),
        pkce: read.named("pkce", PkceRule::parse)?,
        introspects: read.list("introspects", Resource::parse)?,
        keys: to_keys(&read)?,
        assertion_algorithm: read
            .optional_parsed("assertion_algorithm", |text| AssertionAlgorithm::parse(text).ok_or(()))?,
        strict_audience: read.optional_flag("strict_audience")?,
        claims: read.optional_parsed(CLAIMS, Claims::parse)?.unwrap_or_default(),
        relying_party: RelyingParty { id_token_claims: id_token_claims.unwrap_or_default(), ..relying_party },
        links: to_links(&read)?,
        logo: read.optional_parsed(LOGO, LogoFacts::parse)?,
        registered_by: to_self_registration(&read)?,
        trusted: read.optional_flag("trusted")?,
        disabled: read.flag("disabled")?,
        created_at: read.time("created_at")?,
    })
}

/// Reads the authentication method. A client of an earlier version has named the method that it is stored with.
fn to_auth_method(read: &Reader<'_>) -> Result<AuthMethod, Unknown> {
    let method = read.named("auth_method", AuthMethod::parse)?;
    let unnamed = method == AuthMethod::SecretBasic && read.optional_flag("auth_method_unnamed")?;
    Ok(if unnamed { AuthMethod::Secret } else { method })
}

fn to_links(read: &Reader<'_>) -> Result<BTreeMap<ClientLink, LinkUrl>, Unknown> {
    let url = |link: ClientLink| read.optional_parsed(link.as_str(), LinkUrl::parse).map(|url| Some((link, url?)));
    ClientLink::ALL.into_iter().filter_map(|link| url(link).transpose()).collect()
}

fn to_keys(read: &Reader<'_>) -> Result<Option<ClientKeys>, Unknown> {
    let inline = read.optional_parsed("jwks", |text| read_client_keys(text.as_bytes()))?;
    let elsewhere = read.optional_parsed("jwks_uri", ServerUri::parse)?;
    Ok(inline.map(ClientKeys::Inline).or(elsewhere.map(ClientKeys::At)))
}

fn algorithm(text: &str) -> Result<SigningAlgorithm, ()> {
    SigningAlgorithm::parse(text).ok_or(())
}

fn from_relying_party(registered: &RelyingParty) -> Item {
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
        ("backchannel_logout_uri", backchannel.map(|told| text(&told.uri))),
        ("backchannel_logout_session_required", backchannel.map(|told| flag(told.session_required))),
    ];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

fn to_relying_party(read: &Reader<'_>) -> Result<RelyingParty, Unknown> {
    Ok(RelyingParty {
        id_token_algorithm: read.named("id_token_algorithm", SigningAlgorithm::parse)?,
        userinfo_algorithm: read.optional_parsed("userinfo_algorithm", algorithm)?,
        sector: read.optional_parsed("sector", Sector::parse)?,
        id_token_claims: IdTokenClaims::default(),
        default_max_age: read.optional_number("default_max_age")?,
        post_logout_redirect_uris: read.list("post_logout_redirect_uris", RedirectUri::read)?,
        backchannel: to_backchannel(read)?,
    })
}

fn to_backchannel(read: &Reader<'_>) -> Result<Option<Backchannel>, Unknown> {
    let Some(uri) = read.optional_parsed("backchannel_logout_uri", ServerUri::parse)? else { return Ok(None) };
    Ok(Some(Backchannel { uri, session_required: read.flag("backchannel_logout_session_required")? }))
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
    if !api.scope_descriptions.is_empty() {
        let described = api.scope_descriptions.iter().map(|(token, meaning)| (token.clone(), text(meaning)));
        item.insert("scope_descriptions".to_owned(), AttributeValue::M(described.collect()));
    }
    let optional = [
        ("token_type", (api.token_type != TokenType::default()).then(|| text(api.token_type.as_str()))),
        (CLAIMS, (!api.claims.is_empty()).then(|| text(&api.claims))),
    ];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
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
