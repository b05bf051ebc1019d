//! Client secrets: how they are made, replaced and compared.

use std::sync::OnceLock;

use futures::future::join_all;
use harness::{Pkce, RegisteredClient, Stack, authorization_url};

use crate::support::counted::Counted;
use crate::support::log::audit;
use crate::support::pages::{asks_for_consent, sign_in, url};
use crate::support::pushed::request;
use crate::support::rounds::{beside, done};
use crate::support::session::{self, assert_granted, assert_refused, guessed_at, reach};
use crate::support::world::{CALLBACK, ORDERS, OTHER_CALLBACK, PARCELS, World};

#[test]
fn c074_a_secret_is_shown_once_and_has_256_bits() {
    let world = World::shared();
    let cli = world.stack.cli();
    let secret = world.service.secret();
    let random = secret.strip_prefix("jtk_").expect("a prefix that secret scanners know");
    assert!(random.len() >= 43, "{} characters of base64url", random.len());
    for args in [&["client", "list"][..], &["client", "show", &world.service.id], &["user", "list"], &["keys", "list"]]
    {
        let told = cli.run(args).to_string();
        assert!(!told.contains(secret) && !told.contains("client_secret\""), "{told}");
        assert!(!told.contains("argon2") && !told.contains("password\":"), "{told}");
    }
}

#[tokio::test]
async fn two_secrets_are_good_while_one_replaces_the_other() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let old = cli.create_client("Rotating", &["--grant", "client_credentials", "--api", ORDERS]);
    let secret = cli.run(&["client", "rotate-secret", &old.id])["client_secret"].as_str().unwrap().to_owned();
    assert_ne!(secret, old.secret());
    let new = RegisteredClient { id: old.id.clone(), secret: Some(secret) };
    assert_granted(&session.machine(&old, &[]).await);
    assert_granted(&session.machine(&new, &[]).await);
}

/// The number of callers that share a client.
const CALLERS: usize = 20;
/// The number of requests that each caller makes with the new secret.
const WITH_NEW: usize = 5;

#[tokio::test]
async fn c175_a_secret_that_is_replaced_while_twenty_callers_use_it_stops_none_of_them() {
    let world = World::on(Stack::start());
    let (session, cli) = (world.session(), world.stack.cli());
    let client = cli.create_client("Shared by many", &["--grant", "client_credentials", "--api", ORDERS]);
    let (old, new) = (client.secret(), OnceLock::<String>::new());
    let call = async |number: usize| {
        let (mut statuses, mut with_new) = (Vec::new(), 0);
        while with_new < WITH_NEW {
            let is_new = new.get().is_some();
            let secret = new.get().map_or(old, String::as_str);
            let ask = session.http.post("/token").field("grant_type", "client_credentials");
            let reply = match number % 2 {
                0 => ask.basic(&client.id, secret).send().await,
                _ => ask.field("client_id", &client.id).field("client_secret", secret).send().await,
            };
            statuses.push(reply.status);
            with_new += usize::from(is_new);
        }
        statuses
    };
    let rotate = async {
        let rotated = done(&beside(&cli, &["client", "rotate-secret", &client.id], "").await);
        new.set(rotated["client_secret"].as_str().expect("a secret").to_owned()).expect("one rotation");
    };
    let (statuses, ()) = tokio::join!(join_all((0..CALLERS).map(call)), rotate);
    for (number, statuses) in statuses.iter().enumerate() {
        assert!(statuses.iter().all(|status| *status == 200), "{number}: {statuses:?}");
    }
    let wrong = RegisteredClient { id: client.id.clone(), secret: Some("wrong".to_owned()) };
    assert_refused(&session.machine(&wrong, &[]).await, "invalid_client");
    let failed = audit(&world.stack).into_iter().filter(|line| line["event"] == "client_authentication_failed");
    assert_eq!(failed.count(), 1, "only the wrong secret failed");
}

#[tokio::test]
async fn c175_a_new_secret_works_at_once_at_each_endpoint_that_takes_secrets() {
    let session = session::shared();
    let (http, cli) = (&session.http, session.world.stack.cli());
    let grants = ["client_credentials", "authorization_code", "device_code"].map(|grant| ["--grant", grant]);
    let more = ["--redirect-uri", CALLBACK, "--api", ORDERS, "--introspects", ORDERS];
    let mut client = cli.create_client("Rotating everywhere", &[&grants.concat()[..], &more].concat());
    let asks = [
        (http.post("/token").field("grant_type", "client_credentials"), 200),
        (http.post("/introspect").field("token", "x"), 200),
        (http.post("/revoke").field("token", "x"), 200),
        (http.post("/device_authorization").field("scope", "read"), 200),
        (request(&session, &Pkce::new(), &[]), 201),
    ];
    for (number, (ask, status)) in asks.into_iter().enumerate() {
        // With this request the endpoint comes to know the registration of before.
        let known = ask.clone().client(&client).send().await;
        assert_eq!(known.status, status, "{number}: {known:?}");
        let secret = cli.run(&["client", "rotate-secret", &client.id])["client_secret"].as_str().unwrap().to_owned();
        let new = RegisteredClient { id: client.id.clone(), secret: Some(secret) };
        for either in [&new, &client] {
            let reply = ask.clone().client(either).send().await;
            assert_eq!(reply.status, status, "{number}: {reply:?}");
        }
        client = new;
    }
}

