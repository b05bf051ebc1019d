//! A world with access to its store: which data it keeps, and in which form.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harness::{EmbeddedDynamo, Stack, StackBuilder, dynamo_call};
use serde_json::{Value, json};

use crate::support::world::World;

const TABLES: [&str; 5] =
    ["JETON_TABLE_REGISTRY", "JETON_TABLE_GRANTS", "JETON_TABLE_PEOPLE", "JETON_TABLE_KEYS", "JETON_TABLE_AUDIT"];

/// A world and its store.
pub(crate) struct Stored {
    pub(crate) world: World,
    store: EmbeddedDynamo,
}

impl Stored {
    pub(crate) fn start() -> Self {
        Self::start_with(Stack::builder())
    }

    pub(crate) fn start_with(stack: StackBuilder) -> Self {
        let store = EmbeddedDynamo::start();
        let world = World::on(stack.store(&store.endpoint()).start());
        Self { world, store }
    }

    /// Returns the items of a table, by its environment variable, in a stable order.
    pub(crate) async fn items(&self, variable: &str) -> Vec<String> {
        let name = self.world.stack.env_file().get(variable);
        let found = dynamo_call(&self.store.endpoint(), "Scan", &json!({"TableName": name})).await;
        assert!(found.get("LastEvaluatedKey").is_none(), "more than one page in {name}");
        let mut items: Vec<String> = found["Items"].as_array().expect("items").iter().map(Value::to_string).collect();
        items.sort();
        items
    }

    /// Puts the items of a backup back, as a restored table has them.
    pub(crate) async fn put(&self, variable: &str, items: &[String]) {
        let name = self.world.stack.env_file().get(variable);
        for item in items {
            let item: Value = serde_json::from_str(item).expect("an item");
            dynamo_call(&self.store.endpoint(), "PutItem", &json!({"TableName": name, "Item": item})).await;
        }
    }

    /// Deletes items of a table with a partition key and a sort key, `person` and `record`.
    pub(crate) async fn remove_of_people(&self, items: &[String]) {
        let name = self.world.stack.env_file().get("JETON_TABLE_PEOPLE");
        for item in items {
            let item: Value = serde_json::from_str(item).expect("an item");
            let key = json!({"person": item["person"], "record": item["record"]});
            dynamo_call(&self.store.endpoint(), "DeleteItem", &json!({"TableName": name, "Key": key})).await;
        }
    }

    /// Returns every value of every attribute, as bytes.
    pub(crate) async fn values(&self) -> Vec<Vec<u8>> {
        let mut values = Vec::new();
        for table in TABLES {
            for item in self.items(table).await {
                leaves(&serde_json::from_str(&item).expect("an item"), &mut values);
            }
        }
        values
    }
}

/// Collects the strings, numbers and bytes of a `DynamoDB` value, including its names.
fn leaves(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => {
            found.push(text.as_bytes().to_vec());
            found.extend(STANDARD.decode(text));
        }
        Value::Array(values) => values.iter().for_each(|value| leaves(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                found.push(name.as_bytes().to_vec());
                leaves(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns whether `values` contain the secret, or any twelve consecutive bytes of its decoded form.
pub(crate) fn is_kept(secret: &str, values: &[Vec<u8>]) -> bool {
    // Handles begin with `jtk_` or the like; other secrets may contain an underscore anywhere.
    let random = secret.split_once('_').filter(|(kind, _)| kind.starts_with("jt") && kind.len() == 3);
    let random = random.map_or(secret, |(_, random)| random);
    let decoded = URL_SAFE_NO_PAD.decode(random).unwrap_or_default();
    let mut pieces = [secret.as_bytes(), random.as_bytes()].into_iter().chain(decoded.windows(12));
    pieces.any(|piece| values.iter().any(|value| contains(value, piece)))
}

fn contains(value: &[u8], piece: &[u8]) -> bool {
    value.windows(piece.len()).any(|window| window == piece)
}
