//! Permission to register: off, initial access tokens, or an open deployment.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::handles::with_another_end;
use crate::support::published::{DOCUMENTS, document};
use crate::support::self_registration::{
    Registration, ask, assert_denied, assert_refused_for, initial_token, metadata, open, register, registered, started,
    with_tokens,
};
use crate::support::session::{assert_fails, assert_refused, challenge, reach, until};
use crate::support::world::{ORDERS, World};

#[tokio::test]
async fn c117_nobody_registers_a_client_over_http() {
    let world = World::shared();
    let http = world.stack.http();
    let body = json!({"redirect_uris": ["https://evil.example/cb"], "client_name": "Evil"}).to_string();
    for path in ["/register", "/registration", "/connect/register", "/oauth2/register", "/clients", "/reg"] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let ask = http.ask(method, path).header("content-type", "application/json").body(&*body);
            assert_eq!(ask.send().await.status, 404, "{method} {path}");
        }
    }
    for path in DOCUMENTS {
        assert!(document(&http, path).await.get("registration_endpoint").is_none(), "{path}");
    }
}

#[tokio::test]
async fn c117_without_a_good_token_nobody_registers() {
    let world = with_tokens();
    let made = initial_token(world, &[]);
    let good = made["registration_token"].as_str().expect("a token");
    let reply = register(world, None, &metadata(&json!({}))).await;
    assert_eq!((reply.status, challenge(&reply).starts_with("Bearer ")), (401, true), "{reply:?}");
    let registration = registered(&metadata(&json!({}))).await;
    let changed = with_another_end(good);
    let deleted = initial_token(world, &[]);
    let cli = world.stack.cli();
    cli.run(&["registration-token", "delete", deleted["name"].as_str().expect("a name")]);
    let short = initial_token(world, &["--lifetime", "1"]);
    let session = world.session();
    until(&session, short["expires_at"].as_u64().expect("a time")).await;
    for bad in [
        "x",
        "jti_",
        &format!("{good}A"),
        &changed,
        registration.token(),
        deleted["registration_token"].as_str().expect("a token"),
        short["registration_token"].as_str().expect("a token"),
    ] {
        if bad != good {
            assert_denied(&register(world, Some(bad), &metadata(&json!({}))).await);
        }
    }
    let basic =
        ask(&world.stack.http(), "POST", "/register", None, &metadata(&json!({}))).basic("x", good).send().await;
    assert_eq!((basic.status, challenge(&basic).contains("error")), (401, false), "{basic:?}");
    for malformed in ["a b", "", &*"a".repeat(9_000)] {
        assert_denied(&register(world, Some(malformed), &metadata(&json!({}))).await);
    }
    Registration::of(&register(world, Some(good), &metadata(&json!({}))).await);
}

#[tokio::test]
async fn c117_a_use_of_a_token_makes_one_client_whatever_races() {
    let world = with_tokens();
    let made = initial_token(world, &["--uses", "3"]);
    let (token, asked) = (made["registration_token"].as_str(), metadata(&json!({})));
    let replies = join_all((0..12).map(|_| register(world, token, &asked))).await;
    let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
    // Conflicting requests may be answered with 503.
    let (made_now, denied, again) = (count(201), count(401), count(503));
    assert!(made_now <= 3 && made_now + denied + again == replies.len(), "{replies:?}");
    for _ in made_now..3 {
        Registration::of(&register(world, token, &asked).await);
    }
    assert_denied(&register(world, token, &asked).await);
    let name = made["name"].as_str().expect("a name");
    let clients = world.stack.cli().run(&["client", "list"]);
    let of_token = clients.as_array().expect("clients").iter();
    assert_eq!(of_token.filter(|client| client["self_registered"]["registration_token"] == name).count(), 3);
}

#[tokio::test]
async fn c117_a_token_says_what_its_clients_may_have() {
    let world = with_tokens();
    let more = ["--uses", "9", "--api", ORDERS, "--redirect-host", "App.example", "--client-lifetime", "5000"];
    let made = initial_token(world, &more);
    let token = made["registration_token"].as_str();
    let with = |scope: &str| metadata(&json!({ "scope": scope }));
    let registration = Registration::of(&register(world, token, &with("openid read")).await);
    let (client, document) = (registration.client(), &registration.document);
    let times =
        ["client_secret_expires_at", "client_id_issued_at"].map(|name| document[name].as_u64().expect("a time"));
    assert_eq!(times[0], times[1] + 5000);
    let mut session = world.session();
    let code = session.code_with(&client, &[("scope", "openid read")]).await;
    let (audience, scope) = reach(&session.redeem(&client, &code).await);
    assert!(audience.contains(&ORDERS.to_owned()) && scope.contains(&"read".to_owned()), "{audience:?} {scope:?}");
    // More than that is left out.
    let narrower = Registration::of(&register(world, token, &with("openid ship")).await);
    assert_eq!(narrower.document["scope"], "openid");
    let elsewhere = json!({ "redirect_uris": ["https://evil.example/cb"] });
    assert_refused_for(&register(world, token, &elsewhere).await, "invalid_redirect_uri", "redirect_uris");
    // A change cannot exceed the limits either.
    let mut wider = with("openid read ship");
    wider["client_id"] = json!(client.id);
    assert_eq!(registration.ask("PUT", &wider).await.json()["scope"], "openid read");
    wider["redirect_uris"] = json!(["https://evil.example/cb"]);
    assert_eq!(registration.ask("PUT", &wider).await.status, 400);
}

