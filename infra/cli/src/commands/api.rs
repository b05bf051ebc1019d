//! The command `jeton api`.

use edge::Error;
use grants::{Api, NewApi, SigningAlgorithm, TokenFormat, TokenType};
use protocol::{ClaimNames, Resource, Scope};
use serde_json::{Value, json};
use store::AuditedAction;

use crate::args::{ApiCommand, ApiCreate, OneApi};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::output::print;
use crate::stack::{Stack, done_or};

pub(crate) async fn run(command: ApiCommand) -> Result<(), Error> {
    match command {
        ApiCommand::Create(options) => create(options).await,
        ApiCommand::List(common) => {
            let apis = Stack::find(&common).await?.registry.all_apis().await?;
            print(common.json, &apis.iter().map(describe).collect())
        }
        ApiCommand::Show(one) => {
            let identifier = identifier(&one.identifier)?;
            let apis = Stack::find(&one.common).await?.registry.apis(&[identifier], edge::now()).await?;
            let api = apis.first().ok_or_else(|| unknown(&one))?;
            print(one.common.json, &describe(api))
        }
        ApiCommand::Delete(one) => {
            let identifier = identifier(&one.identifier)?;
            let stack = Stack::find(&one.common).await?;
            let record = stack.record(AuditedAction::ApiDelete, &About::Api(&identifier), NO_ATTRIBUTES).await;
            let deleted = stack.registry.delete_api(&identifier, record).await?;
            done_or(deleted, unknown(&one))?;
            print(one.common.json, &json!({ "identifier": one.identifier, "deleted": true }))
        }
    }
}

async fn create(options: ApiCreate) -> Result<(), Error> {
    let api = NewApi {
        identifier: identifier(&options.identifier)?,
        scope: Scope::parse(&options.scope)?,
        algorithm: SigningAlgorithm::parse(&options.alg).ok_or("--alg is not known")?,
        format: TokenFormat::parse(&options.token_format).ok_or("--token-format is not known")?,
        token_type: TokenType::parse(&options.token_type).ok_or("--token-type is not known")?,
        claims: ClaimNames::parse(&options.claims)?,
        lifetime: options.lifetime,
    };
    let api = api.register()?;
    let stack = Stack::find(&options.common).await?;
    if api.format == TokenFormat::Jwt {
        let records = stack.recorder().await;
        stack.ensure_keys(&[api.algorithm], edge::now(), &records.of_keys(AuditedAction::ApiCreate)).await?;
    }
    let there = format!("the API {} is registered already: see `jeton api show`", api.identifier);
    let document = describe(&api);
    let record = stack.record(AuditedAction::ApiCreate, &About::Api(&api.identifier), &names_of(&document)).await;
    done_or(stack.registry.create_api(&api, record).await?, there)?;
    print(options.common.json, &document)
}

pub(crate) fn identifier(text: &str) -> Result<Resource, Error> {
    Resource::parse(text).map_err(|error| format!("the API identifier {text:?} cannot be used: {error}").into())
}

fn unknown(one: &OneApi) -> String {
    format!("there is no API {}: see `jeton api list`", one.identifier)
}

fn describe(api: &Api) -> Value {
    json!({
        "identifier": api.identifier.as_str(),
        "scope": api.scope.to_string(),
        "alg": api.algorithm.as_str(),
        "token_format": api.format.as_str(),
        "token_type": api.token_type.as_str(),
        "claims": (!api.claims.is_empty()).then(|| api.claims.to_string()),
        "lifetime": api.lifetime,
    })
}
