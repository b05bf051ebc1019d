//! The command `jeton user`.

use edge::Error;
use sessions::{User, UserChange, hash_password};
use store::{AuditedAction, UserChanged};

use crate::args::{UserCommand, UserDelete, UserPassword, UserRename, UserSwitch};
use crate::audit::{About, NO_ATTRIBUTES};
use crate::commands::listing::print_list;
use crate::commands::person_rules::{ensure_fit, read_password, unfit, warn_of};
use crate::commands::user_clean_up::clean_up;
use crate::commands::user_steps::{
    after, busy, change, changed_meanwhile, describe, find, planned, same_person, there, username,
};
use crate::commands::{user_create, user_factors, user_hashes, user_import, user_invite, user_links, user_update};
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, TRIES};

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

async fn disable(UserSwitch { one, changing }: UserSwitch) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    if changing.dry_run {
        return planned(&one.common, &user, &after(&UserChange::disable(&user), &user)?);
    }
    let record = stack.record(AuditedAction::UserDisable, &About::User(&user.subject), &["disabled"]).await;
    let user = change(&stack, &user, UserChange::disable(&user), record).await?;
    clean_up(&stack, &user, Some(edge::now())).await?;
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
    clean_up(&stack, &user, Some(edge::now())).await?;
    print(options.common.json, &describe(&user))
}

async fn rename(options: UserRename) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let username = username(options.new_name.or(options.to).as_deref().unwrap_or_default())?;
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
    clean_up(&stack, &off, Some(edge::now())).await?;
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
