//! A proxy in front of a `DynamoDB` that writes down each call: storage round trips are counted on the wire.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::background::Background;
use crate::embedded::EmbeddedDynamo;

/// One call to the store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The operation, such as `UpdateItem`.
    pub operation: String,
    /// The table it is about; empty when it is about none or several.
    pub table: String,
    /// Whether it asked for a strongly consistent read. Writes are consistent without asking.
    pub consistent: bool,
}

/// The proxy; it stops when it is dropped.
pub struct CountingProxy {
    server: Background,
    calls: Calls,
    /// Only kept alive.
    embedded: Option<EmbeddedDynamo>,
}

type Calls = Arc<Mutex<Vec<Call>>>;

impl Call {
    /// Whether it can change the store.
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

impl CountingProxy {
    /// A proxy in front of the `DynamoDB` at `upstream`.
    pub fn to(upstream: &str) -> Self {
        let calls = Calls::default();
        let (seen, upstream) = (Arc::clone(&calls), upstream.to_owned());
        let server = Background::serve(async move |listener| serve(&listener, &upstream, &seen).await);
        Self { server, calls, embedded: None }
    }

    /// A proxy in front of an embedded `DynamoDB` of its own.
    pub fn embedded() -> Self {
        let embedded = EmbeddedDynamo::start();
        let mut proxy = Self::to(&embedded.endpoint());
        proxy.embedded = Some(embedded);
        proxy
    }

    /// Its URL, for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// Forgets what was seen so far.
    pub fn reset(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The calls since the last [`CountingProxy::reset`], in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those that can change the store.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(Call::is_write).collect()
    }
}

async fn serve(listener: &tokio::net::TcpListener, upstream: &str, calls: &Calls) {
    let client = reqwest::Client::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (client, upstream, calls) = (client.clone(), upstream.to_owned(), Arc::clone(calls));
        tokio::spawn(async move {
            let service =
                service_fn(move |request| forward(client.clone(), upstream.clone(), Arc::clone(&calls), request));
            // A connection that the product drops is the product's business.
            drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

/// Counts a call and passes it on. An upstream that does not answer closes the connection, as it would without us.
async fn forward(
    client: reqwest::Client,
    upstream: String,
    calls: Calls,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if let Some(target) = head.headers.get("x-amz-target") {
        let operation = target.to_str()?.rsplit('.').next().unwrap_or_default().to_owned();
        let input: Value = serde_json::from_slice(&body)?;
        let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default().to_owned();
        let consistent = asks_for_consistency(&input);
        calls.lock().unwrap_or_else(PoisonError::into_inner).push(Call { operation, table, consistent });
    }
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let answer = client.request(head.method, format!("{upstream}{path}")).headers(head.headers).body(body);
    let answer = answer.send().await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !matches!(name.as_str(), "connection" | "transfer-encoding" | "content-length") {
            response = response.header(name, value);
        }
    }
    Ok(response.body(Full::new(answer.bytes().await?))?)
}

/// A `BatchGetItem` says so for each table, the other reads once.
fn asks_for_consistency(input: &Value) -> bool {
    let says = |request: &Value| request.get("ConsistentRead") == Some(&Value::Bool(true));
    let tables = input.get("RequestItems").and_then(Value::as_object);
    tables.map_or_else(|| says(input), |tables| tables.values().all(says))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dynamo_call;

    #[tokio::test]
    async fn calls_are_passed_on_and_counted_until_they_are_forgotten() {
        let proxy = CountingProxy::embedded();
        let table = json!({
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        });
        let created = dynamo_call(&proxy.endpoint(), "CreateTable", &table).await;
        assert_eq!(created["TableDescription"]["TableName"], "things");
        let listed = dynamo_call(&proxy.endpoint(), "ListTables", &json!({})).await;
        assert_eq!(listed["TableNames"], json!(["things"]));
        assert_eq!(format!("{:?}", proxy.calls()), "[CreateTable things, ListTables ]");
        assert_eq!(proxy.writes().len(), 1);
        proxy.reset();
        assert_eq!(proxy.calls(), []);
    }
}
