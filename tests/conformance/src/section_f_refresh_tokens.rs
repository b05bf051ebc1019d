//! F. Refresh tokens: rotation, reuse, and what they are bound to (RFC 6749 §6, RFC 9700 §4.14).

use harness::{Jwt, RegisteredClient, Stack};

use crate::handles::{COUNTED, present, spoiled_handles, warm};
use crate::people::{asks_for_a_password, sign_in, signed_in, url};
use crate::races;
use crate::session::{assert_granted, assert_refused, tokens, words};
use crate::world::{ORDERS, World};

#[tokio::test]
async fn c079_a_refresh_gives_the_next_token_and_a_new_access_token() {
    let world = World::shared();
    let mut session = world.session();
    for client in [&world.spa, &world.web] {
        let first = session.tokens(client).await;
        let reply = session.refresh(client, &first.refresh).await;
        let second = tokens(&reply);
        assert_ne!(second.refresh, first.refresh);
        assert_ne!(second.access, first.access);
        let jwt = Jwt::read(&second.access);
        assert_eq!((jwt.text("typ"), jwt.text("sub"), jwt.text("client_id")), ("at+jwt", &*world.ana.sub, &*client.id));
        assert!(jwt.audience().contains(&ORDERS.to_owned()));
        // Rotation says nothing about access tokens that are out.
        assert!(session.is_active(&first.access).await && session.is_active(&second.access).await);
        assert_granted(&session.refresh(client, &second.refresh).await);
    }
}

#[tokio::test]
async fn c079_an_opaque_access_token_is_refreshed_like_any_other() {
    let world = World::shared();
    let mut session = world.session();
    let first = session.tokens(&world.opaque_spa).await;
    let second = tokens(&session.refresh(&world.opaque_spa, &first.refresh).await);
    assert_ne!(second.access, first.access);
    assert!(session.is_active(&first.access).await && session.is_active(&second.access).await);
}

#[tokio::test]
async fn c080_c110_a_reused_token_ends_the_whole_grant_at_once() {
    let world = World::shared();
    let mut session = world.session();
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
    races::a_refresh_token_has_one_successor(&mut World::shared().session()).await;
}

#[tokio::test]
async fn c081_a_client_that_lost_the_answer_gets_the_same_successor_again() {
    let world = World::shared();
    let mut session = world.session();
    let first = session.tokens(&world.spa).await;
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    let again = tokens(&session.refresh(&world.spa, &first.refresh).await);
    assert_eq!(again.refresh, second.refresh);
    assert_granted(&session.refresh(&world.spa, &second.refresh).await);
}

#[tokio::test]
async fn c084_another_clients_token_is_refused_and_stays_good() {
    let world = World::shared();
    let mut session = world.session();
    let first = session.tokens(&world.spa).await;
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    for other in [&world.opaque_spa, &world.web] {
        // Neither the live token nor a used one does anything in another client's hands.
        for token in [&second.refresh, &first.refresh] {
            assert_refused(&session.refresh(other, token).await, "invalid_grant");
        }
    }
    assert!(session.is_active(&second.access).await);
    assert_granted(&session.refresh(&world.spa, &second.refresh).await);
}

#[tokio::test]
async fn c084_more_scope_than_was_granted_is_refused_and_burns_nothing() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code_with(&world.spa, &[("scope", "read")]).await;
    let first = tokens(&session.redeem(&world.spa, &code).await);
    for wide in ["write", "read write", "ship", "admin"] {
        let reply = session.refresh_with(&world.spa, &first.refresh, &[("scope", wide)]).await;
        assert_refused(&reply, "invalid_scope");
    }
    // One rotation and one only: the token is still the current one, and not merely within its retry window.
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    let third = tokens(&session.refresh(&world.spa, &second.refresh).await);
    assert_granted(&session.refresh(&world.spa, &third.refresh).await);
}

#[tokio::test]
async fn c085_less_scope_now_is_not_less_scope_for_ever() {
    let world = World::shared();
    let mut session = world.session();
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
    // They were good but for the one character.
    assert_granted(&session.redeem(&counted.world.spa, &code).await);
    assert_granted(&session.refresh(&counted.world.spa, &refresh).await);
    assert_eq!(counted.proxy.calls().len(), 2, "the proxy counts");
}

#[tokio::test]
async fn c088_a_confidential_app_must_authenticate_to_redeem_and_to_refresh() {
    let world = World::shared();
    let mut session = world.session();
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
async fn c089_a_new_password_ends_the_sessions_of_the_old_one() {
    let world = World::on(Stack::start());
    let mut session = signed_in(&world).await;
    let new = "another long password";
    world.stack.cli().run_with_input(&["user", "set-password", "ana", "--password-stdin"], &format!("{new}\n"));
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    let old = sign_in(&mut session.browser, &page, "ana", &world.ana.password).await;
    assert!(old.form().input("password").is_some(), "{:?}", old.reply);
    let next = sign_in(&mut session.browser, &old, "ana", new).await;
    next.callback().expect("an answer").assert_granted();
}

#[tokio::test]
async fn an_access_token_is_no_refresh_token() {
    let world = World::shared();
    let mut session = world.session();
    for client in [&world.spa, &world.opaque_spa] {
        let tokens = session.tokens(client).await;
        assert_refused(&session.refresh(client, &tokens.access).await, "invalid_grant");
        assert_granted(&session.refresh(client, &tokens.refresh).await);
    }
}
