//! The command `jeton user`.

use edge::Error;
use grants::{Grant, GrantId};
use protocol::{Secret, Username};
use serde_json::{Value, json};
use sessions::{NewIdentity, PasswordHash, User, UserChange, hash_password};
use store::{AuditedAction, UserChanged, Write};

use crate::args::{Common, UserCommand, UserDelete, UserName, UserPassword, UserRename, UserSwitch};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::grant::revoke_all;
use crate::commands::listing::print_list;
use crate::commands::person_rules::{ensure_fit, ensure_visible, read_password, unfit, warn_of};
use crate::commands::plan::Plan;
use crate::commands::{user_create, user_factors, user_hashes, user_import, user_invite, user_links, user_update};
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, TRIES};

/// The number of passes that look for a user's grants: the index lags slightly behind the table.
const PASSES: usize = 3;

pub(crate) async fn run(command: UserCommand) -> Result<(), Error> {
    match command {
        UserCommand::Create(options) => user_create::run(options).await,
        UserCommand::Update(options) => user_update::run(options).await,
        UserCommand::Import(options) => Box::pin(user_import::run(options)).await,
        UserCommand::Hashes(options) => user_hashes::run(options).await,
        UserCommand::Show(one) => user_links::show(one).await,
        UserCommand::Link(options) => user_links::link(options).await,
        UserCommand::Unlink(options) => user_links::unlink(options).await,
        UserCommand::List(options) => {
            let users = Stack::find(&options.common).await?.people.all_users().await?;
            print_list(&options, &["username"], users.iter().map(describe).collect())
        }
        UserCommand::Disable(options) => disable(options).await,
        UserCommand::Enable(options) => enable(options).await,
        UserCommand::Factors(options) => user_factors::run(options).await,
        UserCommand::Rename(options) => rename(options).await,
        UserCommand::SetPassword(options) => set_password(options).await,
        UserCommand::Invite(options) => user_invite::invite(options).await,
        UserCommand::Invitations(options) => user_invite::list(options).await,
        UserCommand::Uninvite(options) => user_invite::withdraw(options).await,
        UserCommand::Delete(options) => delete(options).await,
    }
}

/// Prints what a change would make of a user.
pub(crate) fn planned(common: &Common, before: &User, after: &User) -> Result<(), Error> {
    let plan = Plan { before: Some(describe(before)), after: Some(describe(after)) };
    print_dry_run(common.json, plan.document())
}

pub(crate) fn there(user: &User) -> String {
    format!("the user {} is registered already: see `jeton user list`", user.username)
}

/// Builds a user who is not registered yet.
pub(crate) fn new_user(username: &Username, password: &Secret) -> Result<User, Error> {
    unregistered(username, hash_password(password, &edge::random())?)
}

/// Builds a user who is not registered yet and has a password with this hash.
pub(crate) fn unregistered(username: &Username, password: PasswordHash) -> Result<User, Error> {
    ensure_visible(username)?;
    let identity = NewIdentity { key: edge::random(), subject: edge::random() };
    Ok(User::unregistered(username.clone(), password, identity, edge::now())?)
}

async fn disable(UserSwitch { one, changing }: UserSwitch) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    if changing.dry_run {
        return planned(&one.common, &user, &after(&UserChange::disable(&user), &user)?);
    }
    let record = stack.record(AuditedAction::UserDisable, &About::User(&user.subject), &["disabled"]).await;
    let user = change(&stack, &user, UserChange::disable(&user), record).await?;
    clean_up(&stack, &user).await?;
    print(one.common.json, &describe(&user))
}

/// Enables a user based on what was read: a user who is disabled again in the meantime stays disabled.
async fn enable(UserSwitch { one, changing }: UserSwitch) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    if changing.dry_run {
        return planned(&one.common, &user, &after(&UserChange::enable(&user), &user)?);
    }
    let record = stack.record(AuditedAction::UserEnable, &About::User(&user.subject), &["disabled"]).await;
    let user = change(&stack, &user, UserChange::enable(&user), record).await?;
    print(one.common.json, &describe(&user))
}

async fn set_password(options: UserPassword) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let typed = read_password()?;
    let password = hash_password(&typed, &edge::random())?;
    let unfit = unfit(&stack, &user.username, &user.claims, &typed);
    if options.changing.dry_run {
        warn_of(unfit);
        return planned(&options.common, &user, &user);
    }
    let record = stack.record(AuditedAction::UserSetPassword, &About::User(&user.subject), &["password"]).await;
    let user = change(&stack, &user, UserChange::set_password(&user, password), record).await?;
    warn_of(unfit);
    clean_up(&stack, &user).await?;
    print(options.common.json, &describe(&user))
}

