//! Checks that the tables of `jeton dev` match those of `infra/template.yaml`, key by key.

use harness::{Stack, dynamo_call};
use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;

const TEMPLATE: &str = include_str!("../../../../infra/template.yaml");
const TABLES: [(&str, &str); 5] = [
    ("RegistryTable", "JETON_TABLE_REGISTRY"),
    ("GrantsTable", "JETON_TABLE_GRANTS"),
    ("PeopleTable", "JETON_TABLE_PEOPLE"),
    ("KeysTable", "JETON_TABLE_KEYS"),
    ("AuditTable", "JETON_TABLE_AUDIT"),
];

/// Returns the properties that determine how a table is read: keys with their types, indexes, and the expiry
/// attribute.
fn promised(template: &str, table: &str) -> Value {
    let template: Yaml = serde_yaml_ng::from_str(template).expect("YAML");
    let properties = &template["Resources"][table]["Properties"];
    let part = |name: &str| serde_json::to_value(&properties[name]).expect("plain values");
    shape(
        &part("AttributeDefinitions"),
        &part("KeySchema"),
        &part("GlobalSecondaryIndexes"),
        &part("TimeToLiveSpecification")["AttributeName"],
    )
}

async fn found(endpoint: &str, name: &str) -> Value {
    let asked = json!({ "TableName": name });
    let described = dynamo_call(endpoint, "DescribeTable", &asked).await;
    let ttl = dynamo_call(endpoint, "DescribeTimeToLive", &asked).await;
    let table = &described["Table"];
    let ttl = &ttl["TimeToLiveDescription"]["AttributeName"];
    shape(&table["AttributeDefinitions"], &table["KeySchema"], &table["GlobalSecondaryIndexes"], ttl)
}

fn shape(attributes: &Value, keys: &Value, indexes: &Value, ttl: &Value) -> Value {
    let mut attributes = attributes.as_array().cloned().unwrap_or_default();
    attributes.sort_by_key(|attribute| attribute["AttributeName"].to_string());
    let indexes = indexes.as_array().into_iter().flatten();
    let index = |index: &Value| json!([index["IndexName"], index["KeySchema"], index["Projection"]["ProjectionType"]]);
    json!({ "attributes": attributes, "keys": keys, "indexes": indexes.map(index).collect::<Vec<_>>(), "ttl": ttl })
}

#[tokio::test]
async fn the_tables_are_those_of_the_template_and_of_no_other() {
    let stack = Stack::start();
    let endpoint = stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB");
    for (table, variable) in TABLES {
        let found = found(&endpoint, &stack.env_file().get(variable)).await;
        assert_eq!(found, promised(TEMPLATE, table), "{table}");
        let first = found["keys"][0]["AttributeName"].as_str().expect("a name").to_owned();
        let other = TEMPLATE.replace(&format!("AttributeName: {first},"), "AttributeName: renamed,");
        assert_ne!(found, promised(&other, table), "{table} with another key");
    }
    let listed = dynamo_call(&endpoint, "ListTables", &json!({})).await;
    assert_eq!(listed["TableNames"].as_array().map(Vec::len), Some(TABLES.len()), "{listed}");
}
