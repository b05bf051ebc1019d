//! The steps that the commands about users share: finding, building, changing and describing a user.

use edge::Error;
use grants::Method;
use protocol::{Secret, Username};
use serde_json::{Value, json};
use sessions::{NewIdentity, PasswordHash, User, UserChange, hash_password};
use store::{UserChanged, Write};

use crate::args::{Common, UserName};
use crate::commands::person_rules::ensure_visible;
use crate::commands::plan::Plan;
use crate::output::print_dry_run;
use crate::stack::Stack;

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
        "factors": names(user),
        "created_at": user.created_at.seconds(),
    })
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

pub(crate) fn changed_meanwhile(username: &Username, found: &User) -> Error {
    let state = if found.disabled { "disabled" } else { "enabled" };
    let name = if found.username == *username { String::new() } else { format!("called {} and ", found.username) };
    format!("the user {username} was changed by another command meanwhile, and is {name}{state} now: nothing was done")
        .into()
}

pub(crate) fn busy(username: &Username) -> Error {
    format!("the user {username} is being changed by other commands: try again in a moment").into()
}

/// Returns the second factors of a user: the app by the name that `amr` has for it, and passkeys.
fn names(user: &User) -> Vec<&'static str> {
    let passkeys = (!user.factors.passkeys.is_empty()).then_some("passkey");
    user.factors.totp.iter().map(|_| Method::OneTimeCode.as_str()).chain(passkeys).collect()
}
