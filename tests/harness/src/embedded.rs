//! An embedded `DynamoDB` for tests that must inspect or damage data from outside Jeton.

use std::path::Path;

use dynoxide::Database;
use serde_json::Value;

use crate::Http;
use crate::background::Background;

/// An embedded `DynamoDB` on loopback.
pub struct EmbeddedDynamo {
    server: Background,
}

impl EmbeddedDynamo {
    /// Starts an empty one in memory.
    pub fn start() -> Self {
        Self::of(Database::memory().expect("an embedded database"))
    }

    /// Starts one that stores everything in a file, as `jeton dev --data` does.
    pub fn in_file(path: &Path) -> Self {
        Self::of(Database::new(&path.display().to_string()).expect("an embedded database"))
    }

    fn of(database: Database) -> Self {
        let server = Background::serve(async move |listener| dynoxide::server::serve_on(listener, database).await);
        Self { server }
    }

    /// Its URL, for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> String {
        self.server.url()
    }
}

/// Calls an operation (`DeleteTable`, `Scan`, ...) of a `DynamoDB` that does not check signatures.
pub async fn dynamo_call(endpoint: &str, operation: &str, input: &Value) -> Value {
    dynamo_call_by(&Http::new(endpoint), operation, input).await
}

/// The same with an existing HTTP client, for many calls.
pub async fn dynamo_call_by(http: &Http, operation: &str, input: &Value) -> Value {
    let reply = http
        .post("/")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=harness/20260101/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000",
        )
        .header("content-type", "application/x-amz-json-1.0")
        .body(input.to_string())
        .send()
        .await;
    assert_eq!(reply.status, 200, "{operation}: {reply:?}");
    reply.json()
}
