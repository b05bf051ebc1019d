//! The command `jeton keys`.

use std::collections::BTreeSet;

use edge::Error;
use grants::{SigningAlgorithm, Timestamp};
use keys::{KeyRecord, Records, When};
use rotate_keys::Rotation;
use serde_json::{Value, json};
use store::AuditedAction;

use crate::args::{KeysCommand, KeysRotate};
use crate::output::print;
use crate::stack::Stack;

pub(crate) async fn run(command: KeysCommand) -> Result<(), Error> {
    match command {
        KeysCommand::List(common) => {
            let records = Stack::find(&common).await?.keys.load().await?;
            let now = edge::now();
            print(common.json, &records.signing.iter().map(|key| describe(key, &records, now)).collect())
        }
        KeysCommand::Rotate(options) => rotate(options).await,
    }
}

/// Creates the next key of each algorithm and deletes keys that no token needs any more.
async fn rotate(options: KeysRotate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let wrap = stack.key_wrap()?;
    let now = edge::now();
    let when = if options.now { When::AtOnce } else { When::Soon };
    let records = stack.keys.load().await?;
    let recorder = stack.recorder().await;
    let beside = recorder.of_keys(AuditedAction::KeysRotate);
    let rotation = Rotation { table: &stack.keys, wrap: wrap.as_ref(), beside: &beside };
    let rotated = rotation.run(&algorithms(&options, &records), when, now).await?;
    let created: Vec<Value> = rotated.created.iter().map(|key| describe(key, &rotated.records, now)).collect();
    let deleted: Vec<&str> = rotated.deleted.iter().map(|key| key.public.kid.as_str()).collect();
    print(options.common.json, &json!({ "created": created, "deleted": deleted }))
}

/// Returns the requested algorithms, or else those in use, or else the default.
fn algorithms(options: &KeysRotate, records: &Records) -> BTreeSet<SigningAlgorithm> {
    let asked: BTreeSet<_> = options.algs.iter().filter_map(|text| SigningAlgorithm::parse(text)).collect();
    if asked.is_empty() && records.signing.is_empty() { BTreeSet::from([SigningAlgorithm::Rs256]) } else { asked }
}

fn describe(key: &KeyRecord, records: &Records, now: Timestamp) -> Value {
    json!({
        "kid": key.public.kid,
        "alg": key.algorithm.as_str(),
        "state": records.state(key, now).as_str(),
        "created_at": key.created_at.seconds(),
        "activates_at": key.activates_at.seconds(),
    })
}
