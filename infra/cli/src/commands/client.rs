//! The command `jeton client`.

use edge::Error;
use grants::{AssertionAlgorithm, AudienceRule, AuthMethod, Client, ClientChange, GrantId, PkceRule, Registrant};
use protocol::{Claims, ClientId, GrantType, Logo, RedirectUri, Resource, Scope, Secret};
use serde_json::{Value, json};
use service::new_client_secret;
use store::{AuditedAction, ClientChanged};

use crate::args::{ClientCommand, ClientCreate, OneClient, RotateSecret};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::commands::api::identifier;
use crate::commands::appearance::{self, Appearance};
use crate::commands::claim_edits::with_claims;
use crate::commands::client_keys;
use crate::commands::client_update;
use crate::commands::grant::revoke_all;
use crate::commands::registration_token;
use crate::commands::relying_party::{self, redirect_uri};
use crate::output::print;
use crate::stack::{Stack, TRIES, done_or};

pub(crate) async fn run(command: ClientCommand) -> Result<(), Error> {
    match command {
        ClientCommand::Create(options) => Box::pin(create(*options)).await,
        ClientCommand::List(common) => {
            let clients = Stack::find(&common).await?.registry.all_clients().await?;
            print(common.json, &clients.iter().map(describe).collect())
        }
        ClientCommand::Show(one) => {
            let stack = Stack::find(&one.common).await?;
            print(one.common.json, &describe(&find(&stack, &one.id).await?))
        }
        ClientCommand::Update(options) => Box::pin(client_update::run(options)).await,
        ClientCommand::Disable(one) => switch(one, true).await,
        ClientCommand::Enable(one) => switch(one, false).await,
        ClientCommand::RotateSecret(options) => rotate_secret(options).await,
        ClientCommand::Delete(one) => {
            let stack = Stack::find(&one.common).await?;
            let id = client_id(&one.id)?;
            let record = stack.record(AuditedAction::ClientDelete, &About::Client(&id), NO_ATTRIBUTES).await;
            let found = stack.registry.client_now(&id).await?;
            let deleted = match found.map(|client| client.registrant()) {
                Some(Registrant::Document) => stack.registry.delete_document(&id, record).await?,
                Some(Registrant::Operator | Registrant::Itself { .. }) | None => {
                    stack.registry.delete_client(&id, record).await?
                }
            };
            done_or(deleted, unknown(&one.id))?;
            forget(&stack, &id).await?;
            print(one.common.json, &json!({ "client_id": one.id, "deleted": true }))
        }
    }
}

/// Ends what people gave a client that is deleted: the next client of its id is another one.
async fn forget(stack: &Stack, id: &ClientId) -> Result<(), Error> {
    let grants = stack.grants.all(Some(id)).await?;
    let ids: Vec<GrantId> = grants.iter().map(|grant| grant.id).collect();
    revoke_all(stack, &ids).await?;
    for stored in stack.people.all_consents().await?.into_iter().filter(|stored| stored.client == *id) {
        stack.people.withdraw_consent(stored.person, id, None).await?;
    }
    Ok(())
}

async fn create(options: ClientCreate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let appearance = Appearance::read(&options.appearance)?;
    let logo = appearance.logo.given().cloned();
    let new = new_client(&stack, &options, appearance).await?;
    let records = stack.recorder().await;
    let of_keys = records.of_keys(AuditedAction::ClientCreate);
    stack.ensure_keys(&new.relying_party.algorithms(), edge::now(), &of_keys).await?;
    let ring = stack.ring(edge::now()).await?;
    let secret = new_client_secret(ring.handles(), new.auth_method, &new.id, edge::now());
    let client = Client { secrets: secret.iter().map(|(_, stored)| *stored).collect(), ..new }.register()?;
    let there = format!("the client {} is registered already: see `jeton client show`", client.id);
    let document = describe(&client);
    let record = records.record(AuditedAction::ClientCreate, &About::Client(&client.id), &names_of(&document));
    let logo = logo.map(|logo| stack.registry.with_logo(&client, &logo));
    done_or(stack.registry.create_client(&client, std::iter::once(record).chain(logo)).await?, there)?;
    print(options.common.json, &with_secret(document, secret.as_ref().map(|(secret, _)| secret)))
}

