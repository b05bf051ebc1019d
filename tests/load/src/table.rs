//! The contents of the tables: read item by item, by attribute, without Jeton's own code.

use std::collections::{BTreeMap, BTreeSet};

use harness::dynamo_call;
use serde_json::{Value, json};

use crate::ledger::{Contents, PersonStanding, Stage, Standing};

/// The names of the tables, and the URL of the store.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(crate) endpoint: String,
    pub(crate) grants: String,
    pub(crate) people: String,
}

/// The people and sessions of the people table, by the keys that grants name.
#[derive(Default)]
struct People {
    /// The version of the credentials of each person who is enabled.
    versions: BTreeMap<String, String>,
    /// The valid sessions, with their person.
    sessions: BTreeSet<(String, String)>,
    told: BTreeMap<String, PersonStanding>,
}

impl Tables {
    /// Reads every grant by the key of its item, and every person by username.
    pub(crate) async fn read(&self) -> Contents {
        // A grant is swept after its session has ended, so the grants must not be older than the people.
        let people = People::of(&self.scan(&self.people).await);
        let mut grants = BTreeMap::new();
        for item in self.scan(&self.grants).await {
            if !is_grant(&item) {
                continue;
            }
            let before = grants.insert(text(&item, "id").to_owned(), people.standing(&item));
            assert_eq!(before, None, "the same item was read twice: {item}");
        }
        Contents { grants, people: people.told }
    }

    async fn scan(&self, table: &str) -> Vec<Value> {
        let (mut found, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut input = json!({"TableName": table, "ConsistentRead": true});
            if !start.is_null() {
                input["ExclusiveStartKey"] = start;
            }
            let mut page = dynamo_call(&self.endpoint, "Scan", &input).await;
            found.append(page["Items"].as_array_mut().unwrap());
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                return found;
            }
        }
    }
}

impl People {
    fn of(items: &[Value]) -> Self {
        let mut people = Self::default();
        let profiles: Vec<&Value> = items.iter().filter(|item| text(item, "record") == "profile").collect();
        for item in &profiles {
            if item["disabled"]["BOOL"] == false {
                people.versions.insert(text(item, "person").to_owned(), version(item));
            }
        }
        for item in items {
            let (person, session) = (text(item, "person"), text(item, "record").strip_prefix("session#"));
            let valid = session.filter(|_| people.versions.get(person) == Some(&version(item)));
            people.sessions.extend(valid.map(|session| (person.to_owned(), session.to_owned())));
        }
        for item in profiles {
            let person = text(item, "person");
            let sessions = people.sessions.iter().filter(|(owner, _)| owner == person).count();
            let standing = PersonStanding { disabled: item["disabled"]["BOOL"] == true, sessions };
            let before = people.told.insert(text(item, "username").to_owned(), standing);
            assert_eq!(before, None, "two people have the same username: {item}");
        }
        people
    }

    fn standing(&self, item: &Value) -> Standing {
        let stage = match text(item, "state") {
            "issued" => Stage::Issued,
            "active" => Stage::Active(item["generation"]["N"].as_str().unwrap().parse().unwrap()),
            "revoked" => Stage::Revoked,
            other => panic!("{other}: {item}"),
        };
        let numbers = item["revoked_access"]["NS"].as_array().into_iter().flatten();
        let revoked_access = numbers.map(|number| number.as_str().unwrap().parse().unwrap()).collect();
        Standing { client: text(item, "client_id").to_owned(), stage, revoked_access, over: self.is_over(item) }
    }

    /// Returns whether the person of a grant, or without `offline_access` the session, is over.
    fn is_over(&self, grant: &Value) -> bool {
        let Some(person) = grant["person"]["S"].as_str() else { return false };
        if self.versions.get(person) != Some(&version(grant)) {
            return true;
        }
        let mut scope = grant["scope"]["SS"].as_array().into_iter().flatten();
        let session = (person.to_owned(), text(grant, "session").to_owned());
        !scope.any(|token| token == "offline_access") && !self.sessions.contains(&session)
    }
}

/// Returns whether an item is a grant: neither a counter nor a pointer, and no request that waits for an answer or got none
/// that led to a code or tokens.
fn is_grant(item: &Value) -> bool {
    let waits = ["pushed", "pending", "approved", "denied"];
    item["state"]["S"].as_str().is_some_and(|state| !waits.contains(&state))
}

/// The version of the credentials in an item of a person, a session or a grant.
pub(crate) fn version(item: &Value) -> String {
    item["credential_version"]["N"].as_str().unwrap_or_else(|| panic!("no version: {item}")).to_owned()
}

fn text<'i>(item: &'i Value, name: &str) -> &'i str {
    item[name]["S"].as_str().unwrap_or_else(|| panic!("no text {name}: {item}"))
}
