//! A call to the store, as seen on the wire.

use std::fmt;

use bytes::Bytes;
use http::request::Parts;
use hyper::Response;
use serde_json::Value;

use crate::proxy::Failure;

/// One call to the store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The operation, such as `UpdateItem`.
    pub operation: String,
    /// The name of the table; empty if the call is for several tables or none.
    pub table: String,
    /// `true` if it requested a strongly consistent read. Writes are always consistent.
    pub consistent: bool,
}

impl Call {
    /// Returns whether the call can change the store.
    pub fn is_write(&self) -> bool {
        !matches!(
            self.operation.as_str(),
            "GetItem" | "BatchGetItem" | "Query" | "Scan" | "DescribeTable" | "ListTables"
        )
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.operation, self.table)
    }
}

/// The target of a call. `jeton dev` reads a stream in place of Lambda, and that is not a call of a function.
fn target(head: &Parts) -> Option<&str> {
    let target = head.headers.get("x-amz-target")?.to_str().ok()?;
    Some(target).filter(|target| !target.starts_with("DynamoDBStreams_"))
}

/// Returns whether a request is a call of a function.
pub(crate) fn is_call(head: &Parts) -> bool {
    target(head).is_some()
}

/// Parses the call that a request makes, if it makes one.
pub(crate) fn call(head: &Parts, body: &[u8]) -> Result<Option<Call>, Failure> {
    let Some(target) = target(head) else { return Ok(None) };
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let input: Value = serde_json::from_slice(body)?;
    let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let consistent = asks_for_consistency(&input);
    Ok(Some(Call { operation, table, consistent }))
}

/// Returns whether a call reads an index of a table.
pub(crate) fn asks_an_index(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|input| input.get("IndexName").is_some())
}

/// `BatchGetItem` has the option for each table, the other reads have it once.
fn asks_for_consistency(input: &Value) -> bool {
    let says = |request: &Value| request.get("ConsistentRead") == Some(&Value::Bool(true));
    let tables = input.get("RequestItems").and_then(Value::as_object);
    tables.map_or_else(|| says(input), |tables| tables.values().all(says))
}

/// Forwards a request to the store and returns the answer.
pub(crate) async fn ask(
    client: &reqwest::Client,
    upstream: &str,
    head: Parts,
    body: Bytes,
) -> Result<Response<Bytes>, Failure> {
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let answer = client.request(head.method, format!("{upstream}{path}")).headers(head.headers);
    let answer = answer.body(body).send().await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !matches!(name.as_str(), "connection" | "transfer-encoding" | "content-length") {
            response = response.header(name, value);
        }
    }
    Ok(response.body(answer.bytes().await?)?)
}