#[tokio::test]
async fn c175_what_an_operator_changed_works_at_once() {
    let world = World::on(Stack::start());
    let (session, cli) = (world.session(), world.stack.cli());
    let more = ["--id", "changing", "--grant", "client_credentials", "--api", ORDERS];
    let first = cli.create_client("First", &more);
    cli.run(&["client", "disable", "changing"]);
    assert_refused(&session.machine(&first, &[]).await, "invalid_client");
    cli.run(&["client", "enable", "changing"]);
    assert_granted(&session.machine(&first, &[]).await);
    cli.run(&["client", "delete", "changing"]);
    let second = cli.create_client("Second", &more);
    assert_granted(&session.machine(&second, &[]).await);
    assert_refused(&session.machine(&first, &[]).await, "invalid_client");
    assert_eq!(session.revoke(&second, "x").await.status, 200);
    cli.run(&["client", "delete", "changing"]);
    let public = [&more[..2], &["--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK]];
    let public = cli.create_client("Public", &public.concat());
    assert_eq!(session.revoke(&public, "x").await.status, 200);
    assert_refused(&session.revoke(&second, "x").await, "invalid_client");
}

#[tokio::test]
async fn c175_a_wider_api_works_at_once_for_a_service_and_in_a_request_of_an_app() {
    let world = World::on(Stack::start());
    let (mut session, cli) = (world.session(), world.stack.cli());
    let api = "https://growing.example";
    cli.create_api(api, "read", &[]);
    let service = cli.create_client("Service", &["--grant", "client_credentials", "--api", api]);
    let app = ["--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", api];
    let app = cli.create_client("App", &app);
    assert_eq!(reach(&session.machine(&service, &[]).await).1, ["read"]);
    let code = session.code(&app).await;
    assert_granted(&session.redeem(&app, &code).await);
    assert_refused(&session.machine(&service, &[("scope", "admin")]).await, "invalid_scope");
    cli.run(&["api", "delete", api]);
    cli.create_api(api, "read admin", &[]);
    assert_eq!(reach(&session.machine(&service, &[("scope", "admin")]).await).1, ["admin"]);
    let callback = session.authorize(&app, &Pkce::new(), &[("scope", "admin")]).await;
    assert!(callback.error.is_none(), "{callback:?}");
}

#[tokio::test]
async fn c175_a_new_redirect_uri_works_at_once() {
    let world = World::on(Stack::start());
    let (mut session, cli) = (world.session(), world.stack.cli());
    let app = ["--id", "moving", "--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS];
    let first = cli.create_client("Moving", &[&app[..], &["--redirect-uri", OTHER_CALLBACK]].concat());
    let url = authorization_url(&first.id, CALLBACK, &Pkce::new(), &[]);
    let page = session.browser.go(&url).await;
    assert_eq!(page.reply.status, 400, "{:?}", page.reply);
    cli.run(&["client", "delete", "moving"]);
    let second = cli.create_client("Moved", &[&app[..], &["--redirect-uri", CALLBACK]].concat());
    let code = session.code(&second).await;
    assert_granted(&session.redeem(&second, &code).await);
}

#[tokio::test]
async fn c155_c175_wrong_secrets_and_unknown_clients_cause_few_reads() {
    let counted = Counted::start();
    let world = &counted.world;
    let (session, guessed) = (world.session(), guessed_at(world, "Guessed at"));
    assert_granted(&session.machine(&guessed, &[]).await);
    counted.proxy.reset();
    for number in 0..20 {
        let wrong = RegisteredClient { id: guessed.id.clone(), secret: Some(format!("wrong {number}")) };
        assert_refused(&session.machine(&wrong, &[]).await, "invalid_client");
    }
    let reads = counted.proxy.calls().into_iter().filter(|call| !call.is_write()).count();
    assert!((1..20).contains(&reads), "{reads} reads for twenty guesses");
    let unknown = RegisteredClient { id: "nobody".to_owned(), secret: Some("x".to_owned()) };
    counted.proxy.reset();
    assert_refused(&session.machine(&unknown, &[]).await, "invalid_client");
    let reads = counted.proxy.calls().into_iter().filter(|call| !call.is_write()).count();
    assert_eq!(reads, 1, "an unknown client is looked for once");
}

#[tokio::test]
async fn a_new_client_works_at_once_and_a_disabled_one_does_not() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let new = cli.create_client("New", &["--grant", "client_credentials", "--api", PARCELS]);
    let off = cli.create_client("Off", &["--grant", "client_credentials", "--api", PARCELS]);
    cli.run(&["client", "disable", &off.id]);
    assert_granted(&session.machine(&new, &[]).await);
    assert_refused(&session.machine(&off, &[]).await, "invalid_client");
}

#[tokio::test]
async fn c074_the_whole_of_a_long_password_counts() {
    let world = World::on(Stack::start());
    let long = "0123456789".repeat(10);
    let cleo = world.stack.cli().create_user("cleo", &long);
    // Bcrypt would compare only the first 72 bytes.
    for wrong in [&long[..72], &long[..99], &format!("{long}x")] {
        let mut browser = world.stack.browser();
        let page = browser.go(&url(&world.spa.id, &[])).await;
        assert!(!asks_for_consent(&sign_in(&mut browser, &page, "cleo", wrong).await), "{} bytes", wrong.len());
    }
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let next = sign_in(&mut browser, &page, &cleo.username, &long).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
}
