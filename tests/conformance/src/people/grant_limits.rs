//! One session requests grants without end: how many stay alive, and how long it takes to end them.

use std::time::Duration;

use futures::StreamExt;
use harness::Browser;
use serde_json::Value;

use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, beside, browser_of, done, sign_in, silent, streamless};
use crate::support::session::{Session, Tokens, tokens};
use crate::support::world::{ORDERS, World};

/// The number of silent codes that a session requests.
const ASKED: usize = 300;
/// The number of lasting grants; in an earlier version, ending that many took five seconds.
const LASTING: usize = 960;

/// The most grants without `offline_access` that a session can have.
const LIVE_AT_MOST: usize = 200;
/// The longest that a command that ends all grants may take.
const LONGEST: Duration = Duration::from_secs(3);

/// Counts a person's live grants, as an operator sees them.
fn live(listed: &Value) -> usize {
    let listed = listed.as_array().expect("grants").iter();
    listed.filter(|grant| matches!(grant["state"].as_str(), Some("issued" | "active"))).count()
}

/// Requests one grant, if it is given; every second one is redeemed.
async fn grant(session: &Session<'_>, browser: &Browser, place: usize) -> Option<Tokens> {
    let client = &session.world.web;
    let code = silent(&mut browser.clone(), client, &[("resource", ORDERS)]).await.ok()?;
    if place.is_multiple_of(2) {
        return None;
    }
    // A grant that was ended to make room for newer ones cannot be redeemed.
    let reply = session.redeem(client, &code).await;
    (reply.status == 200).then(|| tokens(&reply))
}

#[tokio::test]
async fn c148_a_session_has_so_many_grants_at_most_and_all_of_them_end_in_time() {
    let world: &World = streamless();
    let (session, cli) = (world.session(), world.stack.cli());
    cli.create_user("many", PASSWORD);
    let mut browser = browser_of(world, 9, 0);
    drop(sign_in(&mut browser, &world.web, ("many", PASSWORD), &[]).await);
    let grants = futures::stream::iter(0..ASKED).map(|place| grant(&session, &browser, place)).buffered(8);
    let held: Vec<Tokens> = grants.filter_map(std::future::ready).collect().await;
    let listed = cli.run(&["grant", "list", "--username", "many"]);
    assert!((1..=LIVE_AT_MOST).contains(&live(&listed)), "{} grants live", live(&listed));
    // The newest grant is still alive.
    let newest = held.last().expect("a grant");
    assert!(session.is_active(&newest.access).await, "the newest grant is over");
    let before = tokio::time::Instant::now();
    done(&beside(&cli, &["user", "disable", "many"], "").await);
    let taken = before.elapsed();
    assert!(taken < LONGEST, "it took {taken:?}");
    for given in held.iter().rev().take(20) {
        assert_eq!(session.left_of_tokens(&world.web, given).await, [""; 0]);
    }
    assert_eq!(live(&cli.run(&["grant", "list", "--username", "many"])), 0);
}

#[tokio::test]
async fn c148_ending_hundreds_of_lasting_grants_takes_no_longer() {
    let world: &World = streamless();
    let (session, cli) = (world.session(), world.stack.cli());
    let client = app(world, "Lasting", &[]);
    cli.create_user("lasting", PASSWORD);
    let mut browser = browser_of(world, 9, 1);
    let offline = ("scope", "openid read offline_access");
    drop(sign_in(&mut browser, &client, ("lasting", PASSWORD), &[offline]).await);
    let codes = futures::stream::iter(0..LASTING).map(|_| {
        let mut browser = browser.clone();
        let client = &client;
        async move { silent(&mut browser, client, &[offline]).await }
    });
    let codes: Vec<_> = codes.buffered(8).filter_map(|code| std::future::ready(code.ok())).collect().await;
    let before = tokio::time::Instant::now();
    done(&beside(&cli, &["user", "set-password", "--password-stdin", "lasting"], "another one entirely\n").await);
    let taken = before.elapsed();
    assert!(taken < LONGEST, "it took {taken:?}");
    for code in codes.iter().rev().take(20) {
        assert_eq!(session.left_of_code(&client, code).await, [""; 0]);
    }
}
