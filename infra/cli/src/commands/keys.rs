//! `jeton keys`.

use std::collections::BTreeSet;

use edge::Error;
use grants::{SigningAlgorithm, Timestamp};
use keys::{KeyRecord, KeyState, PREPUBLICATION, Records, new_signing_key};
use serde_json::{Value, json};

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

/// Makes the next key of each algorithm and deletes those that no token needs any more.
async fn rotate(options: KeysRotate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let wrap = stack.key_wrap()?;
    let now = edge::now();
    stack.ensure_master(wrap.as_ref()).await?;
    let before = stack.keys.load().await?;
    let mut created = Vec::new();
    for algorithm in algorithms(&options, &before) {
        let is_first = before.signing.iter().all(|key| key.algorithm != algorithm);
        let after = if options.now || is_first { 0 } else { PREPUBLICATION };
        let key = new_signing_key(algorithm, wrap.as_ref(), now, after).await?;
        stack.keys.create_signing_key(&key).await?;
        created.push(key);
    }
    let mut deleted = Vec::new();
    for key in before.signing.iter().filter(|key| before.state(key, now) == KeyState::Retired) {
        stack.keys.delete_signing_key(&key.public.kid).await?;
        deleted.push(key.public.kid.clone());
    }
    let records = stack.keys.load().await?;
    let created: Vec<Value> = created.iter().map(|key| describe(key, &records, now)).collect();
    print(options.common.json, &json!({ "created": created, "deleted": deleted }))
}

/// Those asked for, or else those in use, or else the default.
fn algorithms(options: &KeysRotate, records: &Records) -> BTreeSet<SigningAlgorithm> {
    let asked: BTreeSet<_> = options.algs.iter().filter_map(|text| SigningAlgorithm::parse(text)).collect();
    if !asked.is_empty() {
        return asked;
    }
    let used: BTreeSet<_> = records.signing.iter().map(|key| key.algorithm).collect();
    if used.is_empty() { BTreeSet::from([SigningAlgorithm::Rs256]) } else { used }
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
