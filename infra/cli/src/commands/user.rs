//! `jeton user`.

use std::io::BufRead;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::Error;
use grants::revocation;
use protocol::{Claim, Claims, Secret, Subject, Username};
use serde::Deserialize;
use serde_json::{Value, json};
use sessions::{PersonKey, User, hash_password};
use store::{Applied, Changed};
use zeroize::Zeroizing;

use crate::args::{Common, OneUser, UserCommand, UserCreate, UserName, UserPassword, UserUpdate};
use crate::output::print;
use crate::stack::{Stack, done_or};

/// How often the grants of a person are looked for again: their index follows the table within a moment.
const PASSES: usize = 3;

pub(crate) async fn run(command: UserCommand) -> Result<(), Error> {
    match command {
        UserCommand::Create(options) => create(options).await,
        UserCommand::Update(options) => update(options).await,
        UserCommand::Import(common) => import(common).await,
        UserCommand::Show(one) => show(one).await,
        UserCommand::List(common) => {
            let users = Stack::find(&common).await?.people.all_users().await?;
            print(common.json, &users.iter().map(describe).collect())
        }
        UserCommand::Disable(one) => switch(one, true).await,
        UserCommand::Enable(one) => switch(one, false).await,
        UserCommand::SetPassword(options) => set_password(options).await,
        UserCommand::Delete(one) => delete(one).await,
    }
}

async fn create(UserCreate { password: options, claims }: UserCreate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = new_user(&options.user.parse()?, &read_password()?)?;
    let user = User { claims: with_all(user.claims, &claims)?, ..user };
    done_or(stack.people.create_user(&user).await?, there(&user))?;
    print(options.common.json, &describe(&user))
}

async fn update(options: UserUpdate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let user = User { claims: with_all(user.claims, &options.claims)?, ..user };
    done_or(stack.people.replace_user(&user).await?, unknown(&user.username))?;
    print(options.common.json, &describe(&user))
}

async fn show(one: OneUser) -> Result<(), Error> {
    let user = find(&Stack::find(&one.common).await?, &one.user).await?;
    print(one.common.json, &describe(&user))
}

/// One person of each line. A line that cannot be taken stops the import; those before it stay, and those who are
/// registered already are left as they are, so that the same lines can be sent again.
async fn import(common: Common) -> Result<(), Error> {
    let stack = Stack::find(&common).await?;
    let (mut imported, mut known) = (0_u64, 0_u64);
    for (place, line) in std::io::stdin().lock().lines().enumerate() {
        let line = Zeroizing::new(line?);
        if line.trim().is_empty() {
            continue;
        }
        let user = read_line(&line).map_err(|error| format!("line {}: {error}", place.saturating_add(1)))?;
        match stack.people.create_user(&user).await? {
            Changed::Done => imported = imported.saturating_add(1),
            Changed::Refused => known = known.saturating_add(1),
        }
    }
    print(common.json, &json!({ "imported": imported, "registered_already": known }))
}

/// A line of an import; what is wrong with it is told without what stands in it, which may be a password.
fn read_line(line: &str) -> Result<User, Error> {
    let form = "a line is {\"username\": \"...\", \"password\": \"...\", \"claims\": {...}}";
    let Imported { username, password, claims } = serde_json::from_str(line).map_err(|_| form)?;
    let user = new_user(&Username::parse(&username)?, &Secret::new(password))?;
    let claims = Claims::from_members(claims)?;
    Ok(User {
        claims: if claims.is_empty() { claims } else { claims.or(Claim::UpdatedAt, edge::now().seconds()) },
        ..user
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Imported {
    username: String,
    password: String,
    #[serde(default)]
    claims: serde_json::Map<String, Value>,
}

/// What is known after these assignments, changed now.
fn with_all(mut claims: Claims, assignments: &[String]) -> Result<Claims, Error> {
    for assignment in assignments {
        claims.set(assignment)?;
    }
    let dated = assignments.iter().any(|assignment| assignment.starts_with("updated_at="));
    Ok(if dated || assignments.is_empty() { claims } else { claims.with(Claim::UpdatedAt, edge::now().seconds()) })
}

fn there(user: &User) -> String {
    format!("the user {} is registered already: see `jeton user list`", user.username)
}

/// A person who is not registered yet.
pub(crate) fn new_user(username: &Username, password: &Secret) -> Result<User, Error> {
    let subject = format!("{}{}", Subject::PREFIX, URL_SAFE_NO_PAD.encode(edge::random::<16>()));
    Ok(User {
        key: PersonKey::of(username),
        username: username.clone(),
        subject: Subject::parse(&subject)?,
        claims: Claims::default(),
        password: hash_password(password, &edge::random())?,
        credential_version: 1,
        disabled: false,
        created_at: edge::now(),
    })
}

async fn switch(one: OneUser, disabled: bool) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = User { disabled, ..find(&stack, &one.user).await? };
    done_or(stack.people.replace_user(&user).await?, unknown(&user.username))?;
    if disabled {
        end_all(&stack, &user).await?;
    }
    print(one.common.json, &describe(&user))
}

async fn set_password(options: UserPassword) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let password = hash_password(&read_password()?, &edge::random())?;
    let user = User { password, credential_version: user.credential_version.saturating_add(1), ..user };
    done_or(stack.people.replace_user(&user).await?, unknown(&user.username))?;
    end_all(&stack, &user).await?;
    print(options.common.json, &describe(&user))
}

async fn delete(one: OneUser) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    // Switched off first, so that no grant is made while the others are ended.
    let off = User { disabled: true, ..user.clone() };
    done_or(stack.people.replace_user(&off).await?, unknown(&user.username))?;
    end_all(&stack, &user).await?;
    done_or(stack.people.delete_user(user.key).await?, unknown(&user.username))?;
    print(one.common.json, &json!({ "username": user.username.as_str(), "deleted": true }))
}

/// Ends every grant of a person: refresh tokens at once, opaque tokens at their next introspection. Then the sessions, which
/// are not good any more: their apps are told by what follows a sign-out.
async fn end_all(stack: &Stack, user: &User) -> Result<(), Error> {
    for _ in 0..PASSES {
        let mut ended = 0_usize;
        for id in stack.grants.of_subject(&user.subject).await? {
            if let Applied::Done(_) = stack.grants.apply(&revocation::revoke(id)).await? {
                ended = ended.saturating_add(1);
            }
        }
        if ended == 0 {
            break;
        }
    }
    Ok(stack.people.end_sessions(user.key).await?)
}

/// The person whom a command names.
pub(crate) async fn find(stack: &Stack, name: &UserName) -> Result<User, Error> {
    let username = name.parse()?;
    let found = stack.people.user(PersonKey::of(&username)).await?;
    Ok(found.ok_or_else(|| unknown(&username))?)
}

impl UserName {
    fn parse(&self) -> Result<Username, Error> {
        let text = self.positional.as_deref().or(self.username.as_deref()).unwrap_or_default();
        let rule = "1 to 128 bytes without white space";
        Username::parse(text).map_err(|_| format!("the user name {text:?} cannot be used: {rule}").into())
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
        "claims": user.known_claims(),
        "disabled": user.disabled,
        "created_at": user.created_at.seconds(),
    })
}
