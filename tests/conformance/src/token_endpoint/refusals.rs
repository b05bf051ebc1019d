//! Refused requests, which leave no token and change no grant.

use harness::Ask;

use crate::support::case::Case;
use crate::support::counted::{EVERY_ENDPOINT, nothing_is_written};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, reach, tokens};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, ORDERS, PARCELS, VAULT};

#[tokio::test]
async fn c057_c063_a_client_that_does_not_authenticate_changes_nothing() {
    let replies = nothing_is_written(|counted, http| {
        let service = &counted.world.service;
        let mut asks = Vec::new();
        for path in EVERY_ENDPOINT {
            let ask = || http.post(path).fields(&[("grant_type", "client_credentials"), ("token", "x")]);
            asks.push((format!("{path} nobody"), ask()));
            asks.push((format!("{path} empty secret"), ask().basic(&service.id, "")));
            asks.push((format!("{path} unknown"), ask().field("client_id", "nobody")));
            asks.push((
                format!("{path} bearer"),
                ask().header("authorization", format!("Bearer {}", service.secret())),
            ));
            asks.push((format!("{path} bad id"), ask().field("client_id", "\u{1}")));
        }
        asks
    })
    .await;
    for (name, reply) in replies {
        let _case = Case::new(name);
        assert_refused(&reply, "invalid_client");
    }
}

#[tokio::test]
async fn c063_a_resource_outside_the_grant_is_refused_and_burns_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("resource", ORDERS)]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    for resource in [PARCELS, "https://unknown.example", "no-uri"] {
        let reply = session.redemption(&world.spa, &fields).field("resource", resource).send().await;
        assert_refused(&reply, "invalid_target");
    }
    let good = session.redeem(&world.spa, &code).await;
    assert_eq!(reach(&good).0, [ORDERS]);
    let refresh = tokens(&good).refresh;
    for resource in [PARCELS, "https://unknown.example", "no-uri"] {
        let reply = session.refresh_with(&world.spa, &refresh, &[("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
    }
    assert_eq!(reach(&session.refresh(&world.spa, &refresh).await).0, [ORDERS]);
}

/// Returns requests with one fault each; without it they would use up or revoke something: a code, a refresh token,
/// an opaque access token.
fn refused_requests(session: &Session<'_>, code: &Code, refresh: &str) -> Vec<(&'static str, Ask)> {
    let world = session.world;
    let redeem = |client, more: &[(&str, &str)]| {
        let good = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        let kept: Vec<_> = good.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| name != other)).collect();
        session.redemption(client, &kept).fields(more)
    };
    let refresh = |client, more: &[(&str, &str)]| {
        let ask = session.http.post("/token").client(client).field("grant_type", "refresh_token");
        ask.field("refresh_token", refresh).fields(more)
    };
    let service = &world.opaque_service;
    let machine = session.http.post("/token").client(service).field("grant_type", "client_credentials");
    vec![
        ("another client's code", redeem(&world.web, &[])),
        ("a wrong verifier", redeem(&world.spa, &[("code_verifier", &"a".repeat(43))])),
        ("another redirect URI", redeem(&world.spa, &[("redirect_uri", "https://app.example/other")])),
        ("another API", redeem(&world.spa, &[("resource", VAULT)])),
        ("twice the same", redeem(&world.spa, &[("scope", "read"), ("scope", "read")])),
        ("another client's token", refresh(&world.web, &[])),
        ("too wide a scope", refresh(&world.spa, &[("scope", "admin")])),
        ("another resource", refresh(&world.spa, &[("resource", VAULT)])),
        ("twice the resource's rival", refresh(&world.spa, &[("scope", "read"), ("scope", "write")])),
        ("a service's wide scope", machine.clone().field("scope", "admin")),
        ("a service's other API", machine.field("resource", ORDERS)),
        ("a revocation by another", session.http.post("/revoke").client(&world.web).field("token", &code.code)),
    ]
}

#[tokio::test]
async fn c063_a_refused_request_leaves_the_store_as_it_was() {
    let stored = Stored::start();
    let mut session = stored.world.session();
    let spa = &stored.world.spa;
    let code = session.code(spa).await;
    let live = session.tokens(spa).await;
    let before = stored.items("JETON_TABLE_GRANTS").await;
    for (name, ask) in refused_requests(&session, &code, &live.refresh) {
        let reply = ask.send().await;
        let refused = (400..500).contains(&reply.status) && reply.json().get("access_token").is_none();
        // RFC 7009 answers 200 even for a token that is not revoked.
        assert!(refused || name == "a revocation by another", "{name}: {reply:?}");
        assert_eq!(stored.items("JETON_TABLE_GRANTS").await, before, "{name}");
    }
    assert_granted(&session.redeem(spa, &code).await);
    assert_granted(&session.refresh(spa, &live.refresh).await);
    assert_ne!(stored.items("JETON_TABLE_GRANTS").await, before, "what is granted is stored");
}