/// Reads the client that the options describe, without its secret.
async fn new_client(stack: &Stack, options: &ClientCreate, appearance: Appearance) -> Result<Client, Error> {
    // Hexadecimal, because an id that starts with a dash would look like a flag.
    let id = options.id.clone().unwrap_or_else(edge::random_name::<16>);
    let auth_method = match &options.auth_method {
        None => AuthMethod::Secret,
        Some(named) => AuthMethod::parse(named).ok_or("--auth-method is not known")?,
    };
    let apis = options.apis.iter().map(|text| identifier(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(Client {
        name: options.name.clone(),
        auth_method,
        grant_types: options.grants.iter().filter_map(|text| GrantType::parse(text)).collect(),
        redirect_uris: options.redirect_uris.iter().map(|text| redirect_uri(text)).collect::<Result<_, _>>()?,
        scope: options.scope.as_deref().map(Scope::parse).transpose()?,
        apis: stack.ensure_apis(&apis).await?,
        audience: AudienceRule::parse(&options.audience).ok_or("--audience is not known")?,
        pkce: options.pkce.as_deref().map_or(Ok(PkceRule::usual(auth_method)), pkce)?,
        introspects: options.introspects.iter().map(|text| identifier(text)).collect::<Result<_, _>>()?,
        keys: client_keys::given(&options.assertions, auth_method, &stack.reach)?,
        assertion_algorithm: options.assertions.assertion_alg.as_deref().and_then(AssertionAlgorithm::parse),
        strict_audience: options.assertions.assertion_audience == "issuer",
        claims: with_claims(Claims::default(), &options.claims)?,
        relying_party: relying_party::parse(&options.relying_party, &options.redirect_uris, &stack.reach)?,
        logo: appearance.logo.given().map(Logo::facts),
        links: appearance.links.into_iter().filter_map(|(link, url)| Some((link, url?))).collect(),
        trusted: options.trusted,
        ..Client::new(client_id(&id)?, edge::now())
    })
}

pub(crate) fn pkce(text: &str) -> Result<PkceRule, Error> {
    Ok(PkceRule::parse(text).ok_or("--pkce is not known")?)
}

async fn switch(one: OneClient, disabled: bool) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let client = find(&stack, &one.id).await?;
    let change = ClientChange::disabled(&client, disabled);
    let action = if disabled { AuditedAction::ClientDisable } else { AuditedAction::ClientEnable };
    let record = stack.record(action, &About::Client(&client.id), &["disabled"]).await;
    match stack.registry.change_client(&change, record).await? {
        ClientChanged::Done => print(one.common.json, &describe(&Client { disabled, ..client })),
        ClientChanged::Refused(_) => Err(unknown(&one.id).into()),
    }
}

/// Reads the secrets, changes them, and writes them if they are unchanged in the store; retries otherwise.
async fn rotate_secret(options: RotateSecret) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let mut client = find(&stack, &options.id).await?;
    let retires = options.retire_old;
    let action = if retires { AuditedAction::ClientRetireSecrets } else { AuditedAction::ClientRotateSecret };
    for _ in 0..TRIES {
        let method = client.auth_method;
        if !method.has_secret() {
            let method = method.as_str();
            return Err(format!("the client {} has no secret: its authentication method is {method}", client.id).into());
        }
        let now = edge::now();
        let (secret, change) = if retires {
            (None, ClientChange::retire_old_secrets(&client))
        } else {
            let made = new_client_secret(stack.ring(now).await?.handles(), method, &client.id, now);
            let (secret, stored) = made.ok_or("no secret could be made")?;
            (Some(secret), ClientChange::rotate_secret(&client, stored))
        };
        let record = stack.record(action, &About::Client(&client.id), &["secrets"]).await;
        match stack.registry.change_client(&change, record).await? {
            ClientChanged::Done => {
                let client = change.after(Some(&client)).ok_or_else(|| unknown(&options.id))?;
                return print(options.common.json, &with_secret(describe(&client), secret.as_ref()));
            }
            ClientChanged::Refused(found) => client = *found.ok_or_else(|| unknown(&options.id))?,
        }
    }
    Err(format!("the client {} is being changed by other commands: try again in a moment", client.id).into())
}

pub(crate) async fn find(stack: &Stack, id: &str) -> Result<Client, Error> {
    let found = stack.registry.client(&client_id(id)?, edge::now()).await?;
    Ok(Client::clone(&*found.ok_or_else(|| unknown(id))?))
}

pub(crate) fn client_id(text: &str) -> Result<ClientId, Error> {
    let rule = "1 to 256 visible ASCII characters, not starting with usr_";
    ClientId::parse(text).map_err(|_| format!("the client id {text:?} cannot be used: {rule}").into())
}

pub(crate) fn unknown(id: &str) -> String {
    format!("there is no client {id}: see `jeton client list`")
}

pub(crate) fn describe(client: &Client) -> Value {
    let mut document = json!({
        "client_id": client.id.as_str(),
        "name": client.name,
        "auth_method": client.auth_method.as_str(),
        "auth_methods": client.auth_method.accepted(),
        "grant_types": client.grant_types.iter().map(|grant_type| grant_type.as_str()).collect::<Vec<_>>(),
        "redirect_uris": client.redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
        "scope": client.scope.as_ref().map(Scope::to_string),
        "apis": client.apis.iter().map(Resource::as_str).collect::<Vec<_>>(),
        "audience": client.audience.as_str(),
        "pkce": client.pkce.as_str(),
        "claims": (!client.claims.is_empty()).then_some(&client.claims),
        "introspects": client.introspects.iter().map(Resource::as_str).collect::<Vec<_>>(),
        "relying_party": relying_party::describe(&client.relying_party),
        "trusted": client.trusted,
        "live_secrets": client.secrets.len(),
        "disabled": client.disabled,
        "created_at": client.created_at.seconds(),
    });
    appearance::describe(client, &mut document);
    client_keys::describe(client, &mut document);
    registration_token::describe_client(client, &mut document);
    document
}

/// Adds the secret to the document: the only place where a client secret is shown.
fn with_secret(mut document: Value, secret: Option<&Secret>) -> Value {
    if let (Some(members), Some(secret)) = (document.as_object_mut(), secret) {
        members.insert("client_secret".to_owned(), secret.expose().into());
    }
    document
}
