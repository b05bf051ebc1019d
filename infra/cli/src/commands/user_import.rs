//! The command `jeton user import`.

use std::io::BufRead;

use edge::Error;
use protocol::{Claim, Claims, Secret, Username};
use serde::Deserialize;
use serde_json::{Value, json};
use sessions::User;
use store::{AuditedAction, Changed};
use zeroize::Zeroizing;

use crate::args::Common;
use crate::audit::About;
use crate::commands::user::new_user;
use crate::output::print;
use crate::stack::Stack;

/// Registers one user per line. An invalid line stops the import. The lines before it stay imported, and users who
/// are already registered are left unchanged, so the same input can be sent again.
pub(crate) async fn run(common: Common) -> Result<(), Error> {
    let stack = Stack::find(&common).await?;
    let (mut imported, mut known) = (0_u64, 0_u64);
    for (place, line) in std::io::stdin().lock().lines().enumerate() {
        let line = Zeroizing::new(line?);
        if line.trim().is_empty() {
            continue;
        }
        let read = read_line(&line).map_err(|error| format!("line {}: {error}", place.saturating_add(1)))?;
        let (user, attributes) = read;
        let record = stack.record(AuditedAction::UserImport, &About::User(&user.subject), &attributes).await;
        match stack.people.create_user(&user, record).await? {
            Changed::Done => imported = imported.saturating_add(1),
            Changed::Refused => known = known.saturating_add(1),
        }
    }
    print(common.json, &json!({ "imported": imported, "registered_already": known }))
}

/// Parses a line of an import and returns the user with the names of the attributes it sets. Errors never repeat
/// the line, which may contain a password.
fn read_line(line: &str) -> Result<(User, Vec<String>), Error> {
    let form = "a line is {\"username\": \"...\", \"password\": \"...\", \"claims\": {...}}";
    let Imported { username, password, claims } = serde_json::from_str(line).map_err(|_| form)?;
    let user = new_user(&Username::parse(&username)?, &Secret::new(password))?;
    let claim_names = claims.keys().map(|name| format!("claims.{name}"));
    let attributes = ["username", "password"].map(str::to_owned).into_iter().chain(claim_names).collect();
    let claims = Claims::from_members(claims)?;
    let claims = if claims.is_empty() { claims } else { claims.or(Claim::UpdatedAt, edge::now().seconds()) };
    Ok((User { claims, ..user }, attributes))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Imported {
    username: String,
    password: String,
    #[serde(default)]
    claims: serde_json::Map<String, Value>,
}
