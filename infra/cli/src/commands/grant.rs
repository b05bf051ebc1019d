//! The command `jeton grant`.

use std::collections::HashMap;

use edge::Error;
use futures_util::future::try_join_all;
use grants::{Grant, GrantId, SessionId, Stage, Timestamp, revocation};
use protocol::ClientId;
use serde_json::{Value, json};
use sessions::{PersonKey, Rules, Session, User, stands};
use store::{Applied, AuditedAction, Changed};

use crate::args::{GrantCommand, GrantList, GrantRevoke};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::client_steps::{client_id, unknown};
use crate::commands::listing::print_list;
use crate::commands::user_steps::find_named;
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::Stack;

/// The number of grants that are revoked concurrently.
const AT_ONCE: usize = 50;

pub(crate) async fn run(command: GrantCommand) -> Result<(), Error> {
    match command {
        GrantCommand::List(options) => list(options).await,
        GrantCommand::Revoke(options) => revoke(options).await,
    }
}

async fn list(options: GrantList) -> Result<(), Error> {
    let stack = Stack::find(&options.listing.common).await?;
    let name = options.positional.as_deref().or(options.username.as_deref());
    let grants = matching(&stack, name, options.client.as_deref()).await?;
    let ground = Everybody::read(&stack).await?;
    let now = edge::now();
    let described = grants.iter().map(|grant| describe(grant, ground.state(&stack, grant, now)));
    print_list(&options.listing, &["grant"], described.collect())
}

async fn revoke(options: GrantRevoke) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let grants = if let Some(text) = &options.grant {
        vec![one(&stack, text).await?]
    } else {
        all_matching(&stack, options.username.as_deref(), options.client.as_deref()).await?
    };
    let standing = grants.iter().filter(|grant| !matches!(grant.stage, Stage::Revoked)).count();
    if options.destroying.changing.dry_run {
        return print_dry_run(options.common.json, json!({ "revoked": standing }));
    }
    if options.grant.is_none() {
        let whose = [("user", &options.username), ("client", &options.client)];
        let whose = whose.iter().filter_map(|(what, name)| Some(format!(" of the {what} {}", name.as_ref()?)));
        confirm(options.destroying, &format!("revokes all {standing} grants{}", whose.collect::<String>()))?;
    }
    let ids: Vec<GrantId> = grants.iter().map(|grant| grant.id).collect();
    let revoked = revoke_recorded(&stack, &ids).await?;
    print(options.common.json, &json!({ "revoked": revoked }))
}

async fn one(stack: &Stack, text: &str) -> Result<Grant, Error> {
    let unknown = || format!("there is no grant {text}: see `jeton grant list`");
    let id = GrantId::parse(text).map_err(|_| unknown())?;
    Ok(stack.grants.find(id).await?.ok_or_else(unknown)?)
}

/// Returns the grants of a user, of a client, or of both; all grants if neither is given. The newest come first.
async fn matching(stack: &Stack, username: Option<&str>, client: Option<&str>) -> Result<Vec<Grant>, Error> {
    let client: Option<ClientId> = client.map(client_id).transpose()?;
    let mut grants = match username {
        Some(name) => stack.grants.of_person(&find_named(stack, name).await?.subject).await?,
        None => stack.grants.all(client.as_ref()).await?,
    };
    grants.retain(|grant| client.as_ref().is_none_or(|client| grant.client_id == *client));
    // A client that was deleted may have grants left: the deletion failed, or a function still knew it.
    if let Some(id) = client.as_ref().filter(|_| grants.is_empty()) {
        stack.registry.client_now(id).await?.ok_or_else(|| unknown(id.as_str()))?;
    }
    grants.sort_by_key(|grant| std::cmp::Reverse(grant.created_at));
    Ok(grants)
}

