//! Single use of a code: replays, races, and failed redemptions.

use harness::{Stack, amazon_dynamo};

use crate::authorization_code::bindings::spoiled;
use crate::support::races;
use crate::support::relying_party::{app, person};
use crate::support::session::{self, assert_granted, assert_refused, tokens};
use crate::support::world::World;

#[tokio::test]
async fn c042_a_code_yields_one_token_under_concurrent_redemption() {
    races::a_code_is_redeemed_once(&mut session::shared()).await;
}

#[tokio::test]
async fn c043_c110_a_replay_revokes_what_the_code_gave() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web] {
        let code = session.code(client).await;
        let first = tokens(&session.redeem(client, &code).await);
        let second = tokens(&session.refresh(client, &first.refresh).await);
        assert_refused(&session.redeem(client, &code).await, "invalid_grant");
        for access in [&first.access, &second.access] {
            assert!(!session.is_active(access).await);
        }
        assert_refused(&session.refresh(client, &second.refresh).await, "invalid_grant");
        assert_refused(&session.redeem(client, &code).await, "invalid_grant");
    }
}

#[tokio::test]
async fn c043_a_replay_revokes_opaque_tokens_too() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.opaque_spa).await;
    let tokens = tokens(&session.redeem(&world.opaque_spa, &code).await);
    assert!(session.is_active(&tokens.access).await);
    assert_refused(&session.redeem(&world.opaque_spa, &code).await, "invalid_grant");
    assert!(!session.is_active(&tokens.access).await);
}

#[tokio::test]
async fn c044_a_failed_replay_revokes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let tokens = tokens(&session.redeem(&world.spa, &code).await);
    for reply in spoiled(&session, &code).await {
        assert_refused(&reply, "invalid_grant");
    }
    assert!(session.is_active(&tokens.access).await);
    assert_granted(&session.refresh(&world.spa, &tokens.refresh).await);
}

#[tokio::test]
async fn c044_c045_a_crowd_without_the_proof_burns_and_revokes_nothing() {
    races::a_crowd_without_the_proof_burns_nothing(&mut session::shared()).await;
}

#[tokio::test]
async fn c045_a_thief_who_is_as_fast_as_the_holder_breaks_nothing() {
    races::the_holder_and_a_thief_race(&mut session::shared()).await;
}

#[tokio::test]
#[ignore = "needs JETON_TEST_DYNAMODB_LOCAL, the URL of Amazon's DynamoDB Local"]
async fn c042_c044_c045_c081_races_end_the_same_on_amazons_dynamodb_local() {
    let stack = Stack::builder().env("JETON_REFRESH_RETRY_SECONDS", "60").store(&amazon_dynamo());
    let world = World::on(stack.start());
    let mut session = world.session();
    races::a_code_is_redeemed_once(&mut session).await;
    races::a_refresh_token_has_one_successor(&mut session).await;
    races::a_crowd_without_the_proof_burns_nothing(&mut session).await;
    races::the_holder_and_a_thief_race(&mut session).await;
}

#[tokio::test]
async fn o20_a_replayed_code_takes_the_access_token_back() {
    let world = World::shared();
    let (mut session, _) = person(world, "o20");
    let client = app(world, "O20", &[]);
    let code = session.sign_in("o20", &client, &[("scope", "openid")]).await;
    let token = session.redeem(&client, &code).await.string("access_token");
    assert_eq!(session.userinfo(&token).await.status, 200);
    assert_refused(&session.redeem(&client, &code).await, "invalid_grant");
    assert_eq!(session.userinfo(&token).await.status, 401);
}
