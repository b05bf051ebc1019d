//! The API and the scope of an exchanged token.

use harness::Jwt;
use serde_json::json;

use crate::support::exchanges::{ARCHIVE, BILLING, Exchanges, exchanged};
use crate::support::session::assert_refused;
use crate::support::world::{ORDERS, PARCELS, VAULT};

#[tokio::test]
async fn c223_the_target_is_one_of_the_apis_that_the_client_may_have_tokens_for() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let token = session.tokens(&apis.world.web).await.access;
    let issuer = apis.world.stack.issuer().to_owned();
    for api in [ORDERS, PARCELS, VAULT, "https://nowhere.example", &issuer] {
        for name in ["resource", "audience"] {
            assert_refused(&session.exchange(&apis.orders, &token, &[(name, api)]).await, "invalid_target");
        }
    }
    for name in ["not-a-uri", &apis.billing.id] {
        assert_refused(&session.exchange(&apis.orders, &token, &[("audience", name)]).await, "invalid_target");
    }
    // Of two APIs one must be named, however often.
    assert_refused(&session.exchange(&apis.orders, &token, &[]).await, "invalid_target");
    let both = [("resource", BILLING), ("audience", ARCHIVE)];
    assert_refused(&session.exchange(&apis.orders, &token, &both).await, "invalid_target");
    let twice = [("resource", BILLING), ("audience", BILLING), ("audience", BILLING)];
    let next = exchanged(&session.exchange(&apis.orders, &token, &twice).await);
    assert_eq!(Jwt::read(&next).claims["aud"], json!(BILLING));
}

#[tokio::test]
async fn c173_c223_the_scope_is_never_wider_than_that_of_the_subject_token() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let world = &apis.world;
    let code = session.code_with(&world.web, &[("scope", "read")]).await;
    let read = session.redeem(&world.web, &code).await.string("access_token");
    let code = session.code_with(&world.web, &[("scope", "write")]).await;
    let write = session.redeem(&world.web, &code).await.string("access_token");
    let ask = |token: &str, scope: &'static str| {
        let more =
            if scope.is_empty() { vec![("resource", BILLING)] } else { vec![("resource", BILLING), ("scope", scope)] };
        let token = token.to_owned();
        async move { apis.world.session().exchange(&apis.orders, &token, &more).await }
    };
    for scope in ["", "read"] {
        assert_eq!(ask(&read, scope).await.string("scope"), "read");
    }
    // The API offers charge, and the subject token has write: neither is in the other.
    for (token, scope) in [
        (&read, "charge"),
        (&read, "read charge"),
        (&read, "write"),
        (&write, "write"),
        (&write, ""),
        (&read, "openid"),
        (&read, "read claudeai"),
        (&read, "openid read claudeai"),
    ] {
        assert_refused(&ask(token, scope).await, "invalid_scope");
    }
}

#[tokio::test]
async fn c223_a_token_can_be_exchanged_for_a_narrower_one_for_the_same_api() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let token = session.tokens(&apis.world.web).await.access;
    let own = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", ORDERS, "--scope", "read"];
    let own = apis.world.stack.cli().create_client("Narrower", &own);
    let narrow = exchanged(&session.exchange(&own, &token, &[]).await);
    let told = session.introspect(&own, &narrow).await;
    assert_eq!((&told["scope"], &told["aud"]), (&json!("read"), &json!([ORDERS])));
    assert_refused(&session.exchange(&own, &token, &[("scope", "write")]).await, "invalid_scope");
}
