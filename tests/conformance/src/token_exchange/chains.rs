//! Tokens that were exchanged once or several times, of each format.

use harness::Jwt;
use serde_json::json;

use crate::support::exchanges::{ARCHIVE, BILLING, Exchanges, act, exchanged};
use crate::support::session::{assert_refused, assert_rfc_9068};
use crate::support::world::{ORDERS, VAULT};

#[tokio::test]
async fn c126_c223_the_token_is_of_the_person_and_names_the_client_that_acts() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let subject = session.tokens(&apis.world.web).await.access;
    let reply = session.exchange(&apis.orders, &subject, &[("audience", BILLING)]).await;
    let token = exchanged(&reply);
    assert_eq!(reply.string("scope"), "read");
    let (before, jwt) = (Jwt::read(&subject), assert_rfc_9068(&apis.world, &token));
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*apis.world.ana.sub, &*apis.orders.id));
    assert_eq!((&jwt.claims["aud"], &jwt.claims["act"]), (&json!(BILLING), &act(&[&apis.orders])));
    assert_eq!((jwt.text("scope"), jwt.number("auth_time")), ("read", before.number("auth_time")));
    assert!(jwt.number("exp") <= before.number("exp"));
    assert_eq!(jwt.header["typ"], "at+jwt");
    assert_ne!(jwt.text("jti"), before.text("jti"));
    let told = session.introspect(&apis.billing, &token).await;
    for name in ["sub", "client_id", "act", "scope", "exp", "iat", "jti", "auth_time"] {
        assert_eq!(told[name], jwt.claims[name], "{name}");
    }
    // It is no token for the API that exchanged it, nor for the UserInfo endpoint.
    assert_eq!(session.introspect(&apis.orders, &token).await, json!({ "active": false }));
    let userinfo = session.http.get("/userinfo").header("authorization", format!("Bearer {token}"));
    assert_eq!(userinfo.send().await.status, 403);
}

#[tokio::test]
async fn c126_c223_tokens_of_each_format_are_exchanged_for_tokens_of_each_format() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let world = &apis.world;
    let subjects = [
        (session.tokens(&world.web).await.access, &*world.ana.sub, ORDERS),
        (session.tokens(&world.opaque_spa).await.access, &*world.ana.sub, VAULT),
        (
            session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token"),
            &*world.service.id,
            ORDERS,
        ),
        (session.machine(&world.opaque_service, &[]).await.string("access_token"), &*world.opaque_service.id, VAULT),
    ];
    for (subject, sub, first) in &subjects {
        for target in [ARCHIVE, BILLING] {
            if (*first, target) == (VAULT, BILLING) {
                continue;
            }
            let reply = session.exchange(&apis.orders, subject, &[("resource", target)]).await;
            let token = exchanged(&reply);
            assert_eq!(token.starts_with("jtx_"), target == ARCHIVE);
            let told = session.introspect(apis.client_of(target), &token).await;
            assert_eq!((&told["sub"], &told["aud"]), (&json!(sub), &json!([target])), "{told}");
            assert_eq!((&told["act"], &told["client_id"]), (&act(&[&apis.orders]), &json!(apis.orders.id)));
            assert_eq!(told["scope"], reply.json()["scope"]);
            assert_eq!(told["auth_time"].is_u64(), *sub == world.ana.sub);
        }
    }
}

#[tokio::test]
async fn c223_the_former_actor_stands_inside_and_the_fifth_exchange_is_refused() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let world = &apis.world;
    let machine = session.machine(&world.service, &[("resource", ORDERS), ("scope", "read")]).await;
    for token in [session.tokens(&world.web).await.access, machine.string("access_token")] {
        let path = [ORDERS, ARCHIVE, BILLING, ORDERS, ARCHIVE];
        let tokens = apis.along(&session, token, &path).await;
        let told = apis.told(&session, &tokens, &path).await;
        let actors = [&apis.orders, &apis.billing, &apis.archive, &apis.orders];
        assert!(told[0].get("act").is_none(), "{}", told[0]);
        assert_eq!(told[1]["act"], act(&actors[3..]));
        assert_eq!(told[2]["act"], act(&[&apis.archive, &apis.orders]));
        assert_eq!(told[3]["act"], act(&[&apis.billing, &apis.archive, &apis.orders]));
        assert_eq!(told[4]["act"], act(&[&apis.orders, &apis.billing, &apis.archive, &apis.orders]));
        for pair in told.windows(2) {
            assert_eq!((&pair[1]["sub"], &pair[1]["scope"]), (&pair[0]["sub"], &json!("read")));
            assert!(pair[1]["exp"].as_u64() <= pair[0]["exp"].as_u64(), "{pair:?}");
        }
        let reply = session.exchange(&apis.archive, &tokens[4], &[("resource", BILLING)]).await;
        assert_refused(&reply, "invalid_request");
    }
}

#[tokio::test]
async fn c223_an_exchanged_token_is_no_refresh_token_no_code_and_no_subject_for_others() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let subject = session.tokens(&apis.world.web).await.access;
    for target in [ARCHIVE, BILLING] {
        let token = exchanged(&session.exchange(&apis.orders, &subject, &[("resource", target)]).await);
        assert_refused(&session.refresh(&apis.world.web, &token).await, "invalid_grant");
        for other in [&apis.orders, if target == ARCHIVE { &apis.billing } else { &apis.archive }] {
            let reply = session.exchange(other, &token, &[("resource", target)]).await;
            assert_refused(&reply, "invalid_request");
        }
        // One character more or less, and it is nothing.
        for text in [format!("{token}A"), token[..token.len() - 1].to_owned()] {
            assert_eq!(session.introspect(apis.client_of(target), &text).await, json!({ "active": false }));
        }
    }
}
