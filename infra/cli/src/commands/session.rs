//! The command `jeton session`.

use std::collections::HashMap;

use edge::Error;
use grants::{Policy, SessionId, Timestamp};
use serde_json::{Value, json};
use sessions::{PersonKey, Rules, Session, User, is_alive};
use store::{AuditedAction, Changed};

use crate::args::{SessionCommand, SessionEnd, SessionList};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::listing::print_list;
use crate::commands::user_steps::find_named;
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::Stack;

pub(crate) async fn run(command: SessionCommand) -> Result<(), Error> {
    match command {
        SessionCommand::List(options) => list(options).await,
        SessionCommand::End(options) => end(options).await,
    }
}

async fn list(options: SessionList) -> Result<(), Error> {
    let stack = Stack::find(&options.listing.common).await?;
    let found = match options.positional.as_ref().or(options.username.as_ref()) {
        Some(name) => {
            let user = find_named(&stack, name).await?;
            let sessions = stack.people.sessions_of(user.key).await?;
            sessions.into_iter().map(|session| (session, user.clone())).collect()
        }
        None => everybodys(&stack).await?,
    };
    let alive = alive(found, &stack.policy, edge::now());
    let described = alive.iter().map(|(session, user)| describe(session, user)).collect();
    print_list(&options.listing, &["session"], described)
}

async fn end(options: SessionEnd) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let of = match &options.username {
        Some(name) => Some(find_named(&stack, name).await?),
        None => None,
    };
    let sessions = match (&options.session, &of) {
        (Some(session), user) => vec![one(&stack, session, user.as_ref()).await?],
        (None, Some(user)) => stack.people.sessions_of(user.key).await?,
        (None, None) => Vec::new(),
    };
    if options.destroying.changing.dry_run {
        return print_dry_run(options.common.json, json!({ "ended": sessions.len() }));
    }
    if let (None, Some(user)) = (&options.session, &of) {
        confirm(options.destroying, &format!("ends all {} sessions of the user {}", sessions.len(), user.username))?;
    }
    let records = stack.recorder().await;
    let mut ended = 0_usize;
    for session in &sessions {
        let record = records.record(AuditedAction::SessionEnd, &About::Session(session.id), NO_ATTRIBUTES);
        let done = stack.people.end_session_beside(session, Some(record)).await? == Changed::Done;
        ended = ended.saturating_add(usize::from(done));
    }
    match &options.session {
        Some(session) if ended == 0 => Err(format!("the session {session} ended meanwhile: nothing was done").into()),
        Some(_) | None => print(options.common.json, &json!({ "ended": ended })),
    }
}

/// Finds the session with this name: among those of the given user, or among all sessions.
async fn one(stack: &Stack, text: &str, user: Option<&User>) -> Result<Session, Error> {
    let id = SessionId::parse(text).map_err(|_| unknown(text))?;
    let sessions = match user {
        Some(user) => stack.people.sessions_of(user.key).await?,
        None => stack.people.all_sessions(Some(id)).await?,
    };
    Ok(sessions.into_iter().find(|session| session.id == id).ok_or_else(|| unknown(text))?)
}

/// Returns every session with its user. Sessions without a user are invalid and left out.
pub(crate) async fn everybodys(stack: &Stack) -> Result<Vec<(Session, User)>, Error> {
    let users: HashMap<PersonKey, User> =
        stack.people.all_users().await?.into_iter().map(|user| (user.key, user)).collect();
    let sessions = stack.people.all_sessions(None).await?;
    let with_user = |session: Session| users.get(&session.person).cloned().map(|user| (session, user));
    Ok(sessions.into_iter().filter_map(with_user).collect())
}

/// Keeps the active sessions, newest first.
fn alive(mut found: Vec<(Session, User)>, policy: &Policy, now: Timestamp) -> Vec<(Session, User)> {
    found.retain(|(session, user)| is_alive(session, user, Rules::at(policy, now)));
    found.sort_by_key(|(session, _)| std::cmp::Reverse(session.auth_time));
    found
}

fn unknown(session: &str) -> String {
    format!("there is no session {session}: see `jeton session list`")
}

fn describe(session: &Session, user: &User) -> Value {
    json!({
        "session": session.id.to_string(),
        "username": user.username.as_str(),
        "sub": user.subject.as_str(),
        "auth_time": session.auth_time.seconds(),
        "last_seen_at": session.last_seen_at.seconds(),
        "expires_at": session.expires_at.seconds(),
        "grants": session.grants,
    })
}
