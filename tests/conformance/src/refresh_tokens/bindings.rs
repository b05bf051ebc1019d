//! Bindings and lifetime of a refresh token: client, scope, resource, and expiry.

use harness::{Jwt, RegisteredClient};

use crate::support::session::{self, assert_granted, assert_refused, server_time, tokens, until, words};
use crate::support::world::{ORDERS, PARCELS, World};

#[tokio::test]
async fn c084_another_clients_token_is_refused_and_stays_good() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.spa).await;
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    for other in [&world.opaque_spa, &world.web] {
        // Neither the current token nor a used one works for another client.
        for token in [&second.refresh, &first.refresh] {
            assert_refused(&session.refresh(other, token).await, "invalid_grant");
        }
    }
    assert!(session.is_active(&second.access).await);
    assert_granted(&session.refresh(&world.spa, &second.refresh).await);
}

#[tokio::test]
async fn c084_more_scope_than_was_granted_is_refused_and_burns_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("scope", "read")]).await;
    let first = tokens(&session.redeem(&world.spa, &code).await);
    for wide in ["write", "read write", "ship", "admin"] {
        let reply = session.refresh_with(&world.spa, &first.refresh, &[("scope", wide)]).await;
        assert_refused(&reply, "invalid_scope");
    }
    // The refused requests did not rotate: after one rotation the token is current, not merely within its retry
    // window.
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    let third = tokens(&session.refresh(&world.spa, &second.refresh).await);
    assert_granted(&session.refresh(&world.spa, &third.refresh).await);
}

#[tokio::test]
async fn c085_less_scope_now_is_not_less_scope_for_ever() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.web).await;
    let narrow = session.refresh_with(&world.web, &first.refresh, &[("scope", "read")]).await;
    assert_eq!(narrow.string("scope"), "read");
    let wide = session.refresh(&world.web, &tokens(&narrow).refresh).await;
    assert_eq!(words(&wide.string("scope")), ["read", "write"]);
}

#[tokio::test]
async fn c088_a_confidential_app_must_authenticate_to_redeem_and_to_refresh() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.web).await;
    let unproven = RegisteredClient { secret: None, ..world.web.clone() };
    let mistaken = RegisteredClient { secret: Some("wrong".to_owned()), ..world.web.clone() };
    for client in [&unproven, &mistaken] {
        assert_refused(&session.redeem(client, &code).await, "invalid_client");
    }
    let tokens = tokens(&session.redeem(&world.web, &code).await);
    for client in [&unproven, &mistaken] {
        assert_refused(&session.refresh(client, &tokens.refresh).await, "invalid_client");
        assert_refused(&session.redeem(client, &code).await, "invalid_client");
    }
    assert_granted(&session.refresh(&world.web, &tokens.refresh).await);
}

#[tokio::test]
async fn c084_a_token_is_bound_to_its_resource() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("resource", ORDERS)]).await;
    let first = tokens(&session.redeem(&world.spa, &code).await);
    for (more, error) in [(("resource", PARCELS), "invalid_target"), (("scope", "ship"), "invalid_scope")] {
        assert_refused(&session.refresh_with(&world.spa, &first.refresh, &[more]).await, error);
    }
    let reply = session.refresh(&world.spa, &first.refresh).await;
    assert_eq!(Jwt::read(&tokens(&reply).access).audience(), [ORDERS]);
}

#[tokio::test]
async fn c086_c058_a_token_that_lay_idle_is_an_invalid_grant() {
    let world = World::with("JETON_REFRESH_IDLE_SECONDS", "2");
    let mut session = world.session();
    let idle = session.tokens(&world.spa).await;
    let issued = server_time(&session).await;
    until(&session, issued + 3).await;
    for _ in 0..2 {
        assert_refused(&session.refresh(&world.spa, &idle.refresh).await, "invalid_grant");
    }
}

#[tokio::test]
async fn c086_a_grant_ends_however_often_it_is_used() {
    let world = World::with("JETON_GRANT_SECONDS", "4");
    let mut session = world.session();
    let begun = server_time(&session).await;
    let mut live = session.tokens(&world.spa).await;
    let mut answer = session.refresh(&world.spa, &live.refresh).await;
    for _ in 0..400 {
        if answer.status != 200 {
            break;
        }
        live = tokens(&answer);
        let lifetime = answer.json()["expires_in"].as_u64().unwrap_or_default();
        assert!(lifetime <= 4, "a token that outlives its grant: {answer:?}");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        answer = session.refresh(&world.spa, &live.refresh).await;
    }
    assert_refused(&answer, "invalid_grant");
    let ended = server_time(&session).await;
    assert!((begun + 4..begun + 12).contains(&ended), "ended after {} s", ended - begun);
    assert!(!session.is_active(&live.access).await, "a token outlived its grant");
}
