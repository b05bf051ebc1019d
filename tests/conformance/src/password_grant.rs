//! The password grant, which is off by default.

use harness::{Ask, RegisteredClient};

use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{
    self, Session, assert_granted, assert_refused, assert_refused_with, assert_rfc_9068, reach, tokens,
};
use crate::support::throttled::{guesses, retry_after};
use crate::support::world::{ORDERS, PARCELS, World};

const PASSWORD: [&str; 4] = ["--grant", "password", "--api", ORDERS];

/// Starts a world whose deployment allows the password grant, and registers a client that may use it.
fn with_the_password_grant(more: &[&str]) -> (World, RegisteredClient) {
    let world = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let client = world.stack.cli().create_client("Old and trusted", &[&PASSWORD[..], more].concat());
    (world, client)
}

/// Builds a request with the password grant.
fn by_password(session: &Session<'_>, client: &RegisteredClient, username: &str, password: &str) -> Ask {
    let ask = session.http.post("/token").client(client).field("grant_type", "password");
    ask.field("username", username).field("password", password)
}

#[tokio::test]
async fn c061_the_password_grant_is_off_until_the_deployment_and_the_client_opted_in() {
    let session = session::shared();
    let world = session.world;
    let (ana, cli) = (&world.ana, world.stack.cli());
    let registered = cli.create_client("Registered for it", &PASSWORD);
    for client in [&registered, &world.web, &world.service] {
        let reply = by_password(&session, client, &ana.username, &ana.password).send().await;
        assert_refused(&reply, "unsupported_grant_type");
    }
    let (world, client) = with_the_password_grant(&[]);
    let session = world.session();
    for other in [&world.web, &world.service, &world.spa] {
        let reply = by_password(&session, other, "ana", &world.ana.password).send().await;
        assert_refused(&reply, "unauthorized_client");
    }
    let mistaken = RegisteredClient { secret: Some("wrong".to_owned()), ..client.clone() };
    assert_refused(&by_password(&session, &mistaken, "ana", &world.ana.password).send().await, "invalid_client");
    assert_granted(&by_password(&session, &client, "ana", &world.ana.password).send().await);
    for value in ["false", ""] {
        let off = World::with("JETON_ALLOW_PASSWORD_GRANT", value);
        let client = off.stack.cli().create_client("Off", &PASSWORD);
        let reply = by_password(&off.session(), &client, "ana", &off.ana.password).send().await;
        assert_refused(&reply, "unsupported_grant_type");
    }
}

#[tokio::test]
async fn c061_the_password_grant_is_advertised_only_while_it_is_on() {
    let (on, _) = with_the_password_grant(&[]);
    for (world, expected) in [(&on, true), (World::shared(), false)] {
        for path in DOCUMENTS {
            let document = document(&world.stack.http(), path).await;
            assert_eq!(strings(&document["grant_types_supported"]).contains("password"), expected, "{document}");
            assert!(!strings(&document["grant_types_supported"]).contains("implicit"), "{document}");
        }
    }
}

#[tokio::test]
async fn c061_c173_a_token_for_a_password_is_the_persons_and_no_more_than_was_asked() {
    let (world, client) = with_the_password_grant(&[]);
    let session = world.session();
    let ask = || by_password(&session, &client, "ANA", &world.ana.password);
    let reply = ask().field("scope", "read").send().await;
    assert_granted(&reply);
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
    let jwt = assert_rfc_9068(&world, &reply.string("access_token"));
    assert_eq!((jwt.text("sub"), jwt.text("client_id"), jwt.text("scope")), (&*world.ana.sub, &*client.id, "read"));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert!(session.is_active(&reply.string("access_token")).await);
    // There is no sign-in from which words that nobody understands would be left out.
    for scope in ["admin", "read claudeai", "openid read claudeai"] {
        assert_refused(&ask().field("scope", scope).send().await, "invalid_scope");
    }
    assert_refused(&ask().field("resource", PARCELS).send().await, "invalid_target");
    // C056: what was not asked for is told.
    for whole in [ask(), ask().field("resource", ORDERS)] {
        let (audience, scope) = reach(&whole.send().await);
        assert_eq!(audience, [ORDERS]);
        assert_eq!(scope, ["read", "write"]);
    }
    let refreshing =
        world.stack.cli().create_client("Old, refreshing", &[&PASSWORD[..], &["--grant", "refresh_token"]].concat());
    let first = tokens(&by_password(&session, &refreshing, "ana", &world.ana.password).send().await);
    let second = tokens(&session.refresh(&refreshing, &first.refresh).await);
    assert_refused(&session.refresh(&world.web, &second.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn c061_whatever_is_wrong_with_the_person_the_answer_is_the_same() {
    let (world, client) = with_the_password_grant(&[]);
    let (session, cli) = (world.session(), world.stack.cli());
    cli.create_user("off", "a password that was good");
    cli.run(&["user", "disable", "off"]);
    let mut answers = Vec::new();
    let rows = [("ana", "wrong"), ("nobody", "wrong"), ("off", "a password that was good"), ("ana", "\u{1F4A1}")];
    for (username, password) in rows {
        let reply = by_password(&session, &client, username, password).send().await;
        assert_refused(&reply, "invalid_grant");
        answers.push(reply.text().to_owned());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let asks = [
        session.http.post("/token").client(&client).field("grant_type", "password").field("username", "ana"),
        session.http.post("/token").client(&client).field("grant_type", "password").field("password", "x"),
        by_password(&session, &client, "ana", ""),
        by_password(&session, &client, "", "x"),
        by_password(&session, &client, "ana", "x").field("username", "ana"),
        by_password(&session, &client, "ana", "x").field("password", "y"),
    ];
    for ask in asks {
        assert_refused(&ask.send().await, "invalid_request");
    }
}

#[tokio::test]
async fn c061_c036_wrong_passwords_are_counted_together_with_those_of_the_sign_in_page() {
    let (world, client) = with_the_password_grant(&[]);
    let session = world.session();
    for username in ["ana", "nobody"] {
        assert_eq!(guesses(&world, world.stack.browser(), username, 3).await, [403; 3]);
        for _ in 0..2 {
            assert_refused(&by_password(&session, &client, username, "wrong").send().await, "invalid_grant");
        }
        for password in ["wrong", &world.ana.password] {
            let reply = by_password(&session, &client, username, password).send().await;
            assert_refused_with(&reply, 429, "temporarily_unavailable");
            assert!(retry_after(&reply) >= 1);
        }
        assert_eq!(guesses(&world, world.stack.browser(), username, 1).await, [429]);
    }
}

#[tokio::test]
async fn c061_c089_a_new_password_or_a_switched_off_person_ends_its_grants() {
    for (args, input) in [
        (&["user", "set-password", "ana", "--password-stdin"][..], "a new and long password\n"),
        (&["user", "disable", "ana"], ""),
    ] {
        let (world, client) = with_the_password_grant(&["--grant", "refresh_token"]);
        let session = world.session();
        let live = tokens(&by_password(&session, &client, "ana", &world.ana.password).send().await);
        assert!(session.is_active(&live.access).await);
        world.stack.cli().run_with_input(args, input);
        assert!(!session.is_active(&live.access).await, "{args:?}");
        assert_refused(&session.refresh(&client, &live.refresh).await, "invalid_grant");
        assert_refused(&by_password(&session, &client, "ana", &world.ana.password).send().await, "invalid_grant");
    }
}