/// Returns the same grants from the whole table: the index of people lags behind it, and nothing else would end a grant that it
/// does not show yet.
async fn all_matching(stack: &Stack, username: Option<&str>, client: Option<&str>) -> Result<Vec<Grant>, Error> {
    let Some(name) = username else { return matching(stack, None, client).await };
    let subject = find_named(stack, name).await?.subject;
    let mut grants = matching(stack, None, client).await?;
    grants.retain(|grant| grant.person().is_some_and(|person| person.subject == subject));
    Ok(grants)
}

/// Revokes grants concurrently, each with its audit record, and returns how many were not revoked before.
async fn revoke_recorded(stack: &Stack, ids: &[GrantId]) -> Result<usize, Error> {
    let records = stack.recorder().await;
    let mut revoked = 0_usize;
    for some in ids.chunks(AT_ONCE) {
        let ended = try_join_all(some.iter().map(|id| {
            let record = records.record(AuditedAction::GrantRevoke, &About::Grant(*id), NO_ATTRIBUTES);
            async move { stack.grants.end_beside(&revocation::revoke(*id), record).await }
        }));
        revoked = revoked.saturating_add(ended.await?.iter().filter(|ended| **ended == Changed::Done).count());
    }
    Ok(revoked)
}

/// Revokes the grants affected by another change, concurrently, and returns how many were not revoked before.
pub(crate) async fn revoke_all(stack: &Stack, ids: &[GrantId]) -> Result<usize, Error> {
    let mut revoked = 0_usize;
    for some in ids.chunks(AT_ONCE) {
        let steps: Vec<_> = some.iter().map(|id| revocation::revoke(*id)).collect();
        let applied = try_join_all(steps.iter().map(|step| stack.grants.apply(step))).await?;
        let done = applied.iter().filter(|applied| matches!(applied, Applied::Done(_))).count();
        revoked = revoked.saturating_add(done);
    }
    Ok(revoked)
}

/// All users and sessions that grants depend on.
struct Everybody {
    users: HashMap<PersonKey, User>,
    sessions: HashMap<SessionId, Session>,
}

impl Everybody {
    async fn read(stack: &Stack) -> Result<Self, Error> {
        let users = stack.people.all_users().await?.into_iter().map(|user| (user.key, user)).collect();
        let sessions =
            stack.people.all_sessions(None).await?.into_iter().map(|session| (session.id, session)).collect();
        Ok(Self { users, sessions })
    }

    /// Returns `pushed`, `pending`, `approved`, `denied`, `issued`, `active`, `revoked`, `expired` (the grant's time is over) or `ended` (its user or session
    /// is gone).
    fn state(&self, stack: &Stack, grant: &Grant, now: Timestamp) -> &'static str {
        let footing = grant.footing();
        let user = footing.and_then(|footing| self.users.get(&footing.person));
        let session = footing.and_then(|footing| self.sessions.get(&footing.session?));
        let expired = match grant.stage {
            Stage::Revoked => return "revoked",
            Stage::Denied => return "denied",
            Stage::Issued { code_expires_at, .. } | Stage::Approved { code_expires_at, .. } => code_expires_at <= now,
            Stage::Pushed { .. } | Stage::Pending { .. } | Stage::Active { .. } => grant.ends_at <= now,
        };
        if expired {
            return "expired";
        }
        let waits = matches!(grant.stage, Stage::Pushed { .. } | Stage::Pending { .. });
        if !waits && stands(grant, user, session, Rules::at(&stack.policy, now)).is_err() {
            return "ended";
        }
        grant.stage.state().as_str()
    }
}

fn describe(grant: &Grant, state: &'static str) -> Value {
    json!({
        "grant": grant.id.to_string(),
        "client_id": grant.client_id.as_str(),
        "sub": grant.person().map(|person| person.subject.as_str()),
        "scope": grant.scope.to_string(),
        "resources": grant.resources.iter().map(protocol::Resource::as_str).collect::<Vec<_>>(),
        "state": state,
        "created_at": grant.created_at.seconds(),
        "ends_at": grant.ends_at.seconds(),
        "session": grant.session().map(|session| session.to_string()),
    })
}
