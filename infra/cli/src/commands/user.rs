//! The command `jeton user`.

use std::io::BufRead;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::Error;
use grants::{Grant, GrantId};
use protocol::{Claim, Claims, Secret, Subject, Username};
use serde_json::{Value, json};
use sessions::{PersonKey, User, UserChange, hash_password};
use store::{AuditedAction, UserChanged, Write};

use crate::args::{OneUser, UserCommand, UserCreate, UserName, UserPassword, UserRename, UserUpdate};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::claim_edits::{ClaimEdits, ListEdit};
use crate::commands::grant::revoke_all;
use crate::commands::user_import;
use crate::output::print;
use crate::stack::{Stack, TRIES, done_or};

/// The number of passes that look for a user's grants: the index lags slightly behind the table.
const PASSES: usize = 3;

pub(crate) async fn run(command: UserCommand) -> Result<(), Error> {
    match command {
        UserCommand::Create(options) => create(options).await,
        UserCommand::Update(options) => update(options).await,
        UserCommand::Import(common) => user_import::run(common).await,
        UserCommand::Show(one) => show(one).await,
        UserCommand::List(common) => {
            let users = Stack::find(&common).await?.people.all_users().await?;
            print(common.json, &users.iter().map(describe).collect())
        }
        UserCommand::Disable(one) => disable(one).await,
        UserCommand::Enable(one) => enable(one).await,
        UserCommand::Rename(options) => rename(options).await,
        UserCommand::SetPassword(options) => set_password(options).await,
        UserCommand::Delete(one) => delete(one).await,
    }
}

async fn create(UserCreate { password: options, claims, roles, groups }: UserCreate) -> Result<(), Error> {
    let added = |list, added| ListEdit { list, added, removed: Vec::new() };
    let lists = [added(Claim::Roles, roles), added(Claim::Groups, groups)];
    let edits = ClaimEdits { assignments: claims, lists };
    let stack = Stack::find(&options.common).await?;
    let user = new_user(&options.user.parse()?, &read_password()?)?;
    let user = User { claims: edits.applied(user.claims)?, ..user };
    let attributes = [vec!["username".to_owned(), "password".to_owned()], edits.names()].concat();
    let record = stack.record(AuditedAction::UserCreate, &About::User(&user.subject), &attributes).await;
    done_or(stack.people.create_user(&user, record).await?, there(&user))?;
    print(options.common.json, &describe(&user))
}

/// Reads the claims, changes them, and writes them if they are unchanged in the store; retries otherwise.
async fn update(options: UserUpdate) -> Result<(), Error> {
    let UserUpdate { user, claims, roles, groups, removed_roles, removed_groups, common } = options;
    let lists = [
        ListEdit { list: Claim::Roles, added: roles, removed: removed_roles },
        ListEdit { list: Claim::Groups, added: groups, removed: removed_groups },
    ];
    let edits = ClaimEdits { assignments: claims, lists };
    let stack = Stack::find(&common).await?;
    let mut user = find(&stack, &user).await?;
    for _ in 0..TRIES {
        let change = UserChange::set_claims(&user, edits.applied(user.claims.clone())?);
        let record = stack.record(AuditedAction::UserUpdate, &About::User(&user.subject), &edits.names()).await;
        match stack.people.change_user(&change, record).await? {
            UserChanged::Done => return print(common.json, &describe(&after(&change, &user)?)),
            UserChanged::Refused(found) => user = same_person(&user, found)?,
        }
    }
    Err(busy(&user.username))
}

async fn show(one: OneUser) -> Result<(), Error> {
    let user = find(&Stack::find(&one.common).await?, &one.user).await?;
    print(one.common.json, &describe(&user))
}

fn there(user: &User) -> String {
    format!("the user {} is registered already: see `jeton user list`", user.username)
}

/// Builds a user who is not registered yet.
pub(crate) fn new_user(username: &Username, password: &Secret) -> Result<User, Error> {
    let subject = format!("{}{}", Subject::PREFIX, URL_SAFE_NO_PAD.encode(edge::random::<16>()));
    Ok(User {
        key: PersonKey::from_bytes(edge::random()),
        username: username.clone(),
        aliased: true,
        subject: Subject::parse(&subject)?,
        claims: Claims::default(),
        password: hash_password(password, &edge::random())?,
        credential_version: 1,
        disabled: false,
        created_at: edge::now(),
        sessions: 0,
        grants: 0,
    })
}

async fn disable(one: OneUser) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    let record = stack.record(AuditedAction::UserDisable, &About::User(&user.subject), &["disabled"]).await;
    let user = change(&stack, &user, UserChange::disable(&user), record).await?;
    clean_up(&stack, &user).await?;
    print(one.common.json, &describe(&user))
}

/// Enables a user based on what was read: a user who is disabled again in the meantime stays disabled.
async fn enable(one: OneUser) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    let record = stack.record(AuditedAction::UserEnable, &About::User(&user.subject), &["disabled"]).await;
    let user = change(&stack, &user, UserChange::enable(&user), record).await?;
    print(one.common.json, &describe(&user))
}

async fn set_password(options: UserPassword) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let password = hash_password(&read_password()?, &edge::random())?;
    let record = stack.record(AuditedAction::UserSetPassword, &About::User(&user.subject), &["password"]).await;
    let user = change(&stack, &user, UserChange::set_password(&user, password), record).await?;
    clean_up(&stack, &user).await?;
    print(options.common.json, &describe(&user))
}

