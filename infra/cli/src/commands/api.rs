//! The command `jeton api`.

use std::collections::BTreeMap;

use edge::Error;
use grants::{Api, NewApi, NewApiSettings, SigningAlgorithm, TokenFormat, TokenType};
use protocol::{ClaimNames, Resource, Scope};
use serde_json::{Value, json};
use store::{ApiChanged, AuditedAction};

use crate::args::{ApiCommand, ApiCreate, ApiDelete, ApiUpdate};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::commands::api_plan::ApiPlan;
use crate::commands::listing::print_list;
use crate::commands::plan::Plan;
use crate::commands::{descriptions, scopes};
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, TRIES, done_or};

pub(crate) async fn run(command: ApiCommand) -> Result<(), Error> {
    match command {
        ApiCommand::Create(options) => create(options).await,
        ApiCommand::List(options) => {
            let apis = Stack::find(&options.common).await?.registry.all_apis().await?;
            print_list(&options, &["identifier"], apis.iter().map(describe).collect())
        }
        ApiCommand::Show(one) => {
            let stack = Stack::find(&one.common).await?;
            print(one.common.json, &describe(&find(&stack, one.identifier.as_str()).await?))
        }
        ApiCommand::Update(options) => update(options).await,
        ApiCommand::Delete(options) => delete(options).await,
    }
}

async fn find(stack: &Stack, text: &str) -> Result<Api, Error> {
    let found = stack.registry.api_now(&identifier(text)?).await?;
    Ok(found.ok_or_else(|| unknown(text))?)
}

async fn delete(ApiDelete { one, destroying }: ApiDelete) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let api = find(&stack, one.identifier.as_str()).await?;
    let document = json!({ "identifier": one.identifier.as_str(), "deleted": true });
    if destroying.changing.dry_run {
        return print_dry_run(one.common.json, document);
    }
    confirm(destroying, &format!("deletes the API {}", api.identifier))?;
    let record = stack.record(AuditedAction::ApiDelete, &About::Api(&api.identifier), NO_ATTRIBUTES).await;
    done_or(stack.registry.delete_api(&api.identifier, record).await?, unknown(one.identifier.as_str()))?;
    print(one.common.json, &document)
}

/// Reads the API, changes its settings, and writes them if what they rest on is unchanged in the store; retries
/// otherwise.
async fn update(options: ApiUpdate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let mut api = find(&stack, options.identifier.as_str()).await?;
    for _ in 0..TRIES {
        let planned = ApiPlan::of(&api, &settings(&options, &api)?)?;
        if options.changing.dry_run {
            return print_dry_run(options.common.json, planned.plan().document());
        }
        match planned.write(&stack, AuditedAction::ApiUpdate).await? {
            ApiChanged::Done => return print(options.common.json, &describe(&planned.after)),
            ApiChanged::Refused(found) => api = *found.ok_or_else(|| unknown(options.identifier.as_str()))?,
        }
    }
    Err(format!("the API {} is being changed by other commands: try again in a moment", api.identifier).into())
}

/// Reads the settings that the options give. The descriptions of scopes that stay are kept.
fn settings(options: &ApiUpdate, api: &Api) -> Result<NewApiSettings, Error> {
    let (mut scope, mut descriptions) = (None, api.scope_descriptions.clone());
    if !options.scope.is_empty() {
        let (offered, given) = offered(&options.scope)?;
        descriptions.retain(|token, _| offered.contains(token));
        descriptions::describe(&mut descriptions, given);
        scope = Some(offered);
    }
    descriptions::describe_in(&mut descriptions, &options.describe_in)?;
    let gives_descriptions = scope.is_some() || !options.describe_in.is_empty();
    Ok(NewApiSettings {
        scope,
        scope_descriptions: gives_descriptions.then_some(descriptions),
        algorithm: options.alg.as_deref().and_then(SigningAlgorithm::parse),
        format: options.token_format.as_deref().and_then(TokenFormat::parse),
        token_type: options.token_type.as_deref().and_then(TokenType::parse),
        claims: options.claims.as_deref().map(ClaimNames::parse).transpose()?,
        lifetime: options.lifetime,
    })
}