#[tokio::test]
async fn c117_a_client_ends_when_its_token_said_so() {
    let world = with_tokens();
    let made = initial_token(world, &["--client-lifetime", "3"]);
    let reply = register(world, made["registration_token"].as_str(), &metadata(&json!({}))).await;
    let registration = Registration::of(&reply);
    let client = registration.client();
    let ask = || {
        let ask = world.stack.http().post("/token").client(&client).field("grant_type", "authorization_code");
        ask.field("code", "x").send()
    };
    assert_refused(&ask().await, "invalid_grant");
    let session = world.session();
    let end = registration.document["client_secret_expires_at"].as_u64().expect("a time");
    until(&session, end).await;
    assert_refused(&ask().await, "invalid_client");
    assert_denied(&registration.ask("GET", &json!(null)).await);
}

#[tokio::test]
async fn c115_c117_the_metadata_name_the_endpoint_where_it_is_on() {
    for world in [with_tokens(), open()] {
        for path in DOCUMENTS {
            let document = document(&world.stack.http(), path).await;
            assert_eq!(document["registration_endpoint"], format!("{}/register", world.stack.issuer()));
        }
    }
    let off = started("off");
    assert!(document(&off.stack.http(), DOCUMENTS[0]).await.get("registration_endpoint").is_none());
    let reply = register(&off, None, &metadata(&json!({}))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn c117_an_open_deployment_says_so_and_gives_no_api_that_was_not_named() {
    let world = open();
    assert!(world.stack.log().contains("anybody may register clients"), "no warning");
    let registration = Registration::of(&register(world, None, &metadata(&json!({}))).await);
    let document = &registration.document;
    let times =
        ["client_secret_expires_at", "client_id_issued_at"].map(|name| document[name].as_u64().expect("a time"));
    assert_eq!(times[0], times[1] + 90 * 24 * 3600);
    let more = Registration::of(&register(world, None, &metadata(&json!({ "scope": "openid read" }))).await);
    assert_eq!(more.document["scope"], "openid");
    assert_eq!(world.stack.cli().run(&["client", "show", more.id()])["apis"], json!([]));
    // A token that is sent must be valid, even where none is required.
    assert_denied(&register(world, Some("jti_x"), &metadata(&json!({}))).await);
}

#[tokio::test]
async fn c117_c067_one_source_registers_500_clients_an_hour_and_no_more() {
    let world = started("open");
    let (asked, bad) = (metadata(&json!({})), json!({}));
    for _ in 0..10 {
        let replies = join_all((0..50).map(|_| register(&world, None, &bad))).await;
        assert!(replies.iter().all(|reply| reply.status == 400), "{replies:?}");
    }
    let reply = register(&world, None, &asked).await;
    assert_eq!(reply.status, 429, "{reply:?}");
    assert!(reply.retry_after().is_some_and(|seconds| seconds > 0), "{reply:?}");
    let elsewhere = world.stack.http_from([127, 0, 0, 2]);
    assert_eq!(ask(&elsewhere, "POST", "/register", None, &asked).send().await.status, 201);
}

#[tokio::test]
async fn c117_an_operator_sees_and_ends_what_registered_itself() {
    let world = with_tokens();
    let made = initial_token(world, &["--scope", "openid"]);
    let cli = world.stack.cli();
    let listed = cli.run(&["registration-token", "list"]);
    let listed = listed.as_array().expect("tokens").iter().find(|token| token["name"] == made["name"]).expect("it");
    assert_eq!((&listed["uses_left"], &listed["scope"]), (&json!(1), &json!("openid")));
    assert!(listed.get("registration_token").is_none(), "{listed}");
    let reply = register(world, made["registration_token"].as_str(), &metadata(&json!({}))).await;
    let registration = Registration::of(&reply);
    assert_eq!(registration.document["scope"], "openid");
    let shown = cli.run(&["client", "show", registration.id()]);
    assert_eq!(shown["self_registered"]["registration_token"], made["name"]);
    assert_eq!(cli.run(&["client", "show", &world.web.id])["self_registered"], Value::Null);
    cli.run(&["client", "delete", registration.id()]);
    assert_denied(&registration.ask("GET", &json!(null)).await);
    assert_fails(
        &cli.finish(&["client", "create", "--name", "X", "--id", "dyn_x", "--introspects", ORDERS], ""),
        "dyn_",
    );
    assert_fails(
        &cli.finish(&["registration-token", "create", "--api", "https://nowhere.example"], ""),
        "there is no API",
    );
    assert_fails(&cli.finish(&["registration-token", "delete", "x"], ""), "there is no registration token");
}

#[tokio::test]
async fn c117_no_secret_of_a_registration_is_logged() {
    let world: &World = with_tokens();
    let made = initial_token(world, &[]);
    let token = made["registration_token"].as_str().expect("a token");
    let registration = Registration::of(&register(world, Some(token), &metadata(&json!({}))).await);
    registration.ask("GET", &json!(null)).await;
    let log = world.stack.log();
    assert!(log.contains("client_registered") && log.contains(registration.id()), "nothing is told");
    for secret in [token, registration.token(), registration.client().secret()] {
        assert!(!log.contains(secret));
    }
}
