//! Clients and APIs as items.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    Api, AuthMethod, Client, PkceRule, RelyingParty, SecretDigest, Sector, SigningAlgorithm, StoredSecret, TokenFormat,
};
use protocol::{ClientId, GrantType, RedirectUri, Resource, Scope};

use crate::Unknown;
use crate::items::{Item, Reader, bytes, flag, list, number, text, time};

pub(crate) const CLIENT: &str = "client#";
pub(crate) const API: &str = "api#";

pub(crate) fn client_key(id: &ClientId) -> String {
    format!("{CLIENT}{id}")
}

pub(crate) fn api_key(identifier: &Resource) -> String {
    format!("{API}{identifier}")
}

pub(crate) fn from_client(client: &Client) -> Item {
    let secret = |secret: &StoredSecret| {
        AttributeValue::M(Item::from([
            ("digest".to_owned(), bytes(secret.digest.as_bytes())),
            ("created_at".to_owned(), time(secret.created_at)),
        ]))
    };
    let grant_types: Vec<GrantType> = client.grant_types.iter().copied().collect();
    let mut item = Item::from([
        ("id".to_owned(), text(&client_key(&client.id))),
        ("client_id".to_owned(), text(&client.id)),
        ("name".to_owned(), text(&client.name)),
        ("auth_method".to_owned(), text(&client.auth_method.as_str())),
        ("secrets".to_owned(), AttributeValue::L(client.secrets.iter().map(secret).collect())),
        ("grant_types".to_owned(), list(&grant_types)),
        ("redirect_uris".to_owned(), list(&client.redirect_uris)),
        ("apis".to_owned(), list(&client.apis)),
        ("pkce".to_owned(), text(&client.pkce.as_str())),
        ("introspects".to_owned(), list(&client.introspects)),
        ("relying_party".to_owned(), AttributeValue::M(from_relying_party(&client.relying_party))),
        ("disabled".to_owned(), flag(client.disabled)),
        ("created_at".to_owned(), time(client.created_at)),
    ]);
    if let Some(scope) = &client.scope {
        item.insert("scope".to_owned(), text(&scope));
    }
    item
}

pub(crate) fn to_client(table: &str, item: &Item) -> Result<Client, Unknown> {
    let read = Reader::new(table, item);
    let secret = |read: &Reader<'_>| {
        let digest = <[u8; 32]>::try_from(read.bytes("digest")?).map_err(|_| read.damaged("digest"))?;
        Ok(StoredSecret { digest: SecretDigest::from_bytes(digest), created_at: read.time("created_at")? })
    };
    let grant_types: Vec<GrantType> = read.list("grant_types", |text| GrantType::parse(text).ok_or(()))?;
    Ok(Client {
        id: read.parsed("client_id", ClientId::parse)?,
        name: read.text("name")?.to_owned(),
        auth_method: read.named("auth_method", AuthMethod::parse)?,
        secrets: read.maps("secrets")?.iter().map(secret).collect::<Result<_, Unknown>>()?,
        grant_types: BTreeSet::from_iter(grant_types),
        redirect_uris: read.list("redirect_uris", RedirectUri::parse)?,
        scope: read.optional_parsed("scope", Scope::parse)?,
        apis: read.list("apis", Resource::parse)?,
        pkce: read.named("pkce", PkceRule::parse)?,
        introspects: read.list("introspects", Resource::parse)?,
        relying_party: read.map("relying_party")?.as_ref().map_or(Ok(RelyingParty::default()), to_relying_party)?,
        disabled: read.flag("disabled")?,
        created_at: read.time("created_at")?,
    })
}

fn from_relying_party(registered: &RelyingParty) -> Item {
    let mut item = Item::from([
        ("id_token_algorithm".to_owned(), text(registered.id_token_algorithm.as_str())),
        ("post_logout_redirect_uris".to_owned(), list(&registered.post_logout_redirect_uris)),
    ]);
    let userinfo = registered.userinfo_algorithm.map(|algorithm| text(algorithm.as_str()));
    let sector = registered.sector.as_ref().map(text);
    let max_age = registered.default_max_age.as_ref().map(number);
    let optional = [("userinfo_algorithm", userinfo), ("sector", sector), ("default_max_age", max_age)];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

fn to_relying_party(read: &Reader<'_>) -> Result<RelyingParty, Unknown> {
    let algorithm = |text: &str| SigningAlgorithm::parse(text).ok_or(());
    Ok(RelyingParty {
        id_token_algorithm: read.named("id_token_algorithm", SigningAlgorithm::parse)?,
        userinfo_algorithm: read.optional_parsed("userinfo_algorithm", algorithm)?,
        sector: read.optional_parsed("sector", Sector::parse)?,
        default_max_age: read.optional_number("default_max_age")?,
        post_logout_redirect_uris: read.list("post_logout_redirect_uris", RedirectUri::parse)?,
    })
}

pub(crate) fn from_api(api: &Api) -> Item {
    Item::from([
        ("id".to_owned(), text(&api_key(&api.identifier))),
        ("identifier".to_owned(), text(&api.identifier)),
        ("scope".to_owned(), text(&api.scope)),
        ("algorithm".to_owned(), text(&api.algorithm.as_str())),
        ("format".to_owned(), text(&api.format.as_str())),
        ("lifetime".to_owned(), number(&api.lifetime)),
    ])
}

pub(crate) fn to_api(table: &str, item: &Item) -> Result<Api, Unknown> {
    let read = Reader::new(table, item);
    Ok(Api {
        identifier: read.parsed("identifier", Resource::parse)?,
        scope: read.parsed("scope", Scope::parse)?,
        algorithm: read.named("algorithm", SigningAlgorithm::parse)?,
        format: read.named("format", TokenFormat::parse)?,
        lifetime: read.number("lifetime")?,
        is_issuer: false,
    })
}