async fn create(options: ApiCreate) -> Result<(), Error> {
    let (scope, given) = offered(&options.scope)?;
    let mut scope_descriptions = BTreeMap::new();
    descriptions::describe(&mut scope_descriptions, given);
    descriptions::describe_in(&mut scope_descriptions, &options.describe_in)?;
    let api = NewApi {
        identifier: identifier(&options.identifier)?,
        scope,
        scope_descriptions,
        algorithm: SigningAlgorithm::parse(&options.alg).ok_or("--alg is not known")?,
        format: TokenFormat::parse(&options.token_format).ok_or("--token-format is not known")?,
        token_type: TokenType::parse(&options.token_type).ok_or("--token-type is not known")?,
        claims: ClaimNames::parse(&options.claims)?,
        lifetime: options.lifetime,
    };
    let api = api.register()?;
    let stack = Stack::find(&options.common).await?;
    let there = format!("the API {} is registered already: see `jeton api show`", api.identifier);
    let document = describe(&api);
    if options.changing.dry_run {
        let known = stack.registry.api_now(&api.identifier).await?;
        return if known.is_some() { Err(there.into()) } else { print_dry_run(options.common.json, document) };
    }
    if api.format == TokenFormat::Jwt {
        let records = stack.recorder().await;
        stack.ensure_keys(&[api.algorithm], edge::now(), &records.of_keys(AuditedAction::ApiCreate)).await?;
    }
    let record = stack.record(AuditedAction::ApiCreate, &About::Api(&api.identifier), &names_of(&document)).await;
    done_or(stack.registry.create_api(&api, record).await?, there)?;
    print(options.common.json, &document)
}

/// Reads the values of `--scope`: lists of scope tokens, and single ones with a description after `=`.
fn offered(values: &[String]) -> Result<(Scope, BTreeMap<String, String>), Error> {
    let (mut scope, mut descriptions) = (Scope::default(), BTreeMap::new());
    for value in values {
        let (tokens, description) =
            value.split_once('=').map_or((value.as_str(), None), |(token, text)| (token, Some(text)));
        let offered = scopes::parse(tokens)?;
        scope = scope.or(&offered);
        let Some(text) = description else { continue };
        // A further `=` is most likely a second scope, which would otherwise be lost in a description.
        if offered.tokens().count() != 1 || text.contains('=') {
            let advice = "give each scope with a description its own --scope, as in --scope \"read=Read your orders\"";
            return Err(format!("the scope {value:?} cannot be used: {advice}").into());
        }
        descriptions.insert(offered.to_string(), text.trim().to_owned());
    }
    // The scope of several values can be larger than that of each.
    Ok((Scope::parse(scope.as_str())?, descriptions))
}

pub(crate) fn identifier(text: &str) -> Result<Resource, Error> {
    Resource::parse(text).map_err(|error| format!("the API identifier {text:?} cannot be used: {error}").into())
}

fn unknown(identifier: &str) -> String {
    format!("there is no API {identifier}: see `jeton api list`")
}

impl ApiPlan {
    /// Returns the API before and after the change, as `jeton api show` describes it.
    pub(crate) fn plan(&self) -> Plan {
        Plan { before: Some(describe(&self.before)), after: Some(describe(&self.after)) }
    }
}

pub(crate) fn describe(api: &Api) -> Value {
    json!({
        "identifier": api.identifier.as_str(),
        "scope": api.scope.to_string(),
        "scope_descriptions": grants::descriptions::plain(&api.scope_descriptions),
        "scope_descriptions_in": descriptions::in_languages(&api.scope_descriptions),
        "alg": api.algorithm.as_str(),
        "token_format": api.format.as_str(),
        "token_type": api.token_type.as_str(),
        "claims": (!api.claims.is_empty()).then(|| api.claims.to_string()),
        "lifetime": api.lifetime,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<(String, Vec<(String, String)>)> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        offered(&values).ok().map(|(scope, descriptions)| (scope.to_string(), descriptions.into_iter().collect()))
    }

    #[test]
    fn a_scope_is_a_list_of_words_or_one_word_with_a_description() {
        let plain = |scope: &str| Some((scope.to_owned(), Vec::new()));
        assert_eq!(read(&[]), plain(""));
        assert_eq!(read(&[""]), plain(""));
        assert_eq!(read(&["write read"]), plain("read write"));
        assert_eq!(read(&["read", "write"]), plain("read write"));
        let described = vec![("read".to_owned(), "Read your orders, and more".to_owned())];
        assert_eq!(read(&["read= Read your orders, and more", "write"]), Some(("read write".to_owned(), described)));
        for bad in ["read write=Do all", "=Do all", "read=Read, write=Write", "a b=c d=e", "r\"=Read"] {
            assert_eq!(read(&[bad]), None, "{bad}");
        }
        let many = |from: u32| (from..from + 40).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(read(&[&many(0), &many(100)]), None);
    }
}
