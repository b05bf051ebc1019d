//! Measures the flows as the tables grow: the same requests with more and more other clients, then with more and more
//! other grants.

use std::path::Path;

use futures::stream::{StreamExt as _, iter};
use harness::{Http, Stack, dynamo_call_by};
use report::Random;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::Failure;
use crate::flow::Flow;
use crate::place::{Format, Place};
use crate::speed::warm;
use crate::storage::storage;
use crate::times::Times;

/// The number of items that one `BatchWriteItem` may hold.
const BATCH: usize = 25;
const CALLS_AT_ONCE: usize = 4;
/// The alphabet of the keys.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The sizes to measure at.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The numbers of other clients, one stage after another.
    pub clients: Vec<u64>,
    /// The numbers of other grants, measured after the clients.
    pub grants: Vec<u64>,
    /// The number of requests to each flow at each stage.
    pub requests: usize,
}

/// The measurement of one flow at one stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// The number of other clients in the table.
    pub clients: u64,
    /// The number of other grants in the table.
    pub grants: u64,
    /// The name of the flow.
    pub flow: String,
    /// The largest number of round trips that any request took.
    pub round_trips: u64,
    /// The duration of an invocation.
    pub times: Times,
}

/// A table that is filled with copies of one item that Jeton wrote.
struct Filled<'h> {
    http: &'h Http,
    table: String,
    item: Map<String, Value>,
    /// The attributes that differ in each copy, with values of the same length.
    own: &'static [&'static str],
    copies: u64,
}

/// Measures all stages with a `jeton dev` that stores its data in `data`.
///
/// # Errors
/// If a flow gets a wrong answer.
pub async fn growth(binaries: &Path, data: &Path, extent: &Extent) -> Result<Vec<Stage>, Failure> {
    let place = Place::on(Stack::builder().data(data).start(), binaries.to_path_buf())?;
    let http = Http::new(&place.store());
    let (mut clients, mut grants) = (clients(&place, &http).await?, grants(&place, &http).await?);
    let first = extent.grants.first().copied().unwrap_or_default();
    grants.fill(first).await?;
    let mut stages = Vec::new();
    for &number in &extent.clients {
        clients.fill(number).await?;
        stages.extend(stage(&place, (&clients, &grants), extent.requests).await?);
    }
    for &number in extent.grants.iter().skip(1) {
        grants.fill(number).await?;
        stages.extend(stage(&place, (&clients, &grants), extent.requests).await?);
    }
    Ok(stages)
}

async fn stage(
    place: &Place,
    (clients, grants): (&Filled<'_>, &Filled<'_>),
    requests: usize,
) -> Result<Vec<Stage>, Failure> {
    let at = |flow: &str, round_trips, times: Times| {
        let (clients, grants) = (clients.copies, grants.copies);
        println!("{clients} clients, {grants} grants, {flow}: {:.0} µs, {round_trips} calls", times.median);
        Stage { clients, grants, flow: flow.to_owned(), round_trips, times }
    };
    let mut stages = Vec::new();
    for flow in Flow::ALL {
        let times = warm(place, &flow, requests).await?.times;
        stages.push(at(flow.name, storage(place, &flow, 10).await?.round_trips, times));
    }
    stages.push(at("the store alone: GetItem", 1, grants.times("GetItem", requests).await));
    stages.push(at("the store alone: PutItem", 1, grants.times("PutItem", requests).await));
    Ok(stages)
}

async fn clients<'h>(place: &Place, http: &'h Http) -> Result<Filled<'h>, Failure> {
    let table = place.stack.env_file().get("JETON_TABLE_REGISTRY");
    let key = json!({"S": format!("client#{}", place.service(Format::Es256)?.id)});
    let found = dynamo_call_by(http, "GetItem", &json!({"TableName": table, "Key": {"id": key}})).await;
    let item = found.get("Item").and_then(Value::as_object).ok_or("the client is not in the table")?;
    Ok(Filled { http, table, item: item.clone(), own: &["id", "client_id"], copies: 0 })
}

