//! The command `jeton export`: what is registered, as a file for `jeton apply`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edge::Error;
use grants::{Api, ClientKeys, Federation, Issuer, SigningAlgorithm, TokenFormat, TokenType, descriptions};
use keys::write_client_keys;
use toml::Spanned;

use crate::args::Common;
use crate::commands::apply::file::{ApiEntry, File};
use crate::commands::apply::issuers::IssuerEntry;
use crate::commands::apply::reading::{KeySet, LogoEntry};
use crate::commands::apply::wanted::LIFETIME;
use crate::commands::apply::word::{Told, Word};
use crate::commands::client_words::ClientWords;
use crate::commands::federation::FederationWords;
use crate::commands::registered::Registered;
use crate::output::{aside, print, tell};
use crate::stack::Stack;

const HEAD: &str = "\
# APIs, issuers and clients for `jeton apply -f FILE`. Secrets are not in here: a client that is created without
# secret = { env = \"NAME\" } or { file = \"PATH\" } gets a new one. Clients that registered themselves are left out.
";

/// Prints what operators registered, in the order of its names. What another stack would not take is told beside it, and so
/// are clients that the file cannot have.
pub(crate) async fn run(common: Common) -> Result<(), Error> {
    let stack = Stack::find(&common).await?;
    let mut registered = Registered::read(&stack).await?;
    let unwritable = if common.json { Vec::new() } else { registered.take_unwritable() };
    for gap in registered.gaps() {
        aside(&format!("jeton: warning: {gap}"));
    }
    let file = Box::pin(file(&stack, &registered)).await?;
    if common.json {
        return print(true, &serde_json::to_value(&file)?);
    }
    tell(format!("{HEAD}\n{}", toml::to_string_pretty(&file)?).trim_end())?;
    if unwritable.is_empty() {
        return Ok(());
    }
    let advice = "set each with `jeton client update ID --claim NAME=VALUE`, and export again";
    Err(format!("left out, because TOML has no null: {}; {advice}", unwritable.join(", ")).into())
}

/// Describes what is registered.
async fn file(stack: &Stack, Registered { apis, issuers, clients }: &Registered) -> Result<File, Error> {
    let mut file = File {
        apis: apis.iter().map(|api| unplaced(api_entry(api))).collect(),
        issuers: issuers.iter().map(|issuer| unplaced(issuer_entry(issuer))).collect(),
        clients: Vec::new(),
    };
    for client in clients {
        let logo = stack.registry.logo(client).await?;
        let mut words = ClientWords::of(client, Told::Differing);
        words.logo = logo.map(|logo| LogoEntry { file: None, base64: Some(STANDARD.encode(logo.bytes())) });
        words.federation = client.federation.as_ref().map(|rule| federation(rule, issuers));
        file.clients.push(unplaced(words));
    }
    Ok(file)
}

fn unplaced<T>(entry: T) -> Spanned<T> {
    Spanned::new(0..0, entry)
}

fn api_entry(api: &Api) -> ApiEntry {
    let by_language = descriptions::by_language(&api.scope_descriptions);
    ApiEntry {
        identifier: Word(api.identifier.clone()),
        scope: Some(api.scope.clone()).filter(|scope| !scope.is_empty()).map(Word),
        lifetime: Some(api.lifetime).filter(|lifetime| *lifetime != LIFETIME),
        alg: Told::Differing.unless(&SigningAlgorithm::Rs256, api.algorithm).map(Word),
        token_format: Told::Differing.unless(&TokenFormat::Jwt, api.format).map(Word),
        token_type: Told::Differing.unless(&TokenType::default(), api.token_type).map(Word),
        claims: Some(api.claims.clone()).filter(|claims| !claims.is_empty()).map(Word),
        scope_descriptions: descriptions::plain(&api.scope_descriptions),
        scope_descriptions_in: by_language.into_iter().map(|(tag, texts)| (Word(tag), texts)).collect(),
    }
}

fn issuer_entry(issuer: &Issuer) -> IssuerEntry {
    let (jwks, jwks_uri) = match &issuer.keys {
        ClientKeys::Inline(keys) => (Some(KeySet::of(&write_client_keys(keys))), None),
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
