//! Devices: how a test asks for a code, polls with it, and answers as a person.

use harness::{Ask, Browser, Landing, RegisteredClient, RegisteredUser, Reply, dynamo_call};
use serde_json::{Value, json};

use crate::support::session::{Session, assert_no_store};
use crate::support::world::{ORDERS, World};

/// The grant type (RFC 8628 §3.4).
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The codes of a request that waits for an answer.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
    pub(crate) complete: String,
    pub(crate) document: Value,
}

/// Registers a public client for devices, with refresh tokens.
pub(crate) fn television(world: &World, name: &str) -> RegisteredClient {
    device_client(world, name, &["--auth-method", "none"])
}

pub(crate) fn device_client(world: &World, name: &str, more: &[&str]) -> RegisteredClient {
    let usual = ["--grant", "device_code", "--grant", "refresh_token", "--api", ORDERS];
    world.stack.cli().create_client(name, &[&usual[..], more].concat())
}

/// Asks for codes, with these parameters.
pub(crate) async fn asked(session: &Session<'_>, client: &RegisteredClient, more: &[(&str, &str)]) -> Codes {
    codes(&session.http.post("/device_authorization").client(client).fields(more).send().await)
}

/// C211: asserts that a request was stored, and returns its codes.
pub(crate) fn codes(reply: &Reply) -> Codes {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_no_store(reply);
    let [device_code, user_code, complete] =
        ["device_code", "user_code", "verification_uri_complete"].map(|name| reply.string(name));
    Codes { device_code, user_code, complete, document: reply.json() }
}

/// Builds the token request with which a device polls.
pub(crate) fn polling(session: &Session<'_>, client: &RegisteredClient, code: &str) -> Ask {
    session.http.post("/token").client(client).field("grant_type", GRANT).field("device_code", code)
}

pub(crate) async fn poll(session: &Session<'_>, client: &RegisteredClient, code: &str) -> Reply {
    polling(session, client, code).send().await
}

/// Opens the link with the code, signs in if necessary, and returns the page that asks for a decision.
pub(crate) async fn question(browser: &mut Browser, codes: &Codes, person: &RegisteredUser) -> Landing {
    let page = browser.go(&codes.complete).await;
    signed_in(browser, page, person).await
}

/// Signs in on this page, if it asks for a password, and returns the page that asks for a decision.
pub(crate) async fn signed_in(browser: &mut Browser, page: Landing, person: &RegisteredUser) -> Landing {
    let filled = [("username", &*person.username), ("password", &*person.password)];
    let page = match page.form().input("password") {
        Some(_) => browser.submit(&page, &page.form(), &filled).await,
        None => page,
    };
    assert!(asks_for_a_decision(&page), "{:?}", page.reply);
    page
}

pub(crate) fn asks_for_a_decision(page: &Landing) -> bool {
    let decisions = ["allow", "deny"].map(|word| ("decision".to_owned(), word.to_owned()));
    page.reply.status == 200 && page.form().buttons == decisions
}

pub(crate) async fn decide(browser: &mut Browser, page: &Landing, decision: &str) -> Landing {
    browser.submit(page, &page.form(), &[("decision", decision)]).await
}

/// Approves the request as Ana.
pub(crate) async fn approve(session: &mut Session<'_>, codes: &Codes) {
    let ana = session.world.ana.clone();
    let page = question(&mut session.browser, codes, &ana).await;
    let done = decide(&mut session.browser, &page, "allow").await;
    assert_eq!(done.reply.status, 200, "{:?}", done.reply);
}

/// Opens the page for codes and enters one.
pub(crate) async fn enter(browser: &mut Browser, typed: &str) -> Landing {
    let page = browser.go("/device").await;
    assert_eq!(page.reply.status, 200, "{:?}", page.reply);
    browser.submit(&page, &page.form(), &[("user_code", typed)]).await
}

/// Makes the request that a user code leads to as old as if it were over.
pub(crate) async fn make_late(world: &World, codes: &Codes) {
    let environment = world.stack.env_file();
    let (endpoint, table) = (environment.get("AWS_ENDPOINT_URL_DYNAMODB"), environment.get("JETON_TABLE_GRANTS"));
    let found = dynamo_call(&endpoint, "Scan", &json!({"TableName": table})).await;
    let letters = codes.user_code.replace('-', "");
    let item = found["Items"].as_array().expect("items").iter().find(|item| item["user_code"]["S"] == letters.as_str());
    let update = json!({
        "TableName": table,
        "Key": {"id": item.expect("the request")["id"]},
        "UpdateExpression": "SET ends_at = :time",
        "ExpressionAttributeValues": {":time": {"N": "1"}},
    });
    drop(dynamo_call(&endpoint, "UpdateItem", &update).await);
}
