//! A proxy in front of a `DynamoDB` that writes down each call: storage round trips are counted on the wire. It can also
//! keep the answer of a write to itself, and every answer after it: the caller can be ended there as if it had died.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::watch;

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
    seen: Arc<Seen>,
    /// Only kept alive.
    embedded: Option<EmbeddedDynamo>,
}

/// What went through, and whether anything still does.
struct Seen {
    calls: Mutex<Vec<Call>>,
    /// So many writes are answered before the next one freezes it; `None` freezes nothing.
    writes_left: Mutex<Option<usize>>,
    frozen: watch::Sender<bool>,
}

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
        let seen = Arc::new(Seen {
            calls: Mutex::default(),
            writes_left: Mutex::default(),
            frozen: watch::Sender::new(false),
        });
        let (shared, upstream) = (Arc::clone(&seen), upstream.to_owned());
        let server = Background::serve(async move |listener| serve(&listener, &upstream, &shared).await);
        Self { server, seen, embedded: None }
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
        lock(&self.seen.calls).clear();
    }

    /// The calls since the last [`CountingProxy::reset`], in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.seen.calls).clone()
    }

    /// Those that can change the store.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(Call::is_write).collect()
    }

    /// Answers `writes` more writes; the next one is done and not answered, and nothing is answered after it.
    pub fn freeze_after(&self, writes: usize) {
        *lock(&self.seen.writes_left) = Some(writes);
    }

    /// Waits for the write that is not answered.
    pub async fn frozen(&self) {
        // The sender lives as long as this.
        drop(self.seen.frozen.subscribe().wait_for(|frozen| *frozen).await);
    }

    /// Answers again. Those that waited get no answer any more.
    pub fn thaw(&self) {
        *lock(&self.seen.writes_left) = None;
        self.seen.frozen.send_replace(false);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    /// Whether the answer of a call that was done may be given.
    fn may_answer(&self, is_write: bool) -> bool {
        let mut left = lock(&self.writes_left);
        match *left {
            Some(0) if is_write => drop(self.frozen.send_replace(true)),
            Some(writes) if is_write => *left = Some(writes - 1),
            Some(_) | None => {}
        }
        !*self.frozen.borrow()
    }
}

async fn serve(listener: &tokio::net::TcpListener, upstream: &str, seen: &Arc<Seen>) {
    let client = reqwest::Client::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (client, upstream, seen) = (client.clone(), upstream.to_owned(), Arc::clone(seen));
        tokio::spawn(async move {
            let service =
                service_fn(move |request| forward(client.clone(), upstream.clone(), Arc::clone(&seen), request));
            // A connection that the product drops is the product's business.
            drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

/// Counts a call and passes it on. An upstream that does not answer closes the connection, as it would without us.
async fn forward(
    client: reqwest::Client,
    upstream: String,
    seen: Arc<Seen>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let mut is_write = false;
    if let Some(target) = head.headers.get("x-amz-target") {
        let operation = target.to_str()?.rsplit('.').next().unwrap_or_default().to_owned();
        let input: Value = serde_json::from_slice(&body)?;
        let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default().to_owned();
        let consistent = asks_for_consistency(&input);
        let call = Call { operation, table, consistent };
        is_write = call.is_write();
        lock(&seen.calls).push(call);
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
    let response = response.body(Full::new(answer.bytes().await?))?;
    if !seen.may_answer(is_write) {
        std::future::pending::<()>().await;
    }
    Ok(response)
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

    fn table(name: &str) -> Value {
        json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        })
    }

    #[tokio::test]
    async fn calls_are_passed_on_and_counted_until_they_are_forgotten() {
        let proxy = CountingProxy::embedded();
        let created = dynamo_call(&proxy.endpoint(), "CreateTable", &table("things")).await;
        assert_eq!(created["TableDescription"]["TableName"], "things");
        let listed = dynamo_call(&proxy.endpoint(), "ListTables", &json!({})).await;
        assert_eq!(listed["TableNames"], json!(["things"]));
        assert_eq!(format!("{:?}", proxy.calls()), "[CreateTable things, ListTables ]");
        assert_eq!(proxy.writes().len(), 1);
        proxy.reset();
        assert_eq!(proxy.calls(), []);
    }

    #[tokio::test]
    async fn a_frozen_proxy_does_a_write_and_answers_nothing() {
        let proxy = CountingProxy::embedded();
        let endpoint = proxy.endpoint();
        proxy.freeze_after(1);
        dynamo_call(&endpoint, "CreateTable", &table("answered")).await;
        let silent = table("silent");
        tokio::select! {
            answer = dynamo_call(&endpoint, "CreateTable", &silent) => panic!("{answer}"),
            () = proxy.frozen() => {}
        }
        proxy.thaw();
        let listed = dynamo_call(&endpoint, "ListTables", &json!({})).await;
        assert_eq!(listed["TableNames"], json!(["answered", "silent"]));
    }
}
