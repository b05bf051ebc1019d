//! `jeton client`.

use edge::{Error, new_client_secret};
use grants::{AudienceRule, AuthMethod, Client, NewClient, PkceRule, SigningAlgorithm};
use protocol::{ClientId, GrantType, RedirectUri, Resource, Scope, Secret};
use serde_json::{Value, json};

use crate::args::{ClientCommand, ClientCreate, OneClient, RotateSecret};
use crate::commands::api::identifier;
use crate::commands::client_keys;
use crate::commands::registration_token;
use crate::commands::relying_party::{self, redirect_uri};
use crate::output::print;
use crate::stack::{Stack, done_or};

pub(crate) async fn run(command: ClientCommand) -> Result<(), Error> {
    match command {
        ClientCommand::Create(options) => create(*options).await,
        ClientCommand::List(common) => {
            let clients = Stack::find(&common).await?.registry.all_clients().await?;
            print(common.json, &clients.iter().map(describe).collect())
        }
        ClientCommand::Show(one) => {
            let stack = Stack::find(&one.common).await?;
            print(one.common.json, &describe(&find(&stack, &one.id).await?))
        }
        ClientCommand::Disable(one) => switch(one, true).await,
        ClientCommand::Enable(one) => switch(one, false).await,
        ClientCommand::RotateSecret(options) => rotate_secret(options).await,
        ClientCommand::Delete(one) => {
            let stack = Stack::find(&one.common).await?;
            done_or(stack.registry.delete_client(&client_id(&one.id)?).await?, unknown(&one.id))?;
            print(one.common.json, &json!({ "client_id": one.id, "deleted": true }))
        }
    }
}

async fn create(options: ClientCreate) -> Result<(), Error> {
    // Hexadecimal, because an id that began with a dash would look like a flag.
    let id = options.id.clone().unwrap_or_else(edge::random_name::<16>);
    let auth_method = AuthMethod::parse(&options.auth_method).ok_or("--auth-method is not known")?;
    let stack = Stack::find(&options.common).await?;
    let new = NewClient {
        id: client_id(&id)?,
        name: options.name,
        auth_method,
        grant_types: options.grants.iter().filter_map(|text| GrantType::parse(text)).collect(),
        redirect_uris: options.redirect_uris.iter().map(|text| redirect_uri(text)).collect::<Result<_, _>>()?,
        scope: options.scope.as_deref().map(Scope::parse).transpose()?,
        apis: options.apis.iter().map(|text| identifier(text)).collect::<Result<_, _>>()?,
        audience: AudienceRule::parse(&options.audience).ok_or("--audience is not known")?,
        pkce: PkceRule::parse(&options.pkce).ok_or("--pkce is not known")?,
        introspects: options.introspects.iter().map(|text| identifier(text)).collect::<Result<_, _>>()?,
        keys: client_keys::given(&options.assertions, auth_method, &stack.reach)?,
        assertion_algorithm: options.assertions.assertion_alg.as_deref().and_then(SigningAlgorithm::parse),
        strict_audience: options.assertions.assertion_audience == "issuer",
        relying_party: relying_party::parse(&options.relying_party, &options.redirect_uris, &stack.reach)?,
        registered_by: None,
    };
    stack.ensure_apis(&new.apis).await?;
    stack.ensure_keys(&new.relying_party.algorithms(), edge::now()).await?;
    let ring = stack.ring(edge::now()).await?;
    let secret = new_client_secret(ring.handles(), auth_method, &new.id, edge::now());
    let stored = secret.iter().map(|(_, stored)| *stored).collect();
    let client = new.register(stored, edge::now())?;
    let there = format!("the client {} is registered already: see `jeton client show`", client.id);
    done_or(stack.registry.create_client(&client).await?, there)?;
    print(options.common.json, &with_secret(describe(&client), secret.as_ref().map(|(secret, _)| secret)))
}

async fn switch(one: OneClient, disabled: bool) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let client = Client { disabled, ..find(&stack, &one.id).await? };
    done_or(stack.registry.replace_client(&client).await?, unknown(&one.id))?;
    print(one.common.json, &describe(&client))
}

async fn rotate_secret(options: RotateSecret) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let mut client = find(&stack, &options.id).await?;
    if !client.auth_method.has_secret() {
        let method = client.auth_method.as_str();
        return Err(format!("the client {} has no secret: its authentication method is {method}", client.id).into());
    }
    let secret = if options.retire_old {
        client.retire_old_secrets();
        None
    } else {
        let ring = stack.ring(edge::now()).await?;
        let made = new_client_secret(ring.handles(), client.auth_method, &client.id, edge::now());
        made.map(|(secret, stored)| {
            client.rotate_secret(stored);
            secret
        })
    };
    done_or(stack.registry.replace_client(&client).await?, unknown(&options.id))?;
    print(options.common.json, &with_secret(describe(&client), secret.as_ref()))
}

async fn find(stack: &Stack, id: &str) -> Result<Client, Error> {
    let found = stack.registry.client(&client_id(id)?, edge::now()).await?;
    Ok(Client::clone(&*found.ok_or_else(|| unknown(id))?))
}

fn client_id(text: &str) -> Result<ClientId, Error> {
    let rule = "1 to 256 visible ASCII characters, not starting with usr_";
    ClientId::parse(text).map_err(|_| format!("the client id {text:?} cannot be used: {rule}").into())
}

fn unknown(id: &str) -> String {
    format!("there is no client {id}: see `jeton client list`")
}

fn describe(client: &Client) -> Value {
    let mut document = json!({
        "client_id": client.id.as_str(),
        "name": client.name,
        "auth_method": client.auth_method.as_str(),
        "grant_types": client.grant_types.iter().map(|grant_type| grant_type.as_str()).collect::<Vec<_>>(),
        "redirect_uris": client.redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
        "scope": client.scope.as_ref().map(Scope::to_string),
        "apis": client.apis.iter().map(Resource::as_str).collect::<Vec<_>>(),
        "audience": client.audience.as_str(),
        "pkce": client.pkce.as_str(),
        "introspects": client.introspects.iter().map(Resource::as_str).collect::<Vec<_>>(),
        "relying_party": relying_party::describe(&client.relying_party),
        "live_secrets": client.secrets.len(),
        "disabled": client.disabled,
        "created_at": client.created_at.seconds(),
    });
    client_keys::describe(client, &mut document);
    registration_token::describe_client(client, &mut document);
    document
}

/// The one place where a client secret is shown.
fn with_secret(mut document: Value, secret: Option<&Secret>) -> Value {
    if let (Some(members), Some(secret)) = (document.as_object_mut(), secret) {
        members.insert("client_secret".to_owned(), secret.expose().into());
    }
    document
}