async fn rename(options: UserRename) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let username = username(&options.to)?;
    ensure_fit(&username)?;
    if options.changing.dry_run {
        let is_free = stack.people.by_name(&username).await?.is_none_or(|found| found.subject == user.subject);
        let renamed = User { username, aliased: true, ..user.clone() };
        return if is_free { planned(&options.common, &user, &renamed) } else { Err(there(&renamed).into()) };
    }
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
async fn delete(UserDelete { one, destroying }: UserDelete) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    if destroying.changing.dry_run {
        return print_dry_run(one.common.json, user_links::deleted(&user));
    }
    let what = "with all sessions, consents and grants";
    confirm(destroying, &format!("deletes the user {} ({}) {what}", user.username, user.subject))?;
    let records = stack.recorder().await;
    let record =
        |attributes: &[&str]| Some(records.record(AuditedAction::UserDelete, &About::User(&user.subject), attributes));
    let off = change(&stack, &user, UserChange::disable(&user), record(&["disabled"])).await?;
    clean_up(&stack, &off).await?;
    user_links::unlink_all(&stack, &user).await?;
    stack.people.forget(user.key).await?;
    // A user who was renamed in the meantime is deleted under the new name.
    let mut stands = off;
    for _ in 0..TRIES {
        match stack.people.delete_user(&stands, record(NO_ATTRIBUTES)).await? {
            UserChanged::Done => return user_links::finish_deletion(&stack, &stands, one.common.json).await,
            UserChanged::Refused(found) => stands = same_person(&user, found)?,
        }
    }
    Err(busy(&user.username))
}

/// Makes a change with its audit record and returns the user after the change.
pub(crate) async fn change(
    stack: &Stack,
    user: &User,
    change: UserChange,
    record: Option<Write>,
) -> Result<User, Error> {
    match stack.people.change_user(&change, record).await? {
        UserChanged::Done => after(&change, user),
        UserChanged::Refused(Some(found)) => Err(changed_meanwhile(&user.username, &found)),
        UserChanged::Refused(None) => Err(unknown(&user.username).into()),
    }
}

/// Returns the user after a change.
pub(crate) fn after(change: &UserChange, user: &User) -> Result<User, Error> {
    Ok(change.after(Some(user)).ok_or_else(|| unknown(&user.username))?)
}

/// Returns the stored user if it is still the same one.
pub(crate) fn same_person(user: &User, found: Option<Box<User>>) -> Result<User, Error> {
    let found = found.filter(|found| found.subject == user.subject);
    Ok(*found.ok_or_else(|| unknown(&user.username))?)
}

fn changed_meanwhile(username: &Username, found: &User) -> Error {
    let state = if found.disabled { "disabled" } else { "enabled" };
    let name = if found.username == *username { String::new() } else { format!("called {} and ", found.username) };
    format!("the user {username} was changed by another command meanwhile, and is {name}{state} now: nothing was done")
        .into()
}

pub(crate) fn busy(username: &Username) -> Error {
    format!("the user {username} is being changed by other commands: try again in a moment").into()
}

/// Nothing rests on the person any more. The sessions are deleted, so that their apps are told, and the grants are marked as
/// revoked, so that lists show it, and because those of version 0.1 rest on nothing else.
///
/// Sessions and grants of the newest credentials stay: the person may sign in with a new password while this runs.
pub(crate) async fn clean_up(stack: &Stack, user: &User) -> Result<(), Error> {
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

pub(crate) fn username(text: &str) -> Result<Username, Error> {
    let rule = "1 to 128 bytes without white space";
    Username::parse(text).map_err(|_| format!("the username {text:?} cannot be used: {rule}").into())
}

impl UserName {
    pub(crate) fn parse(&self) -> Result<Username, Error> {
        username(self.positional.as_deref().or(self.username.as_deref()).unwrap_or_default())
    }
}

fn unknown(username: &Username) -> String {
    format!("there is no user {username}: see `jeton user list`")
}

pub(crate) fn describe(user: &User) -> Value {
    json!({
        "username": user.username.as_str(),
        "sub": user.subject.as_str(),
        "key": user.key.to_string(),
        "claims": user.known_claims(),
        "disabled": user.disabled,
        "factors": user_factors::names(user),
        "created_at": user.created_at.seconds(),
    })
}
