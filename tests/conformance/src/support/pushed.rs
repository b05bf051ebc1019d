//! Pushed authorization requests: how a test pushes one, and how it makes one old.

use harness::{Ask, Pkce, RegisteredClient, Reply, dynamo_call};
use serde_json::json;

use crate::support::session::{Session, assert_no_store};
use crate::support::world::{CALLBACK, World};

/// The beginning of every reference.
pub(crate) const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Builds a push with the usual parameters and these, which replace the usual ones. Only credentials are missing.
pub(crate) fn request(session: &Session<'_>, pkce: &Pkce, more: &[(&str, &str)]) -> Ask {
    let usual = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", &*pkce.challenge),
        ("code_challenge_method", "S256"),
    ];
    let usual = usual.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let fields: Vec<(&str, &str)> = usual.chain(more.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    session.http.post("/par").fields(&fields)
}

/// Pushes a request of this client.
pub(crate) async fn push(
    session: &Session<'_>,
    client: &RegisteredClient,
    pkce: &Pkce,
    more: &[(&str, &str)],
) -> Reply {
    request(session, pkce, more).client(client).send().await
}

/// Pushes a request, and returns the path at which the browser continues.
pub(crate) async fn pushed(
    session: &Session<'_>,
    client: &RegisteredClient,
    pkce: &Pkce,
    more: &[(&str, &str)],
) -> String {
    let reply = push(session, client, pkce, more).await;
    at(&client.id, &assert_pushed(&reply))
}

/// Returns the path of a request that refers to a pushed one.
pub(crate) fn at(client: &str, request_uri: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", client), ("request_uri", request_uri)])
        .finish();
    format!("/authorize?{query}")
}

/// C105: asserts that the request was stored, and returns its `request_uri`.
pub(crate) fn assert_pushed(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_no_store(reply);
    assert!(reply.header("content-type").unwrap_or_default().starts_with("application/json"), "{reply:?}");
    let request_uri = reply.string("request_uri");
    assert!(request_uri.strip_prefix(PREFIX).is_some_and(|handle| handle.len() >= 43), "{reply:?}");
    let seconds = reply.json()["expires_in"].as_u64();
    assert!(seconds.is_some_and(|seconds| (5..600).contains(&seconds)), "{reply:?}");
    request_uri
}

/// Makes the pushed requests of a client as old as if `attribute` (`shown_before`, `ends_at`) were over.
pub(crate) async fn make_late(world: &World, client: &RegisteredClient, attribute: &str) {
    let environment = world.stack.env_file();
    let (endpoint, table) = (environment.get("AWS_ENDPOINT_URL_DYNAMODB"), environment.get("JETON_TABLE_GRANTS"));
    let found = dynamo_call(&endpoint, "Scan", &json!({"TableName": table})).await;
    let mut changed = 0;
    for item in found["Items"].as_array().expect("items") {
        if item["client_id"]["S"] != client.id.as_str() || item["state"]["S"] != "pushed" {
            continue;
        }
        let update = json!({
            "TableName": table,
            "Key": {"id": item["id"]},
            "UpdateExpression": "SET #attribute = :time",
            "ExpressionAttributeNames": {"#attribute": attribute},
            "ExpressionAttributeValues": {":time": {"N": "1"}},
        });
        drop(dynamo_call(&endpoint, "UpdateItem", &update).await);
        changed += 1;
    }
    assert!(changed > 0, "{} has pushed nothing", client.id);
}
