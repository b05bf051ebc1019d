//! F. Refresh tokens: rotation, reuse, and their bindings (RFC 6749 §6, RFC 9700 §4.14).

use harness::{Jwt, RegisteredClient, free_port, jeton, run_bounded};

use crate::support::handles::{COUNTED, present, spoiled_handles, warm};
use crate::support::races;
use crate::support::session::{self, assert_granted, assert_refused, server_time, tokens, until, words};
use crate::support::world::{ORDERS, PARCELS, World};

#[tokio::test]
async fn c079_a_refresh_gives_the_next_token_and_a_new_access_token() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web] {
        let first = session.tokens(client).await;
        let reply = session.refresh(client, &first.refresh).await;
        let second = tokens(&reply);
        assert_ne!(second.refresh, first.refresh);
        assert_ne!(second.access, first.access);
        let jwt = Jwt::read(&second.access);
        assert_eq!((jwt.text("typ"), jwt.text("sub"), jwt.text("client_id")), ("at+jwt", &*world.ana.sub, &*client.id));
        assert!(jwt.audience().contains(&ORDERS.to_owned()));
        // Rotation does not affect access tokens that were issued before.
        assert!(session.is_active(&first.access).await && session.is_active(&second.access).await);
        assert_granted(&session.refresh(client, &second.refresh).await);
    }
}

#[tokio::test]
async fn c079_an_opaque_access_token_is_refreshed_like_any_other() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.opaque_spa).await;
    let second = tokens(&session.refresh(&world.opaque_spa, &first.refresh).await);
    assert_ne!(second.access, first.access);
    assert!(session.is_active(&first.access).await && session.is_active(&second.access).await);
}

#[tokio::test]
async fn c080_c110_a_reused_token_ends_the_whole_grant_at_once() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let first = session.tokens(client).await;
        let second = tokens(&session.refresh(client, &first.refresh).await);
        let third = tokens(&session.refresh(client, &second.refresh).await);
        assert_refused(&session.refresh(client, &first.refresh).await, "invalid_grant");
        for generation in [&first, &second, &third] {
            assert!(!session.is_active(&generation.access).await);
            assert_refused(&session.refresh(client, &generation.refresh).await, "invalid_grant");
        }
    }
}

#[tokio::test]
async fn c081_concurrent_refreshes_have_one_successor() {
    races::a_refresh_token_has_one_successor(&mut session::shared()).await;
}

#[tokio::test]
async fn c081_a_client_that_lost_the_answer_gets_the_same_successor_again() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.spa).await;
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    let again = tokens(&session.refresh(&world.spa, &first.refresh).await);
    assert_eq!(again.refresh, second.refresh);
    assert_granted(&session.refresh(&world.spa, &second.refresh).await);
}

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
async fn c087_a_handle_with_one_character_changed_is_refused_without_a_storage_call() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let (code, refresh) = warm(&mut session).await;
    counted.proxy.reset();
    for handle in [&code.code, &refresh] {
        present(&session, &code.verifier, spoiled_handles(handle)).await;
    }
    assert_eq!(counted.proxy.calls(), []);
    // Without the changed character, these credentials work.
    assert_granted(&session.redeem(&counted.world.spa, &code).await);
    assert_granted(&session.refresh(&counted.world.spa, &refresh).await);
    assert_eq!(counted.proxy.calls().len(), 4, "the proxy counts");
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
async fn an_access_token_is_no_refresh_token() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.opaque_spa] {
        let tokens = session.tokens(client).await;
        assert_refused(&session.refresh(client, &tokens.access).await, "invalid_grant");
        assert_granted(&session.refresh(client, &tokens.refresh).await);
    }
}

#[tokio::test]
async fn c082_after_the_retry_window_the_same_token_is_reuse() {
    let world = World::with("JETON_REFRESH_RETRY_SECONDS", "1");
    let mut session = world.session();
    for client in [&world.spa, &world.web] {
        let first = session.tokens(client).await;
        let second = tokens(&session.refresh(client, &first.refresh).await);
        let rotated = server_time(&session).await;
        until(&session, rotated + 3).await;
        assert_refused(&session.refresh(client, &first.refresh).await, "invalid_grant");
        assert!(!session.is_active(&second.access).await);
        assert_refused(&session.refresh(client, &second.refresh).await, "invalid_grant");
    }
}

#[tokio::test]
async fn c082_the_retry_window_is_its_own_clients_only() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.web).await;
    let second = tokens(&session.refresh(&world.web, &first.refresh).await);
    for other in [&world.spa, &world.opaque_spa] {
        assert_refused(&session.refresh(other, &first.refresh).await, "invalid_grant");
    }
    let unproven = RegisteredClient { secret: None, ..world.web.clone() };
    assert_refused(&session.refresh(&unproven, &first.refresh).await, "invalid_client");
    let again = tokens(&session.refresh(&world.web, &first.refresh).await);
    assert_eq!(again.refresh, second.refresh);
}

#[test]
fn c082_no_configuration_makes_the_retry_window_longer_than_a_minute() {
    for seconds in ["61", "0", "-1", "3600"] {
        let port = free_port().to_string();
        let env = [("JETON_REFRESH_RETRY_SECONDS", seconds)];
        let finished = run_bounded(&jeton(), &["dev", "--port", &port], &env, "", 10);
        assert!(!finished.status.success(), "{seconds}: {finished:?}");
        assert!(finished.stderr.contains("JETON_REFRESH_RETRY_SECONDS"), "{seconds}: {finished:?}");
    }
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
