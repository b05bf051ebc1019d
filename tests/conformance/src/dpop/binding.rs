//! Bindings to a key: of access tokens, the refresh tokens of public clients, and codes.

use harness::{Ask, Jwt, RegisteredClient, Reply};
use serde_json::{Value, json};

use crate::support::pages::{answered, url};
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused};
use crate::support::world::{CALLBACK, ORDERS, VAULT, World};

fn refreshing(session: &Session<'_>, client: &RegisteredClient, token: &str) -> Ask {
    let ask = session.http.post("/token").client(client).field("grant_type", "refresh_token");
    ask.field("refresh_token", token)
}

fn redeeming(session: &Session<'_>, client: &RegisteredClient, code: &Code) -> Ask {
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    session.redemption(client, &fields)
}

async fn send(ask: Ask, world: &World, key: &Prover) -> Reply {
    proven(ask, world, key).send().await
}

#[tokio::test]
async fn c103_c184_introspection_tells_the_key_of_tokens_of_both_formats_and_of_every_flow() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let cnf = json!({ "jkt": key.thumbprint() });
    let machine = |client, resource| {
        let ask = session.http.post("/token").client(client).field("grant_type", "client_credentials");
        ask.field("resource", resource)
    };
    let mut tokens = vec![
        assert_bound(&send(machine(&world.service, ORDERS), world, &key).await),
        assert_bound(&send(machine(&world.opaque_service, VAULT), world, &key).await),
    ];
    for client in [&world.spa, &world.opaque_spa, &world.web] {
        let code = session
            .code_with(client, &[("scope", if client.id == world.opaque_spa.id { "open" } else { "read" })])
            .await;
        let reply = send(redeeming(&session, client, &code), world, &key).await;
        tokens.push(assert_bound(&reply));
        tokens
            .push(assert_bound(&send(refreshing(&session, client, &reply.string("refresh_token")), world, &key).await));
    }
    for token in tokens {
        let told = session.introspect(&world.gateway, &token).await;
        assert_eq!((&told["cnf"], &told["token_type"]), (&cnf, &json!("DPoP")), "{told}");
        if token.starts_with("ey") {
            assert_eq!(Jwt::read(&token).claims["cnf"], cnf);
        }
    }
    let bearer = session.tokens(&world.spa).await;
    let told = session.introspect(&world.gateway, &bearer.access).await;
    assert_eq!((&told["cnf"], &told["token_type"]), (&Value::Null, &json!("Bearer")), "{told}");
}

#[tokio::test]
async fn c186_a_refresh_token_of_a_public_client_needs_its_key_at_every_refresh() {
    let mut session = session::shared();
    let (world, key, other) = (session.world, Prover::new(), Prover::new());
    let code = session.code(&world.spa).await;
    let mut reply = send(redeeming(&session, &world.spa, &code), world, &key).await;
    for _ in 0..3 {
        assert_bound(&reply);
        let refresh = reply.string("refresh_token");
        // A thief of the token without the key gets nothing, and ends nothing.
        assert_refused(&send(refreshing(&session, &world.spa, &refresh), world, &other).await, "invalid_grant");
        assert_refused(&refreshing(&session, &world.spa, &refresh).send().await, "invalid_grant");
        reply = send(refreshing(&session, &world.spa, &refresh), world, &key).await;
    }
    // A refresh token that was issued without a proof is bound by the first one.
    let unbound = session.tokens(&world.spa).await;
    let reply = send(refreshing(&session, &world.spa, &unbound.refresh), world, &key).await;
    let refresh = {
        assert_bound(&reply);
        reply.string("refresh_token")
    };
    assert_refused(&send(refreshing(&session, &world.spa, &refresh), world, &other).await, "invalid_grant");
    assert_bound(&send(refreshing(&session, &world.spa, &refresh), world, &key).await);
}

