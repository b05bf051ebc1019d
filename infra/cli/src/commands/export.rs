//! The command `jeton export`: what is registered, as a file for `jeton apply`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edge::Error;
use grants::{
    Api, AudienceRule, Client, ClientKeys, DpopRule, Federation, IdTokenClaims, Issuer, PkceRule, Profile, Registrant,
    RelyingParty, SigningAlgorithm, TokenFormat, TokenType, descriptions,
};
use keys::write_client_keys;
use protocol::{ClientLink, LinkUrl, ServerUri};
use serde_json::{Map, Value};
use toml::Spanned;

use crate::args::Common;
use crate::commands::apply::file::{
    ApiEntry, AssertionAudience, ClientEntry, File, KeySet, LogoEntry, RelyingPartyEntry, SubjectType,
};
use crate::commands::apply::issuers::IssuerEntry;
use crate::commands::apply::wanted::LIFETIME;
use crate::commands::apply::word::{Word, words};
use crate::commands::federation::FederationWords;
use crate::output::{print, tell};
use crate::stack::Stack;

const HEAD: &str = "\
# APIs, issuers and clients for `jeton apply -f FILE`. Secrets are not in here: a client that is created without
# secret = { env = \"NAME\" } or { file = \"PATH\" } gets a new one. Clients that registered themselves are left out.
";

/// Prints what operators registered, in the order of its names.
pub(crate) async fn run(common: Common) -> Result<(), Error> {
    let stack = Stack::find(&common).await?;
    let mut apis = stack.registry.all_apis().await?;
    apis.sort_by(|one, other| one.identifier.as_str().cmp(other.identifier.as_str()));
    let mut clients = stack.registry.all_clients().await?;
    clients.retain(|client| client.registrant() == Registrant::Operator);
    clients.sort_by(|one, other| one.id.cmp(&other.id));
    let mut issuers = stack.registry.all_issuers().await?;
    issuers.sort_by(|one, other| one.name.cmp(&other.name));
    let mut file = File {
        apis: apis.iter().map(|api| unplaced(api_entry(api))).collect(),
        issuers: issuers.iter().map(|issuer| unplaced(issuer_entry(issuer))).collect(),
        clients: Vec::new(),
    };
    for client in &clients {
        let logo = stack.registry.logo(client).await?;
        let logo = logo.map(|logo| LogoEntry { file: None, base64: Some(STANDARD.encode(logo.bytes())) });
        let federation = client.federation.as_ref().map(|rule| federation(rule, &issuers));
        file.clients.push(unplaced(ClientEntry { logo, federation, ..client_entry(client)? }));
    }
    if common.json {
        return print(true, &serde_json::to_value(&file)?);
    }
    tell(format!("{HEAD}\n{}", toml::to_string_pretty(&file)?).trim_end())
}

fn unplaced<T>(entry: T) -> Spanned<T> {
    Spanned::new(0..0, entry)
}

/// Returns a value as a word, unless it is the default.
fn unless<T: PartialEq>(default: &T, value: T) -> Option<Word<T>> {
    (value != *default).then_some(Word(value))
}

fn api_entry(api: &Api) -> ApiEntry {
    let by_language = descriptions::by_language(&api.scope_descriptions);
    ApiEntry {
        identifier: Word(api.identifier.clone()),
        scope: Some(api.scope.clone()).filter(|scope| !scope.is_empty()).map(Word),
        lifetime: Some(api.lifetime).filter(|lifetime| *lifetime != LIFETIME),
        alg: unless(&SigningAlgorithm::Rs256, api.algorithm),
        token_format: unless(&TokenFormat::Jwt, api.format),
        token_type: unless(&TokenType::default(), api.token_type),
        claims: Some(api.claims.clone()).filter(|claims| !claims.is_empty()).map(Word),
        scope_descriptions: descriptions::plain(&api.scope_descriptions),
        scope_descriptions_in: by_language.into_iter().map(|(tag, texts)| (Word(tag), texts)).collect(),
    }
}

fn issuer_entry(issuer: &Issuer) -> IssuerEntry {
    let (jwks, jwks_uri) = match &issuer.keys {
        ClientKeys::Inline(keys) => (Some(key_set(&write_client_keys(keys))), None),
        ClientKeys::At(uri) => (None, Some(Word(uri.clone()))),
    };
    IssuerEntry {
        name: Word(issuer.name.clone()),
        url: Word(issuer.url.clone()),
        preset: issuer.preset.map(Word),
        purposes: issuer.purposes.iter().copied().map(Word).collect(),
        jwks_uri,
        jwks,
    }
}

