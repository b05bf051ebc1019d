//! Guarantees under concurrency: a code works once, and a refresh token has one successor.

use std::collections::BTreeSet;

use futures::future::join_all;
use harness::Reply;

use crate::support::session::{Code, Session, assert_granted, assert_refused, tokens};

const AT_ONCE: usize = 64;

/// Sends [`AT_ONCE`] requests before reading any answer, and separates the successes from the failures.
pub(crate) async fn at_once<F: Future<Output = Reply>>(ask: impl Fn() -> F) -> (Vec<Reply>, Vec<Reply>) {
    let replies = join_all((0..AT_ONCE).map(|_| ask())).await;
    replies.into_iter().partition(|reply| reply.status == 200)
}

/// Asserts that each request that lost was refused, and returns the number of those that were not decided: on a busy machine
/// the store may answer too late, and then the client is told to ask again. Whether the request was carried out is not known.
fn undecided(lost: &[Reply]) -> usize {
    let (late, refused): (Vec<_>, Vec<_>) = lost.iter().partition(|reply| reply.status == 503);
    for reply in refused {
        assert_refused(reply, "invalid_grant");
    }
    assert!(late.len() < AT_ONCE / 4, "{} were not decided", late.len());
    late.len()
}

pub(crate) async fn a_code_is_redeemed_once(session: &mut Session<'_>) {
    let world = session.world;
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let code = session.code(client).await;
        let (won, lost) = at_once(|| session.redeem(client, &code)).await;
        let undecided = undecided(&lost);
        // The winner may be among those whose answer is not known.
        assert!(won.len() == 1 || (won.is_empty() && undecided > 0), "{won:?}");
        // The losing requests were replays, and a replay revokes the grant.
        let Some(winner) = won.first().map(tokens) else {
            // So many were refused that one was carried out, and its answer was lost: the code gives nothing any more.
            assert_refused(&session.redeem(client, &code).await, "invalid_grant");
            continue;
        };
        assert!(!session.is_active(&winner.access).await);
        assert_refused(&session.refresh(client, &winner.refresh).await, "invalid_grant");
    }
}

/// The retry window of the session's server must be longer than the race: within it, no client is refused.
pub(crate) async fn a_refresh_token_has_one_successor(session: &mut Session<'_>) {
    let world = session.world;
    for client in [&world.spa, &world.web] {
        let first = session.tokens(client).await;
        let (won, lost) = at_once(|| session.refresh(client, &first.refresh)).await;
        assert_eq!(undecided(&lost), lost.len(), "a client that asked again was refused: {lost:?}");
        let successors: BTreeSet<String> = won.iter().map(|reply| tokens(reply).refresh).collect();
        assert_eq!(successors.len(), 1, "{} good answers", won.len());
        let successor = successors.first().expect("one successor");
        assert_eq!(tokens(&session.refresh(client, &first.refresh).await).refresh, *successor);
        // At most one branch is alive: the successor is refreshed, and an earlier token counts as reuse.
        let third = tokens(&session.refresh(client, successor).await);
        assert_refused(&session.refresh(client, &first.refresh).await, "invalid_grant");
        assert_refused(&session.refresh(client, &third.refresh).await, "invalid_grant");
    }
}

pub(crate) async fn a_crowd_without_the_proof_burns_nothing(session: &mut Session<'_>) {
    let world = session.world;
    let code = session.code(&world.spa).await;
    let guess = Code { verifier: harness::Pkce::new().verifier, ..code.clone() };
    let (won, lost) = at_once(|| session.redeem(&world.spa, &guess)).await;
    assert!(won.is_empty());
    for reply in &lost {
        assert_refused(reply, "invalid_grant");
    }
    let (won, _) = at_once(|| session.redeem(&world.web, &code)).await;
    assert!(won.is_empty());
    let first = tokens(&session.redeem(&world.spa, &code).await);
    let crowd = at_once(|| session.redeem(&world.spa, &guess)).await;
    let others = at_once(|| session.refresh(&world.web, &first.refresh)).await;
    assert!(crowd.0.is_empty() && others.0.is_empty());
    assert!(session.is_active(&first.access).await);
    assert_granted(&session.refresh(&world.spa, &first.refresh).await);
}

pub(crate) async fn the_holder_and_a_thief_race(session: &mut Session<'_>) {
    let world = session.world;
    let code = session.code(&world.spa).await;
    let thief = Code { verifier: harness::Pkce::new().verifier, ..code.clone() };
    let holder = session.redeem(&world.spa, &code);
    let thieves = join_all((0..AT_ONCE).map(|_| session.redeem(&world.spa, &thief)));
    let (holder, thieves) = futures::future::join(holder, thieves).await;
    for reply in &thieves {
        assert_refused(reply, "invalid_grant");
    }
    assert!(session.is_active(&tokens(&holder).access).await);
}
