//! The command `jeton consent`.

use std::collections::HashMap;

use edge::Error;
use protocol::{ClientId, Resource};
use serde_json::{Value, json};
use store::{AuditedAction, Changed, StoredConsent};

use crate::args::{ConsentCommand, ConsentList, ConsentWithdraw};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::listing::print_list;
use crate::commands::user_steps::{find, find_named};
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::Stack;

pub(crate) async fn run(command: ConsentCommand) -> Result<(), Error> {
    match command {
        ConsentCommand::List(options) => list(options).await,
        ConsentCommand::Withdraw(options) => withdraw(options).await,
    }
}

async fn list(options: ConsentList) -> Result<(), Error> {
    let stack = Stack::find(&options.listing.common).await?;
    let described: Vec<Value> = if let Some(name) = options.positional.as_ref().or(options.username.as_ref()) {
        let user = find_named(&stack, name).await?;
        let stored = stack.people.consents_of(user.key).await?;
        stored.iter().map(|stored| describe(Some(user.username.as_str()), stored)).collect()
    } else {
        let names: HashMap<_, _> =
            stack.people.all_users().await?.into_iter().map(|user| (user.key, user.username)).collect();
        let stored = stack.people.all_consents().await?;
        let name = |stored: &StoredConsent| names.get(&stored.person).map(protocol::Username::as_str);
        stored.iter().map(|stored| describe(name(stored), stored)).collect()
    };
    print_list(&options.listing, &["username", "client_id"], described)
}

async fn withdraw(options: ConsentWithdraw) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let asked = options.client.as_deref();
    let asked = asked.map(|text| ClientId::parse(text).map_err(|_| format!("the client id {text:?} cannot be used")));
    let asked = asked.transpose()?;
    let mut clients: Vec<ClientId> =
        stack.people.consents_of(user.key).await?.into_iter().map(|stored| stored.client).collect();
    clients.retain(|client| asked.as_ref().is_none_or(|asked| client == asked));
    if options.destroying.changing.dry_run && !clients.is_empty() {
        let withdrawn: Vec<&str> = clients.iter().map(ClientId::as_str).collect();
        let document = json!({ "username": user.username.as_str(), "withdrawn": withdrawn });
        return print_dry_run(options.common.json, document);
    }
    if asked.is_none() && !clients.is_empty() {
        let deed = format!("withdraws all {} consents of the user {}", clients.len(), user.username);
        confirm(options.destroying, &deed)?;
    }
    let mut withdrawn = Vec::new();
    let records = stack.recorder().await;
    for client in &clients {
        let about = About::Consent(&user.subject, client);
        let record = records.record(AuditedAction::ConsentWithdraw, &about, NO_ATTRIBUTES);
        match stack.people.withdraw_consent(user.key, client, Some(record)).await? {
            Changed::Done => withdrawn.push(client.as_str()),
            Changed::Refused => {}
        }
    }
    if withdrawn.is_empty() {
        let which = options.client.as_deref().map_or("any client".to_owned(), |id| format!("the client {id}"));
        let hint = "see `jeton consent list`";
        return Err(format!("no consent of {} to {which} is remembered: {hint}", user.username).into());
    }
    print(options.common.json, &json!({ "username": user.username.as_str(), "withdrawn": withdrawn }))
}

fn describe(username: Option<&str>, stored: &StoredConsent) -> Value {
    let allowed = stored.consent.targets.iter().map(|target| {
        let apis: Vec<&str> = target.resources.iter().map(Resource::as_str).collect();
        json!({ "scope": target.scope.to_string(), "apis": apis })
    });
    json!({
        "username": username,
        "client_id": stored.client.as_str(),
        "allowed": allowed.collect::<Vec<_>>(),
        "agreed_at": stored.consent.agreed_at.seconds(),
    })
}