/// Returns the rule with the name of its issuer, or with its URL if it was deleted.
fn federation(rule: &Federation, issuers: &[Issuer]) -> FederationWords {
    let named = issuers.iter().find(|issuer| issuer.url == rule.issuer).map(|issuer| issuer.name.to_string());
    FederationWords {
        issuer: named.unwrap_or_else(|| rule.issuer.to_string()),
        subject: rule.subject.clone(),
        claims: rule.claims.clone(),
    }
}

fn client_entry(client: &Client) -> Result<ClientEntry, Error> {
    let grants: Vec<_> = client.grant_types.iter().copied().collect();
    let link = |link: ClientLink| client.links.get(&link).map(|url: &LinkUrl| Word(url.clone()));
    let (jwks, jwks_uri) = keys_of(client);
    let relying_party = relying_party(&client.relying_party);
    Ok(ClientEntry {
        id: Word(client.id.clone()),
        name: client.name.clone(),
        profile: unless(&Profile::default(), client.profile),
        auth_method: unless(&client.profile.usual_auth_method(), client.auth_method),
        grants: words(&grants),
        redirect_uris: words(&client.redirect_uris),
        apis: words(&client.apis),
        scope: client.scope.clone().map(Word),
        audience: unless(&AudienceRule::default(), client.audience),
        pkce: unless(&PkceRule::usual(client.auth_method), client.pkce),
        require_pushed_authorization_requests: client.requests.pushed.is_required().then_some(true),
        request_object_signing_alg: client.requests.object_algorithm.map(Word),
        request_uris: words(&client.requests.uris),
        authorization_signed_response_alg: client.requests.response_algorithm.map(Word),
        dpop_bound_access_tokens: (client.dpop == DpopRule::Required).then_some(true),
        introspects: words(&client.introspects),
        may_act: words(&client.may_act),
        id_jag: words(&client.assertion_targets),
        introspection_signed_response_alg: unless(&SigningAlgorithm::Rs256, client.introspection_algorithm),
        trusted: client.trusted,
        disabled: client.disabled.then_some(true),
        client_uri: link(ClientLink::Website),
        policy_uri: link(ClientLink::Policy),
        tos_uri: link(ClientLink::Terms),
        jwks_uri,
        assertion_alg: client.assertion_algorithm.map(Word),
        assertion_audience: client.strict_audience.then_some(AssertionAudience::Issuer),
        secret: None,
        logo: None,
        claims: serde_json::from_value::<Map<String, Value>>(serde_json::to_value(&client.claims)?)?,
        jwks,
        federation: None,
        relying_party: (relying_party != RelyingPartyEntry::default()).then_some(relying_party),
    })
}

/// Returns the keys of a client, or where it serves them.
fn keys_of(client: &Client) -> (Option<KeySet>, Option<Word<ServerUri>>) {
    match &client.keys {
        None => (None, None),
        Some(ClientKeys::At(uri)) => (None, Some(Word(uri.clone()))),
        Some(ClientKeys::Inline(keys)) => (Some(key_set(&write_client_keys(keys))), None),
    }
}

fn key_set(set: &Value) -> KeySet {
    KeySet { file: None, keys: set.get("keys").and_then(Value::as_array).cloned() }
}

fn relying_party(registered: &RelyingParty) -> RelyingPartyEntry {
    RelyingPartyEntry {
        id_token_signed_response_alg: unless(&SigningAlgorithm::Rs256, registered.id_token_algorithm),
        userinfo_signed_response_alg: registered.userinfo_algorithm.map(Word),
        subject_type: registered.sector.is_some().then_some(SubjectType::Pairwise),
        sector: registered.sector.clone().map(Word),
        id_token_claims: unless(&IdTokenClaims::default(), registered.id_token_claims),
        default_max_age: registered.default_max_age,
        require_factor: registered.requires_factor,
        post_logout_redirect_uris: words(&registered.post_logout_redirect_uris),
        backchannel_logout_uri: registered.backchannel.as_ref().map(|told| Word(told.uri.clone())),
    }
}
