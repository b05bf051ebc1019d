//! Polls: pending, too early, denied, expired, and the tokens once.

use std::time::Duration;

use futures::future::{join, join_all};
use harness::Jwt;

use crate::support::devices::{approve, asked, decide, device_client, poll, polling, question, television};
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::races::at_once;
use crate::support::session::{self, assert_granted, assert_refused, tokens};
use crate::support::world::World;

#[tokio::test]
async fn c125_c212_a_device_gets_its_tokens_after_the_person_allowed_it() {
    let mut session = session::shared();
    let world = session.world;
    for client in [television(world, "Whole TV"), device_client(world, "Whole confidential TV", &[])] {
        let more = [("scope", "openid offline_access read"), ("nonce", "n-1")];
        let codes = asked(&session, &client, &more).await;
        assert_refused(&poll(&session, &client, &codes.device_code).await, "authorization_pending");
        approve(&mut session, &codes).await;
        // The poll comes at once after the last one: an approved code is served even so.
        let reply = poll(&session, &client, &codes.device_code).await;
        let first = tokens(&reply);
        assert_eq!(reply.string("scope"), "offline_access openid read");
        let id_token = Jwt::read(&reply.string("id_token"));
        assert_eq!((id_token.text("nonce"), id_token.text("sub")), ("n-1", &*world.ana.sub));
        assert!(session.is_active(&first.access).await);
        assert_refused(&poll(&session, &client, &codes.device_code).await, "invalid_grant");
        // The second poll was no theft: the grant lives on.
        assert!(session.is_active(&first.access).await);
        assert_granted(&session.refresh(&client, &first.refresh).await);
    }
}

#[tokio::test]
async fn c212_a_poll_too_early_makes_the_interval_longer_and_moves_nothing() {
    let session = session::shared();
    let tv = television(session.world, "Fast TV");
    let codes = asked(&session, &tv, &[]).await;
    assert_refused(&poll(&session, &tv, &codes.device_code).await, "authorization_pending");
    // The interval is 10 seconds from now on, less one of slack, counted from the poll that was served.
    let served = tokio::time::Instant::now();
    assert_refused(&poll(&session, &tv, &codes.device_code).await, "slow_down");
    tokio::time::sleep_until(served + Duration::from_secs(6)).await;
    assert_refused(&poll(&session, &tv, &codes.device_code).await, "slow_down");
    tokio::time::sleep_until(served + Duration::from_secs(16)).await;
    assert_refused(&poll(&session, &tv, &codes.device_code).await, "authorization_pending");
}

#[tokio::test]
async fn c125_a_denial_is_told_and_is_for_good() {
    let mut session = session::shared();
    let world = session.world;
    let tv = television(world, "Denied TV");
    let codes = asked(&session, &tv, &[]).await;
    let page = question(&mut session.browser, &codes, &world.ana).await;
    assert_eq!(decide(&mut session.browser, &page, "deny").await.reply.status, 200);
    // The form that is sent again, with the other answer.
    assert_eq!(decide(&mut session.browser, &page, "allow").await.reply.status, 400);
    for _ in 0..2 {
        assert_refused(&poll(&session, &tv, &codes.device_code).await, "access_denied");
    }
}

#[tokio::test]
async fn c125_an_expired_code_is_told_so_even_after_an_approval() {
    let world = World::with("JETON_DEVICE_SECONDS", "20");
    let mut session = world.session();
    let tv = television(&world, "Late TV");
    let (open, approved) = (asked(&session, &tv, &[]).await, asked(&session, &tv, &[]).await);
    assert_eq!(open.document["expires_in"], 20);
    approve(&mut session, &approved).await;
    tokio::time::sleep(Duration::from_secs(21)).await;
    for codes in [&open, &approved] {
        assert_refused(&poll(&session, &tv, &codes.device_code).await, "expired_token");
    }
}

#[tokio::test]
async fn c212_a_device_code_is_good_for_its_own_client_and_unknown_ones_are_invalid() {
    let mut session = session::shared();
    let world = session.world;
    let (own, other) = (television(world, "Own TV"), television(world, "Other TV"));
    let codes = asked(&session, &own, &[]).await;
    approve(&mut session, &codes).await;
    assert_refused(&poll(&session, &other, &codes.device_code).await, "invalid_grant");
    for unknown in ["x", "jtq_AAAA", &*codes.user_code, &codes.device_code[..60]] {
        assert_refused(&poll(&session, &own, unknown).await, "invalid_grant");
    }
    let missing = session.http.post("/token").client(&own).field("grant_type", crate::support::devices::GRANT);
    assert_refused(&missing.send().await, "invalid_request");
    assert_granted(&poll(&session, &own, &codes.device_code).await);
}

#[tokio::test]
async fn c125_c212_64_approvals_and_64_polls_at_once_give_one_token() {
    let mut session = session::shared();
    let world = session.world;
    let tv = television(world, "Crowded TV");
    let codes = asked(&session, &tv, &[]).await;
    let page = question(&mut session.browser, &codes, &world.ana).await;
    let approvals = join_all((0..64).map(|_| {
        let (mut browser, page) = (session.browser.clone(), page.clone());
        async move { decide(&mut browser, &page, "allow").await.reply.status }
    }));
    let (approved, (mut won, lost)) = join(approvals, at_once(|| poll(&session, &tv, &codes.device_code))).await;
    // On a busy machine the store may take too long for some: then nothing is told, and asking again decides.
    assert!(approved.iter().filter(|status| **status == 200).count() <= 1, "{approved:?}");
    assert!(approved.iter().all(|status| [200, 400, 503].contains(status)), "{approved:?}");
    let (later, refused) = at_once(|| poll(&session, &tv, &codes.device_code)).await;
    won.extend(later);
    assert_eq!(won.len(), 1, "{won:?}");
    for reply in &lost {
        let error = reply.string("error");
        assert!(
            ["authorization_pending", "slow_down", "invalid_grant", "temporarily_unavailable"].contains(&&*error),
            "{reply:?}"
        );
    }
    for reply in &refused {
        assert_refused(reply, "invalid_grant");
    }
    assert!(session.is_active(&tokens(&won[0]).access).await);
}

#[tokio::test]
async fn c125_c186_a_proof_binds_the_tokens_of_a_device() {
    let mut session = session::shared();
    let world = session.world;
    let (tv, key) = (television(world, "Bound TV"), Prover::new());
    let codes = asked(&session, &tv, &[]).await;
    let prove = |session: &session::Session<'_>| proven(polling(session, &tv, &codes.device_code), world, &key);
    assert_refused(&prove(&session).send().await, "authorization_pending");
    approve(&mut session, &codes).await;
    let reply = prove(&session).send().await;
    let told = session.introspect(&world.gateway, &assert_bound(&reply)).await;
    assert_eq!(told["cnf"]["jkt"], key.thumbprint());
    assert_refused(&session.refresh(&tv, &reply.string("refresh_token")).await, "invalid_grant");
}
