//! The command `jeton client`.

use edge::Error;
use grants::{Client, ClientChange, GrantId, Registrant, SecretDigest, StoredSecret};
use protocol::{ClientId, Secret};
use serde_json::{Value, json};
use store::{AuditedAction, Changed, ClientChanged, Write};

use crate::args::{ClientCommand, ClientCreate, ClientDelete, ClientSwitch, RotateSecret};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::commands::client_description::describe;
use crate::commands::client_import;
use crate::commands::client_secrets::{ended_by_another, named_by_time};
use crate::commands::client_steps::{find, find_now, unknown};
use crate::commands::client_update;
use crate::commands::grant::revoke_all;
use crate::commands::listing::print_list;
use crate::commands::new_client::new_client;
use crate::commands::plan::Plan;
use crate::commands::profile_warning::warn_of_apis;
use crate::confirm::confirm;
use crate::output::{aside, print, print_dry_run, print_made};
use crate::settings::appearance::Appearance;
use crate::stack::{Stack, TRIES, done_or};

pub(crate) async fn run(command: ClientCommand) -> Result<(), Error> {
    match command {
        ClientCommand::Create(options) => Box::pin(create(*options)).await,
        ClientCommand::Import(options) => Box::pin(client_import::run(options)).await,
        ClientCommand::List(options) => {
            let clients = Stack::find(&options.common).await?.registry.all_clients().await?;
            print_list(&options, &["client_id"], clients.iter().map(describe).collect())
        }
        ClientCommand::Show(one) => {
            let stack = Stack::find(&one.common).await?;
            print(one.common.json, &describe(&find(&stack, one.id.as_str()).await?))
        }
        ClientCommand::Update(options) => Box::pin(client_update::run(*options)).await,
        ClientCommand::Disable(options) => switch(options, true).await,
        ClientCommand::Enable(options) => switch(options, false).await,
        ClientCommand::RotateSecret(options) => rotate_secret(options).await,
        ClientCommand::Delete(options) => delete(options).await,
    }
}

async fn delete(ClientDelete { one, destroying }: ClientDelete) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let client = find_now(&stack, one.id.as_str()).await?;
    let (id, document) = (&client.id, json!({ "client_id": one.id.as_str(), "deleted": true }));
    if destroying.changing.dry_run {
        return print_dry_run(one.common.json, document);
    }
    confirm(destroying, &format!("deletes the client {id} ({}) with all grants of its users", client.name))?;
    let record = stack.record(AuditedAction::ClientDelete, &About::Client(id), NO_ATTRIBUTES).await;
    done_or(delete_with_grants(&stack, &client, record).await?, unknown(one.id.as_str()))?;
    print(one.common.json, &document)
}

/// Deletes a client and everything that people gave it, with the write `record`. The next client of its id is another one.
///
/// The client is disabled first and deleted after its grants and consents, so a command that fails half-way can be
/// repeated, and leaves nothing that works. Functions may know the client from their caches and make a grant meanwhile, so
/// its grants are ended once more at the end.
pub(crate) async fn delete_with_grants(
    stack: &Stack,
    client: &Client,
    record: Option<Write>,
) -> Result<Changed, Error> {
    match stack.registry.change_client(&ClientChange::disabled(client, true), None).await? {
        ClientChanged::Done => {}
        ClientChanged::Refused(_) => return Ok(Changed::Refused),
    }
    forget(stack, &client.id).await?;
    let deleted = match client.registrant() {
        Registrant::Document => stack.registry.delete_document(&client.id, record).await?,
        Registrant::Operator | Registrant::Itself { .. } => {
            let federation = stack.registry.federation_writes(Some(client), None);
            stack.registry.delete_client(client, record.into_iter().chain(federation)).await?
        }
    };
    // The next client of the id keeps what people gave it.
    if deleted == Changed::Done || stack.registry.client_now(&client.id).await?.is_none() {
        forget(stack, &client.id).await?;
    }
    Ok(deleted)
}

/// Ends the grants of a client and withdraws consent to it.
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
    let new = stack.since_its_document(new_client(&stack, &options, &appearance).await?).await?;
    let there = format!("the client {} is registered already: see `jeton client show`", new.id);
    if options.changing.dry_run {
        // A registration comes before the copy of a document.
        let known = stack.registry.client_now(&new.id).await?.filter(|known| known.document().is_none());
        let document = describe(&new.register()?);
        return if known.is_some() { Err(there.into()) } else { print_dry_run(options.common.json, document) };
    }
    let records = stack.recorder().await;
    let of_keys = records.of_keys(AuditedAction::ClientCreate);
    stack.ensure_keys(&new.algorithms(), edge::now(), &of_keys).await?;
    let secret = stack.new_secret(new.auth_method, &new.id, edge::now()).await?;
    let client = Client { secrets: secret.iter().map(|(_, stored)| *stored).collect(), ..new }.register()?;
    let document = describe(&client);
    let record = records.record(AuditedAction::ClientCreate, &About::Client(&client.id), &names_of(&document));
    let logo = appearance.logo.given().map(|logo| stack.registry.with_logo(&client, logo));
    done_or(stack.registry.create_client(&client, std::iter::once(record).chain(logo)).await?, there)?;
    warn_of_apis(&stack, &client).await;
    let document = with_secret(document, secret.as_ref().map(|(secret, _)| secret));
    print_made(options.common.json, &if options.common.json { document } else { with_scope(document, &client) })
}

