//! The command `jeton consent`.

use std::collections::HashMap;

use edge::Error;
use protocol::{ClientId, Resource};
use serde_json::{Value, json};
use store::{AuditedAction, Changed, StoredConsent};

use crate::args::{ConsentCommand, ConsentList, ConsentWithdraw};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::user;
use crate::output::print;
use crate::stack::Stack;

pub(crate) async fn run(command: ConsentCommand) -> Result<(), Error> {
    match command {
        ConsentCommand::List(options) => list(options).await,
        ConsentCommand::Withdraw(options) => withdraw(options).await,
    }
}

async fn list(options: ConsentList) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let described: Vec<Value> = if let Some(name) = options.positional.or(options.username) {
        let user = user::find_named(&stack, &name).await?;
        let stored = stack.people.consents_of(user.key).await?;
        stored.iter().map(|stored| describe(Some(user.username.as_str()), stored)).collect()
    } else {
        let names: HashMap<_, _> =
            stack.people.all_users().await?.into_iter().map(|user| (user.key, user.username)).collect();
        let stored = stack.people.all_consents().await?;
        let name = |stored: &StoredConsent| names.get(&stored.person).map(protocol::Username::as_str);
        stored.iter().map(|stored| describe(name(stored), stored)).collect()
    };
    print(options.common.json, &described.into())
}

async fn withdraw(options: ConsentWithdraw) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = user::find(&stack, &options.user).await?;
    let clients: Vec<ClientId> = match &options.client {
        Some(text) => vec![ClientId::parse(text).map_err(|_| format!("the client id {text:?} cannot be used"))?],
        None => stack.people.consents_of(user.key).await?.into_iter().map(|stored| stored.client).collect(),
    };
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
