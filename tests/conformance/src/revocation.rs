//! Revocation (RFC 7009): by the client of a token, at once, and of nothing else.

use harness::RegisteredClient;

use crate::support::handles::with_another_end;
use crate::support::session::{self, assert_granted, assert_no_store, assert_refused, tokens};
use crate::support::world::ORDERS;

#[tokio::test]
async fn c110_a_revoked_access_token_is_inactive_at_once_and_the_grant_lives_on() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.web, &world.opaque_spa] {
        let first = session.tokens(client).await;
        let second = tokens(&session.refresh(client, &first.refresh).await);
        assert_eq!(session.revoke(client, &first.access).await.status, 200);
        assert!(!session.is_active(&first.access).await);
        assert!(session.is_active(&second.access).await);
        assert_granted(&session.refresh(client, &second.refresh).await);
    }
}

#[tokio::test]
async fn c110_a_services_tokens_are_revoked_one_by_one() {
    let session = session::shared();
    let world = session.world;
    for client in [&world.service, &world.opaque_service] {
        let more: &[_] = if client.id == world.service.id { &[("resource", ORDERS)] } else { &[] };
        let one = session.machine(client, more).await.string("access_token");
        let two = session.machine(client, more).await.string("access_token");
        assert_eq!(session.revoke(client, &one).await.status, 200);
        assert!(!session.is_active(&one).await);
        assert!(session.is_active(&two).await);
        assert_eq!(session.revoke(client, &one).await.status, 200);
    }
}

#[tokio::test]
async fn c111_c110_a_revoked_refresh_token_ends_the_grant() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let first = session.tokens(client).await;
        let second = tokens(&session.refresh(client, &first.refresh).await);
        let reply = session.revoke(client, &second.refresh).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_refused(&session.refresh(client, &second.refresh).await, "invalid_grant");
        assert!(!session.is_active(&first.access).await && !session.is_active(&second.access).await);
        // The token is revoked already, and revoking it again is no error.
        assert_eq!(session.revoke(client, &second.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn c111_another_clients_token_is_not_revoked() {
    let mut session = session::shared();
    let world = session.world;
    let jwt = session.tokens(&world.web).await;
    let opaque = session.tokens(&world.opaque_spa).await;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    for other in [&world.spa, &world.gateway] {
        for token in [&jwt.access, &jwt.refresh, &opaque.access, &opaque.refresh, &machine] {
            let reply = session.revoke(other, token).await;
            // RFC 7009 §2.1 allows an error here, but does not require one.
            assert!(matches!(reply.status, 200 | 400), "{reply:?}");
        }
    }
    for token in [&jwt.access, &opaque.access, &machine] {
        assert!(session.is_active(token).await);
    }
    assert_granted(&session.refresh(&world.web, &jwt.refresh).await);
    assert_granted(&session.refresh(&world.opaque_spa, &opaque.refresh).await);
}

#[tokio::test]
async fn c111_an_unknown_token_is_as_good_as_revoked() {
    let session = session::shared();
    let world = session.world;
    for token in ["x", "a.b.c", "....", &"a".repeat(4096), &"a".repeat(9_000)] {
        let reply = session.revoke(&world.spa, token).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_no_store(&reply);
    }
}

#[tokio::test]
async fn an_older_refresh_token_of_the_grant_ends_it_as_well() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.spa).await;
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    assert_eq!(session.revoke(&world.spa, &first.refresh).await.status, 200);
    assert_refused(&session.refresh(&world.spa, &second.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn the_hint_of_a_revocation_is_only_a_hint() {
    let mut session = session::shared();
    let world = session.world;
    for hint in ["access_token", "refresh_token", "nonsense"] {
        let tokens = session.tokens(&world.spa).await;
        let ask = session.http.post("/revoke").client(&world.spa);
        let reply = ask.fields(&[("token", &tokens.refresh), ("token_type_hint", hint)]).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_refused(&session.refresh(&world.spa, &tokens.refresh).await, "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_that_is_given_back_or_left_alone_is_no_matter_of_revocation() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let reply = session.revoke(&world.spa, &code.code).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn c111_a_token_that_was_touched_revokes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.web, &world.opaque_spa] {
        let live = session.tokens(client).await;
        for token in [&live.access, &live.refresh] {
            let touched = [
                with_another_end(token),
                format!("{token}A"),
                format!(" {token}"),
                token[..token.len() - 1].to_owned(),
                token.to_uppercase(),
            ];
            for touched in touched {
                assert_eq!(session.revoke(client, &touched).await.status, 200, "{touched}");
            }
        }
        assert!(session.is_active(&live.access).await);
        assert_granted(&session.refresh(client, &live.refresh).await);
    }
}

#[tokio::test]
async fn c111_who_does_not_authenticate_revokes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let live = session.tokens(&world.web).await;
    let unproven = RegisteredClient { secret: None, ..world.web.clone() };
    let mistaken = RegisteredClient { secret: Some("wrong".to_owned()), ..world.web.clone() };
    for client in [&unproven, &mistaken] {
        for token in [&live.access, &live.refresh, "x"] {
            assert_refused(&session.revoke(client, token).await, "invalid_client");
        }
    }
    assert_refused(&session.http.post("/revoke").field("token", &live.access).send().await, "invalid_client");
    assert!(session.is_active(&live.access).await);
}