/// Says for people what no scope means.
fn with_scope(mut document: Value, client: &Client) -> Value {
    let has_all = client.scope.is_none() && !client.apis.is_empty();
    if let Some(members) = document.as_object_mut().filter(|_| has_all) {
        members.insert("scope".to_owned(), "all of its APIs".into());
    }
    document
}

async fn switch(ClientSwitch { one, changing }: ClientSwitch, disabled: bool) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let client = find(&stack, one.id.as_str()).await?;
    let change = ClientChange::disabled(&client, disabled);
    if changing.dry_run {
        let plan = Plan { before: Some(describe(&client)), after: change.after(Some(&client)).as_ref().map(describe) };
        return print_dry_run(one.common.json, plan.document());
    }
    let action = if disabled { AuditedAction::ClientDisable } else { AuditedAction::ClientEnable };
    let record = stack.record(action, &About::Client(&client.id), &["disabled"]).await;
    match stack.registry.change_client(&change, record).await? {
        ClientChanged::Done => print(one.common.json, &describe(&Client { disabled, ..client })),
        ClientChanged::Refused(_) => Err(unknown(one.id.as_str()).into()),
    }
}

/// Reads the secrets, changes them, and writes them if they are unchanged in the store; retries otherwise.
async fn rotate_secret(options: RotateSecret) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let mut client = find(&stack, options.id.as_str()).await?;
    let retires = options.retire_old;
    let action = if retires { AuditedAction::ClientRetireSecrets } else { AuditedAction::ClientRotateSecret };
    check_has_secret(&client)?;
    if options.destroying.changing.dry_run {
        tell_of_the_end(&client, retires, "would end");
        return print_dry_run(options.common.json, secrets_plan(&client, retires)?.document());
    }
    if retires {
        confirm(options.destroying, &format!("ends all secrets of the client {} except the newest", client.id))?;
    }
    for _ in 0..TRIES {
        check_has_secret(&client)?;
        let (method, now) = (client.auth_method, edge::now());
        let (secret, made, change) = if retires {
            (None, None, ClientChange::retire_old_secrets(&client))
        } else {
            let made = stack.new_secret(method, &client.id, now).await?;
            let (secret, stored) = made.ok_or("no secret could be made")?;
            (Some(secret), Some(stored), ClientChange::rotate_secret(&client, stored))
        };
        let record = stack.record(action, &About::Client(&client.id), &["secrets"]).await;
        match change_secrets(&stack, &change, made, record).await? {
            ClientChanged::Done => {
                tell_of_the_end(&client, retires, "ended");
                let client = change.after(Some(&client)).ok_or_else(|| unknown(options.id.as_str()))?;
                return print(options.common.json, &with_secret(describe(&client), secret.as_ref()));
            }
            ClientChanged::Refused(found) => client = *found.ok_or_else(|| unknown(options.id.as_str()))?,
        }
    }
    Err(format!("the client {} is being changed by other commands: try again in a moment", client.id).into())
}

/// Changes the secrets of a client. One that was `made` counts if it is stored although no answer said so: nobody would be shown
/// it later, and a further one would end the secret that is in use.
async fn change_secrets(
    stack: &Stack,
    change: &ClientChange,
    made: Option<StoredSecret>,
    record: Option<Write>,
) -> Result<ClientChanged, Error> {
    let is_there = |client: &Client| made.is_some_and(|made| client.secrets.contains(&made));
    match stack.registry.change_client(change, record).await {
        Ok(ClientChanged::Refused(Some(found))) if is_there(&found) => Ok(ClientChanged::Done),
        Err(unknown) => {
            let found = stack.registry.client_now(change.id()).await.ok().flatten();
            if found.is_some_and(|found| is_there(&found)) { Ok(ClientChanged::Done) } else { Err(unknown.into()) }
        }
        answered => Ok(answered?),
    }
}

/// Tells, beside the result, of a secret that ends because a further one is made. The end of old secrets is asked for by name.
fn tell_of_the_end(client: &Client, retires: bool, ends: &str) {
    let ended = ended_by_another(client);
    if !retires && !ended.is_empty() {
        let named = named_by_time(&ended);
        aside(&format!("jeton: {named} of the client {} {ends}: a client has two secrets at most", client.id));
    }
}

/// Returns what would become of the number of secrets.
fn secrets_plan(client: &Client, retires: bool) -> Result<Plan, Error> {
    let change = if retires {
        ClientChange::retire_old_secrets(client)
    } else {
        // One that nobody has, in the place of the one that would be made.
        let new = StoredSecret::hashed(SecretDigest::from_bytes(edge::random()), edge::now());
        ClientChange::rotate_secret(client, new)
    };
    let after = change.after(Some(client)).ok_or_else(|| unknown(client.id.as_str()))?;
    Ok(Plan { before: Some(describe(client)), after: Some(describe(&after)) })
}

fn check_has_secret(client: &Client) -> Result<(), Error> {
    let method = client.auth_method;
    if method.has_secret() {
        return Ok(());
    }
    let method = method.as_str();
    Err(format!("the client {} has no secret: its authentication method is {method}", client.id).into())
}

/// Adds the secret to the document: the only place where a client secret is shown.
fn with_secret(mut document: Value, secret: Option<&Secret>) -> Value {
    if let (Some(members), Some(secret)) = (document.as_object_mut(), secret) {
        members.insert("client_secret".to_owned(), secret.expose().into());
    }
    document
}
