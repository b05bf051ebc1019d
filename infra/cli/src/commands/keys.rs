//! The command `jeton keys`.

use std::collections::BTreeSet;

use edge::Error;
use grants::SigningAlgorithm;
use keys::{KeyRecord, MASTER_PREPUBLICATION, Records, When, another_master};
use rotate_keys::{KeyChange, Rotation};
use serde_json::{Value, json};
use store::AuditedAction;

use crate::args::{KeysCommand, KeysList, KeysRotate};
use crate::commands::keys_described::{describe, describe_master, describe_planned, describe_withdrawn};
use crate::commands::keys_retire::{self, CHANGED_MEANWHILE};
use crate::commands::listing::print_list;
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, done_or};

pub(crate) async fn run(command: KeysCommand) -> Result<(), Error> {
    match command {
        KeysCommand::List(options) => list(options).await,
        KeysCommand::Rotate(options) if options.handles => rotate_handles(options).await,
        KeysCommand::Rotate(options) => rotate(options).await,
        KeysCommand::Retire(options) => keys_retire::retire(options).await,
    }
}

async fn list(options: KeysList) -> Result<(), Error> {
    let records = Stack::find(&options.listing.common).await?.keys.load().await?;
    let now = edge::now();
    let listed: Vec<Value> = if options.handles {
        records.masters.stored.iter().map(|key| describe_master(key, &records, now)).collect()
    } else {
        let signing = records.signing.iter().map(|key| describe(key, &records, now));
        signing.chain(records.withdrawn.iter().map(describe_withdrawn)).collect()
    };
    print_list(&options.listing, &["kid"], listed)
}

/// Creates the next key of each algorithm and deletes keys that no token needs any more.
async fn rotate(options: KeysRotate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let now = edge::now();
    let when = if options.now { When::AtOnce } else { When::Soon };
    let records = stack.keys.load().await?;
    let algorithms = algorithms(&options, &records);
    if options.destroying.changing.dry_run {
        let plan = records.rotation(&algorithms, when, now);
        let created: Vec<Value> = plan.make.iter().map(describe_planned).collect();
        return print_rotation(&options, &created, &plan.delete);
    }
    confirm_haste(&options)?;
    let wrap = stack.key_wrap()?;
    let recorder = stack.recorder().await;
    let beside = recorder.of_keys(AuditedAction::KeysRotate);
    let rotation = Rotation { table: &stack.keys, wrap: wrap.as_ref(), beside: &beside };
    let rotated = rotation.run(&algorithms, when, now).await?;
    let created: Vec<Value> = rotated.created.iter().map(|key| describe(key, &rotated.records, now)).collect();
    print_rotation(&options, &created, &rotated.deleted)
}

fn print_rotation(options: &KeysRotate, created: &[Value], deleted: &[KeyRecord]) -> Result<(), Error> {
    let deleted: Vec<&str> = deleted.iter().map(|key| key.public.kid.as_str()).collect();
    let document = json!({ "created": created, "deleted": deleted });
    if options.destroying.changing.dry_run {
        return print_dry_run(options.common.json, document);
    }
    print(options.common.json, &document)
}

/// Asks before keys are used that not everybody knows yet.
fn confirm_haste(options: &KeysRotate) -> Result<(), Error> {
    let deed = if options.handles {
        "lets a new master make handles now, and functions that do not know it yet refuse them for up to a minute"
    } else {
        "lets new keys sign now, and APIs that know the old key set refuse their tokens until they read it again"
    };
    if options.now { confirm(options.destroying, deed) } else { Ok(()) }
}

/// Creates another master key. It makes handles once every function knows it; those of the former one stay good.
async fn rotate_handles(options: KeysRotate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let now = edge::now();
    let records = stack.keys.load().await?;
    if records.masters.stored.is_empty() {
        return Err("the stack has no keys yet: make them with `jeton keys rotate`".into());
    }
    let activates_at = if options.now { now } else { now.plus(MASTER_PREPUBLICATION) };
    if options.destroying.changing.dry_run {
        let planned = json!({ "use": "handles", "activates_at": activates_at.seconds() });
        return print_rotation(&options, &[planned], &[]);
    }
    confirm_haste(&options)?;
    let master = another_master(edge::random(), stack.key_wrap()?.as_ref(), now, activates_at).await?;
    let recorder = stack.recorder().await;
    let beside = recorder.of_keys(AuditedAction::KeysRotate)(KeyChange::Master(&master));
    done_or(stack.keys.add_master(&master, &records, beside).await?, CHANGED_MEANWHILE.to_owned())?;
    let records = stack.keys.load().await?;
    print_rotation(&options, &[describe_master(&master, &records, now)], &[])
}

/// Returns the requested algorithms, or else those in use, or else the default.
fn algorithms(options: &KeysRotate, records: &Records) -> BTreeSet<SigningAlgorithm> {
    let asked: BTreeSet<_> = options.algs.iter().filter_map(|text| SigningAlgorithm::parse(text)).collect();
    if asked.is_empty() && records.signing.is_empty() { BTreeSet::from([SigningAlgorithm::Rs256]) } else { asked }
}