/// A grants table that will be filled with copies of an active grant.
async fn grants<'h>(place: &Place, http: &'h Http) -> Result<Filled<'h>, Failure> {
    let refresh = Flow::named("token: refresh, ES256")?;
    drop(refresh.source(place, 1).await?);
    let table = place.stack.env_file().get("JETON_TABLE_GRANTS");
    let scanned = dynamo_call_by(http, "Scan", &json!({"TableName": table})).await;
    let mut items = scanned.get("Items").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let is_active = |item: &&Map<String, Value>| item.get("state") == Some(&json!({"S": "active"}));
    let item = items.find(is_active).ok_or("no active grant is in the table")?;
    Ok(Filled { http, table, item: item.clone(), own: &["id", "subject"], copies: 0 })
}

impl Filled<'_> {
    /// Adds copies until there are `number` of them.
    async fn fill(&mut self, number: u64) -> Result<(), Failure> {
        let numbers: Vec<u64> = (self.copies..number).collect();
        let (http, this) = (self.http, &*self);
        let calls = iter(numbers.chunks(BATCH)).map(|numbers| async move {
            let puts: Vec<Value> =
                numbers.iter().map(|number| json!({"PutRequest": {"Item": this.copy(*number)}})).collect();
            let answer = dynamo_call_by(http, "BatchWriteItem", &json!({"RequestItems": {&this.table: puts}})).await;
            let left = answer.get("UnprocessedItems").and_then(Value::as_object).is_some_and(|left| !left.is_empty());
            if left { Err(Failure::from("the store did not write all items")) } else { Ok(()) }
        });
        let done: Vec<Result<(), Failure>> = calls.buffer_unordered(CALLS_AT_ONCE).collect().await;
        done.into_iter().collect::<Result<(), Failure>>()?;
        self.copies = self.copies.max(number);
        Ok(())
    }

    /// Measures how long the store itself takes to read a copy or to write one again, which is its share of the
    /// flows.
    async fn times(&self, operation: &str, calls: usize) -> Times {
        let mut times = Vec::with_capacity(calls);
        for number in (0..self.copies).cycle().take(calls) {
            let (item, table) = (self.copy(number), &self.table);
            let input = match operation {
                "GetItem" => json!({"TableName": table, "ConsistentRead": true, "Key": {"id": item.get("id")}}),
                _ => json!({"TableName": table, "Item": item}),
            };
            let began = Instant::now();
            dynamo_call_by(self.http, operation, &input).await;
            times.push(began.elapsed());
        }
        Times::of(times)
    }

    fn copy(&self, number: u64) -> Value {
        let mut item = self.item.clone();
        for name in self.own {
            let text = item.get(*name).and_then(|value| value.get("S")).and_then(Value::as_str).unwrap_or_default();
            let text = another(text, number);
            item.insert((*name).to_owned(), json!({"S": text}));
        }
        item.into()
    }
}

/// Returns a text of the same length with other letters at its end; the kind in front of `#` stays.
fn another(text: &str, number: u64) -> String {
    let (kind, rest) = text.split_once('#').map_or(("", text), |(kind, rest)| (kind, rest));
    let mut random = Random::of(u64::MAX, number);
    let letter = |_| char::from(LETTERS.get(random.below(LETTERS.len())).copied().unwrap_or(b'A'));
    let other: String = rest.chars().map(letter).collect();
    if kind.is_empty() { other } else { format!("{kind}#{other}") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_copy_has_keys_of_its_own_that_look_like_the_first_ones() {
        let others: BTreeSet<String> =
            (0..1_000).map(|number| another("client#8Yq_0-aaaaaaaaaaaaaaaa", number)).collect();
        assert_eq!(others.len(), 1_000);
        assert!(others.iter().all(|other| other.starts_with("client#") && other.len() == 29), "{others:?}");
    }
}
