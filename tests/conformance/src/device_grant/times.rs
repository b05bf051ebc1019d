//! The time of an answer to a user code: it tells no code that somebody drew from one that nobody did.

use std::time::Duration;

use harness::{CountingProxy, Stack};
use tokio::time::Instant;

use crate::account::forgotten::longer;
use crate::support::devices::{asked, decide, enter, question, television};
use crate::support::world::World;

/// The number of tries with each of the two codes.
const TIMED: usize = 400;
/// The number of wrong codes that one browser may try.
const TRIES: usize = 20;

#[tokio::test]
async fn c211_the_time_of_an_answer_does_not_tell_whether_a_code_was_ever_drawn() {
    let proxy = CountingProxy::embedded();
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let mut session = world.session();
    let codes = asked(&session, &television(&world, "Timed TV"), &[]).await;
    let page = question(&mut session.browser, &codes, &world.ana).await;
    assert_eq!(decide(&mut session.browser, &page, "deny").await.reply.status, 200);
    let typed = [&*codes.user_code, "BBBB-BBBB"];
    let (mut browser, mut calls) = (world.stack.browser_from([127, 0, 11, 255]), Vec::new());
    // The first one reads the keys.
    for code in ["CCCC-CCCC", typed[0], typed[1]] {
        proxy.reset();
        assert_eq!(enter(&mut browser, code).await.reply.status, 400);
        calls.push(proxy.calls().into_iter().map(|call| call.operation).collect::<Vec<_>>());
    }
    assert_eq!(calls[1], calls[2]);
    // A call takes so long that one more would show on any machine.
    proxy.set_distance(Duration::from_millis(2));
    let mut times = [Vec::new(), Vec::new()];
    for source in 0..2 * TIMED / TRIES {
        let mut browser = world.stack.browser_from([127, 0, 11, u8::try_from(source + 1).unwrap()]);
        let page = browser.go("/device").await;
        let form = page.form();
        for turn in 0..TRIES {
            // Each comes first as often as the other.
            let which = usize::from((turn % 2 == 0) == (source % 2 == 0));
            let start = Instant::now();
            let answer = browser.submit(&page, &form, &[("user_code", typed[which])]).await;
            times[which].push(start.elapsed());
            assert_eq!(answer.reply.status, 400, "{:?}", answer.reply);
        }
    }
    let chance = longer(&times[0], &times[1]);
    // Of 400 equal times each, it is within 0.4 and 0.6 but for one of a million runs.
    assert!((0.4..=0.6).contains(&chance), "a code that was drawn takes longer with a chance of {chance}");
    println!("a code that was drawn takes longer than one that was not with a chance of {chance:.3}");
}
