//! Rotation of refresh tokens: successors, reuse, and the retry window.

use harness::{Jwt, RegisteredClient, free_port, jeton, run_bounded};

use crate::support::races;
use crate::support::session::{self, assert_granted, assert_refused, server_time, tokens, until};
use crate::support::world::{ORDERS, World};

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
    let world = World::with("JETON_REFRESH_RETRY_SECONDS", "60");
    races::a_refresh_token_has_one_successor(&mut world.session()).await;
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
