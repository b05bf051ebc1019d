//! The contents of the grants table: read item by item, by attribute, without Jeton's own code.

use std::collections::BTreeMap;

use harness::dynamo_call;
use serde_json::{Value, json};

use crate::ledger::{Stage, Standing};

/// Reads every grant in the table, by the key of its item.
pub(crate) async fn read(endpoint: &str, table: &str) -> BTreeMap<String, Standing> {
    let (mut found, mut start) = (BTreeMap::new(), Value::Null);
    loop {
        let mut input = json!({"TableName": table, "ConsistentRead": true});
        if !start.is_null() {
            input["ExclusiveStartKey"] = start;
        }
        let page = dynamo_call(endpoint, "Scan", &input).await;
        for item in page["Items"].as_array().unwrap() {
            let id = text(item, "id").to_owned();
            let before = found.insert(id, standing(item));
            assert_eq!(before, None, "the same item was read twice: {item}");
        }
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return found;
        }
    }
}

fn standing(item: &Value) -> Standing {
    let stage = match text(item, "state") {
        "issued" => Stage::Issued,
        "active" => Stage::Active(item["generation"]["N"].as_str().unwrap().parse().unwrap()),
        "revoked" => Stage::Revoked,
        other => panic!("{other}: {item}"),
    };
    let numbers = item["revoked_access"]["NS"].as_array().into_iter().flatten();
    let revoked_access = numbers.map(|number| number.as_str().unwrap().parse().unwrap()).collect();
    Standing { client: text(item, "client_id").to_owned(), stage, revoked_access }
}

fn text<'i>(item: &'i Value, name: &str) -> &'i str {
    item[name]["S"].as_str().unwrap_or_else(|| panic!("no text {name}: {item}"))
}
