//! Shows that damage to the table, done without the clients' knowledge, is detected.

use harness::dynamo_call;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::ledger::{Difference, Ledger, Stage, Standing};
use crate::place::Place;
use crate::plan::Plan;
use crate::table;

const SEED: u64 = 1;
const GRANTS: u64 = 40;

struct Spoiled {
    place: Place,
    ledger: Ledger,
}

impl Spoiled {
    async fn start() -> Self {
        let (place, mut ledger) = Place::start().await;
        let mut caller = Caller::new(&place, 0);
        for number in 0..GRANTS {
            caller.run(&Plan::draw(SEED, 0, number), false).await;
        }
        ledger.add(caller.ledger);
        Self { place, ledger }
    }

    async fn differences(&self) -> Vec<Difference> {
        let (endpoint, table) = self.place.grants();
        self.ledger.differences(&table::read(&endpoint, &table).await)
    }

    /// Finds a grant in the table that fits the condition.
    async fn one(&self, is_this: impl Fn(&Standing) -> bool) -> String {
        let (endpoint, table) = self.place.grants();
        let table = table::read(&endpoint, &table).await;
        table.into_iter().find(|(_, standing)| is_this(standing)).map(|(id, _)| id).unwrap()
    }

    async fn call(&self, operation: &str, mut input: Value) -> Value {
        let (endpoint, table) = self.place.grants();
        input["TableName"] = table.into();
        dynamo_call(&endpoint, operation, &input).await
    }

    async fn set(&self, id: &str, name: &str, value: Value) {
        let update = json!({
            "Key": {"id": {"S": id}}, "UpdateExpression": "SET #name = :value",
            "ExpressionAttributeNames": {"#name": name}, "ExpressionAttributeValues": {":value": value},
        });
        self.call("UpdateItem", update).await;
    }

    /// Damages one item, asserts that exactly this is detected, and restores the item.
    async fn seen(&self, id: &str, spoil: impl AsyncFn(&Self, &str)) -> Difference {
        let key = json!({"Key": {"id": {"S": id}}});
        let before = self.call("GetItem", key.clone()).await["Item"].clone();
        spoil(self, id).await;
        let mut differences = self.differences().await;
        assert_eq!(differences.len(), 1, "{differences:?}");
        self.call("DeleteItem", key).await;
        if !before.is_null() {
            self.call("PutItem", json!({"Item": before})).await;
        }
        assert_eq!(self.differences().await, []);
        differences.remove(0)
    }
}

#[tokio::test]
async fn what_is_spoiled_in_the_table_is_seen() {
    let spoiled = Spoiled::start().await;
    assert_eq!(spoiled.differences().await, []);
    let live = spoiled.one(|grant| matches!(grant.stage, Stage::Active(2..))).await;
    let over = spoiled.one(|grant| grant.stage == Stage::Revoked).await;
    let otherwise = |difference, id: &str| matches!(difference, Difference::Otherwise { id: other, .. } if other == id);

    let gone =
        async |place: &Spoiled, id: &str| drop(place.call("DeleteItem", json!({"Key": {"id": {"S": id}}})).await);
    assert!(matches!(spoiled.seen(&live, gone).await, Difference::Missing(id, _) if id == live));
    let back = async |place: &Spoiled, id: &str| place.set(id, "state", json!({"S": "active"})).await;
    assert!(otherwise(spoiled.seen(&over, back).await, &over));
    let on = async |place: &Spoiled, id: &str| place.set(id, "generation", json!({"N": "9"})).await;
    assert!(otherwise(spoiled.seen(&live, on).await, &live));
    let revoked = async |place: &Spoiled, id: &str| place.set(id, "revoked_access", json!({"NS": ["1", "9"]})).await;
    assert!(otherwise(spoiled.seen(&live, revoked).await, &live));
    let stranger = async |place: &Spoiled, id: &str| {
        let item = json!({"Item": {
            "id": {"S": id}, "client_id": {"S": place.place.service.id}, "state": {"S": "active"}, "generation": {"N": "1"},
        }});
        place.call("PutItem", item).await;
    };
    let seen = spoiled.seen("AAAAAAAAAAAAAAAAAAAAAA", stranger).await;
    assert_eq!(
        seen,
        Difference::Stranger(
            "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            Standing::new(&spoiled.place.service.id, Stage::Active(1))
        )
    );
}