async fn rename(options: UserRename) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let username = username(&options.to)?;
    let record = stack.record(AuditedAction::UserRename, &About::User(&user.subject), &["username"]).await;
    match stack.people.rename_user(&user, &username, record).await? {
        UserChanged::Done => {}
        UserChanged::Refused(None) => return Err(there(&User { username, ..user }).into()),
        UserChanged::Refused(Some(found)) => return Err(changed_meanwhile(&user.username, &found)),
    }
    print(options.common.json, &describe(&User { username, aliased: true, ..user }))
}

/// Disables the user first, which makes everything of theirs invalid, then deletes it, and the user last, so that
/// an interrupted command can be repeated.
async fn delete(one: OneUser) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    let records = stack.recorder().await;
    let record =
        |attributes: &[&str]| Some(records.record(AuditedAction::UserDelete, &About::User(&user.subject), attributes));
    let off = change(&stack, &user, UserChange::disable(&user), record(&["disabled"])).await?;
    clean_up(&stack, &off).await?;
    stack.people.forget(user.key).await?;
    // A user who was renamed in the meantime is deleted under the new name.
    let mut stands = off;
    for _ in 0..TRIES {
        match stack.people.delete_user(&stands, record(NO_ATTRIBUTES)).await? {
            UserChanged::Done => {
                return print(one.common.json, &json!({ "username": stands.username.as_str(), "deleted": true }));
            }
            UserChanged::Refused(found) => stands = same_person(&user, found)?,
        }
    }
    Err(busy(&user.username))
}

/// Makes a change with its audit record and returns the user after the change.
async fn change(stack: &Stack, user: &User, change: UserChange, record: Option<Write>) -> Result<User, Error> {
    match stack.people.change_user(&change, record).await? {
        UserChanged::Done => after(&change, user),
        UserChanged::Refused(Some(found)) => Err(changed_meanwhile(&user.username, &found)),
        UserChanged::Refused(None) => Err(unknown(&user.username).into()),
    }
}

/// Returns the user after a change.
fn after(change: &UserChange, user: &User) -> Result<User, Error> {
    Ok(change.after(Some(user)).ok_or_else(|| unknown(&user.username))?)
}

/// Returns the stored user if it is still the same one.
fn same_person(user: &User, found: Option<Box<User>>) -> Result<User, Error> {
    let found = found.filter(|found| found.subject == user.subject);
    Ok(*found.ok_or_else(|| unknown(&user.username))?)
}

fn changed_meanwhile(username: &Username, found: &User) -> Error {
    let state = if found.disabled { "disabled" } else { "enabled" };
    let name = if found.username == *username { String::new() } else { format!("called {} and ", found.username) };
    format!("the user {username} was changed by another command meanwhile, and is {name}{state} now: nothing was done")
        .into()
}

fn busy(username: &Username) -> Error {
    format!("the user {username} is being changed by other commands: try again in a moment").into()
}

/// Nothing rests on the person any more. The sessions are deleted, so that their apps are told, and the grants are marked as
/// revoked, so that lists show it, and because those of version 0.1 rest on nothing else.
///
/// Sessions and grants of the newest credentials stay: the person may sign in with a new password while this runs.
async fn clean_up(stack: &Stack, user: &User) -> Result<(), Error> {
    let mut sessions = stack.people.sessions_of(user.key).await?;
    sessions.retain(|session| session.credential_version < user.credential_version);
    stack.people.end_sessions(user.key, &sessions).await?;
    for _ in 0..PASSES {
        let grants = stack.grants.of_person(&user.subject).await?;
        let version = |grant: &Grant| grant.footing().and_then(|footing| footing.credential_version);
        let over = |grant: &&Grant| version(grant).is_none_or(|version| version < user.credential_version);
        let ids: Vec<GrantId> = grants.iter().filter(over).map(|grant| grant.id).collect();
        if revoke_all(stack, &ids).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Finds the user that a command names.
pub(crate) async fn find(stack: &Stack, name: &UserName) -> Result<User, Error> {
    find_named(stack, name.parse()?.as_str()).await
}

/// Finds the user with this username.
pub(crate) async fn find_named(stack: &Stack, name: &str) -> Result<User, Error> {
    let username = username(name)?;
    let found = stack.people.by_name(&username).await?;
    Ok(found.ok_or_else(|| unknown(&username))?)
}

fn username(text: &str) -> Result<Username, Error> {
    let rule = "1 to 128 bytes without white space";
    Username::parse(text).map_err(|_| format!("the username {text:?} cannot be used: {rule}").into())
}

impl UserName {
    fn parse(&self) -> Result<Username, Error> {
        username(self.positional.as_deref().or(self.username.as_deref()).unwrap_or_default())
    }
}

fn read_password() -> Result<Secret, Error> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
    if password.expose().is_empty() {
        return Err(
            "no password came on standard input: for example `printf %s \"$PASSWORD\" | jeton user create ...`".into(),
        );
    }
    Ok(password)
}

fn unknown(username: &Username) -> String {
    format!("there is no user {username}: see `jeton user list`")
}

fn describe(user: &User) -> Value {
    json!({
        "username": user.username.as_str(),
        "sub": user.subject.as_str(),
        "key": user.key.to_string(),
        "claims": user.known_claims(),
        "disabled": user.disabled,
        "created_at": user.created_at.seconds(),
    })
}
