//! The command `jeton user hashes`.

use std::collections::BTreeMap;

use edge::Error;
use serde_json::json;
use sessions::PasswordWork;
use store::Changed;

use crate::args::UserHashes;
use crate::output::{print, print_dry_run};
use crate::stack::Stack;

/// The name of the hashes that this server makes.
const OWN: &str = "argon2id";
/// The name for people without a hash, whose passwords the directory knows.
const IN_DIRECTORY: &str = "directory";

/// Counts the users by the kind of their hash, and sets the work of each sign-in to what these hashes take.
pub(crate) async fn run(UserHashes { changing, common }: UserHashes) -> Result<(), Error> {
    let people = Stack::find(&common).await?.people;
    let known = people.password_work().await?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut needed = PasswordWork::default();
    for user in people.all_users().await? {
        let work = user.password.work();
        let plain = if user.password.is_in_directory() { IN_DIRECTORY } else { OWN };
        let kind = work.named().next().map_or_else(|| plain.to_owned(), |(kind, _)| kind);
        let count = counts.entry(kind).or_default();
        *count = count.saturating_add(1);
        needed = needed.raised(&work);
    }
    if changing.dry_run {
        return print_dry_run(common.json, json!(counts));
    }
    if !known.covers(&needed) {
        // Users were imported while an earlier count lowered it.
        people.raise_password_work(&needed).await?;
    }
    let known = known.raised(&needed);
    if known != needed && people.lower_password_work(&known, &needed).await? == Changed::Refused {
        return Err("an import changed the hashes meanwhile: try again when it is done".into());
    }
    print(common.json, &json!(counts))
}