#[tokio::test]
async fn c082_c186_an_old_refresh_token_ends_the_grant_only_with_its_key() {
    let mut session = session::shared();
    let (world, key, other) = (session.world, Prover::new(), Prover::new());
    let code = session.code(&world.spa).await;
    let first = send(redeeming(&session, &world.spa, &code), world, &key).await.string("refresh_token");
    let second = send(refreshing(&session, &world.spa, &first), world, &key).await.string("refresh_token");
    let third = send(refreshing(&session, &world.spa, &second), world, &key).await.string("refresh_token");
    assert_refused(&send(refreshing(&session, &world.spa, &first), world, &other).await, "invalid_grant");
    let fourth = send(refreshing(&session, &world.spa, &third), world, &key).await;
    assert_bound(&fourth);
    assert_refused(&send(refreshing(&session, &world.spa, &first), world, &key).await, "invalid_grant");
    let refused = send(refreshing(&session, &world.spa, &fourth.string("refresh_token")), world, &key).await;
    assert_refused(&refused, "invalid_grant");
}

#[tokio::test]
async fn c088_c186_a_confidential_client_may_change_its_key_or_do_without() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let code = session.code(&world.web).await;
    let reply = send(redeeming(&session, &world.web, &code), world, &key).await;
    assert_bound(&reply);
    let other = Prover::new();
    let reply = send(refreshing(&session, &world.web, &reply.string("refresh_token")), world, &other).await;
    let token = assert_bound(&reply);
    assert_eq!(Jwt::read(&token).claims["cnf"]["jkt"], json!(other.thumbprint()));
    let reply = refreshing(&session, &world.web, &reply.string("refresh_token")).send().await;
    assert_granted(&reply);
    assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none());
}

#[tokio::test]
async fn c051_c187_a_code_is_bound_to_the_key_of_its_request_and_another_key_does_not_use_it_up() {
    let mut session = session::shared();
    let (world, key, other) = (session.world, Prover::new(), Prover::new());
    for client in [&world.spa, &world.web] {
        let code = session.code_with(client, &[("dpop_jkt", &key.thumbprint())]).await;
        assert_refused(&send(redeeming(&session, client, &code), world, &other).await, "invalid_grant");
        assert_refused(&redeeming(&session, client, &code).send().await, "invalid_grant");
        let token = assert_bound(&send(redeeming(&session, client, &code), world, &key).await);
        // A second redemption without the key does not revoke, one with the key does.
        assert_refused(&send(redeeming(&session, client, &code), world, &other).await, "invalid_grant");
        assert!(session.is_active(&token).await);
        assert_refused(&send(redeeming(&session, client, &code), world, &key).await, "invalid_grant");
        assert!(!session.is_active(&token).await);
    }
    for bad in ["x", &key.thumbprint()[1..], &format!("{}=", key.thumbprint())] {
        let callback = answered(&session.browser.go(&url(&world.spa.id, &[("dpop_jkt", bad)])).await);
        assert_eq!(callback.error.as_deref(), Some("invalid_request"), "{bad}");
    }
}

#[tokio::test]
async fn c189_a_client_with_bound_access_tokens_gets_none_without_a_proof() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let cli = world.stack.cli();
    let bound = ["--dpop-bound-access-tokens", "--api", ORDERS];
    let service = cli.create_client("Bound service", &[&["--grant", "client_credentials"][..], &bound].concat());
    let app = [
        "--grant",
        "authorization_code",
        "--grant",
        "refresh_token",
        "--redirect-uri",
        CALLBACK,
        "--auth-method",
        "none",
    ];
    let app = cli.create_client("Bound app", &[&app[..], &bound].concat());
    let shown = cli.run(&["client", "show", &app.id]);
    assert_eq!(shown["dpop_bound_access_tokens"], true, "{shown}");
    let ask = || session.http.post("/token").client(&service).field("grant_type", "client_credentials");
    assert_refused(&ask().send().await, "invalid_request");
    assert_bound(&send(ask(), world, &key).await);
    let code = session.code(&app).await;
    assert_refused(&redeeming(&session, &app, &code).send().await, "invalid_request");
    assert_bound(&send(redeeming(&session, &app, &code), world, &key).await);
}
