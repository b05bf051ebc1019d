//! Shows that damage to the table, done without the clients' knowledge, is detected.

use harness::dynamo_call;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::ledger::{Difference, Ledger, Stage, Standing};
use crate::place::Place;
use crate::plan::Plan;

const SEED: u64 = 1;
const GRANTS: u64 = 40;
/// One grant of an app in this number meets an event.
const EVENTS: usize = 6;

struct Spoiled {
    place: Place,
    ledger: Ledger,
}

impl Spoiled {
    async fn start() -> Self {
        let place = Place::start().await;
        let mut ledger = Ledger::beginning_with(&place.tables().read().await);
        let mut caller = Caller::new(&place, 0);
        for number in 0..GRANTS {
            caller.run(&Plan::draw(SEED, 0, number, EVENTS), false).await;
        }
        ledger.add(caller.finish().0);
        assert_eq!(place.figures.forgotten.get(), 0, "consent was forgotten without a fault");
        Self { place, ledger }
    }

    async fn differences(&self) -> Vec<Difference> {
        self.ledger.differences(&self.place.tables().read().await)
    }

    /// Finds a grant in the table that fits the condition.
    async fn one(&self, is_this: impl Fn(&Standing) -> bool) -> String {
        let grants = self.place.tables().read().await.grants;
        grants.into_iter().find(|(_, standing)| is_this(standing)).map(|(id, _)| id).unwrap()
    }

    async fn call(&self, operation: &str, mut input: Value) -> Value {
        let tables = self.place.tables();
        input["TableName"] = tables.grants.into();
        dynamo_call(&tables.endpoint, operation, &input).await
    }

    /// Calls the store about the people table.
    async fn call_of_people(&self, operation: &str, mut input: Value) -> Value {
        let tables = self.place.tables();
        input["TableName"] = tables.people.into();
        dynamo_call(&tables.endpoint, operation, &input).await
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
    let live = spoiled.one(|grant| !grant.over && matches!(grant.stage, Stage::Active(2..))).await;
    let over = spoiled.one(|grant| !grant.over && grant.stage == Stage::Revoked).await;
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

#[tokio::test]
async fn what_is_spoiled_in_the_people_table_is_seen() {
    let spoiled = Spoiled::start().await;
    assert_eq!(spoiled.differences().await, []);
    let items = spoiled.call_of_people("Scan", json!({"ConsistentRead": true})).await["Items"].take();
    let find = |what: &str, is_this: &dyn Fn(&Value) -> bool| {
        items.as_array().unwrap().iter().find(|item| is_this(item)).unwrap_or_else(|| panic!("no {what}: {items}"))
    };
    let key = |item: &Value| json!({"Key": {"person": item["person"], "record": item["record"]}});
    let is_person = |difference: &Difference| matches!(difference, Difference::Person { .. });
    let is_grant = |difference: &Difference| matches!(difference, Difference::Otherwise { .. });

    let session = find("session", &|item| item["record"]["S"].as_str().unwrap().starts_with("session#"));
    spoiled.call_of_people("DeleteItem", key(session)).await;
    let found = spoiled.differences().await;
    assert!(found.iter().any(is_person) && found.iter().any(is_grant), "{found:?}");
    spoiled.call_of_people("PutItem", json!({"Item": session})).await;
    assert_eq!(spoiled.differences().await, []);

    let mut another = session.clone();
    another["record"]["S"] = "session#AAAAAAAAAAAAAAAAAAAAAA".into();
    spoiled.call_of_people("PutItem", json!({"Item": another})).await;
    let found = spoiled.differences().await;
    assert!(matches!(&found[..], [Difference::Person { .. }]), "{found:?}");
    spoiled.call_of_people("DeleteItem", key(&another)).await;

    let is_theirs = |item: &Value| item["person"] == session["person"] && item["record"]["S"] == "profile";
    let mut person = find("profile", &is_theirs).clone();
    person["disabled"]["BOOL"] = true.into();
    spoiled.call_of_people("PutItem", json!({"Item": person})).await;
    let found = spoiled.differences().await;
    assert!(found.iter().any(is_person) && found.iter().any(is_grant), "{found:?}");
}
