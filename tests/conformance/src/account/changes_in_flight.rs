//! Changes that meet other changes: of two, one wins, and what it ended does nothing any more.

use std::ops::Range;
use std::time::Duration;

use futures::future::join;
use harness::{CountingProxy, Fault, Span, Stack};

use crate::account::{
    FIRST, Person, SECOND, asks_to_sign_in, change_password, form_to, is_changed, sessions_elsewhere, shows_account,
    sign_in, submit_password,
};
use crate::support::authenticator::{add_factor, asks_for_a_factor, show_factor};
use crate::support::counted::Counted;
use crate::support::rounds::{Survivors, in_rounds, moment, store_without_a_stream};
use crate::support::world::World;

/// A sign-in starts at most this many milliseconds before or after the change.
const SPAN: u64 = 120;

#[tokio::test]
async fn c236_nothing_of_a_sign_in_in_flight_with_the_former_password_outlives_a_change() {
    let (world, survivors) = (World::on(Stack::start()), Survivors::default());
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let mut own = Person::signed_in(&world, &format!("changes{person}")).await;
        let mut current = FIRST.to_owned();
        for round in rounds {
            let (next, mut other) = (format!("{SECOND} {round}"), world.stack.browser());
            let page = other.go("/account").await;
            let flight = async {
                tokio::time::sleep(moment(round, SPAN)).await;
                let filled = [("username", &*own.name), ("password", &*current)];
                other.submit(&page, &page.form(), &filled).await;
            };
            // Other sessions stay, if they were there before: this one must not be among them.
            let ends_others = round.is_multiple_of(2);
            let (changed, ()) = join(change_password(&mut own.browser, &current, &next, ends_others), flight).await;
            assert!(is_changed(&changed), "{round}: {:?}", changed.reply);
            let listed = sessions_elsewhere(&own.browser.go("/account").await).len();
            let lives = shows_account(&other.go("/account").await);
            if ends_others && lives {
                survivors.note(round, "a session of the former password");
            }
            assert_eq!(listed, usize::from(lives), "{round}: the page lists what lives");
            if lives {
                // It was there before the change, and was kept.
                let page = own.browser.go("/account").await;
                own.browser.submit(&page, &form_to(&page, "/account/end-others").unwrap(), &[]).await;
            }
            current = next;
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c236_of_two_changes_of_one_password_one_wins() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "twice").await;
    let mut elsewhere = person.elsewhere(&world).await;
    let (mine, theirs) = (person.browser.go("/account/password").await, elsewhere.go("/account/password").await);
    let form = |page| form_to(page, "/account/password").unwrap();
    let (one, other) = ("the password of the one", "the password of the other");
    let (mine, theirs) = join(
        submit_password(&mut person.browser, &mine, &form(&mine), (FIRST, one, true)),
        submit_password(&mut elsewhere, &theirs, &form(&theirs), (FIRST, other, true)),
    )
    .await;
    assert_eq!(usize::from(is_changed(&mine)) + usize::from(is_changed(&theirs)), 1, "{mine:?} {theirs:?}");
    let (right, wrong) = if is_changed(&mine) { (one, other) } else { (other, one) };
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "twice", right).await));
    assert!(!shows_account(&sign_in(&mut world.stack.browser(), "twice", wrong).await));
}

/// The delay of a call: the owner's request finishes within it.
const LATE: Fault = Fault::Late(Duration::from_millis(400));

#[tokio::test]
async fn c236_a_session_that_was_ended_changes_nothing_any_more_whichever_of_its_calls_is_late() {
    let store = store_without_a_stream();
    let proxy = CountingProxy::to(&store.endpoint());
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let mut owner = Person::signed_in(&world, "owner").await;
    // The calls of each request, up to the write. Those of a page that follows come too late to matter.
    for (path, calls) in [("/account/profile", 2), ("/account/end-others", 3), ("/account/password", 6)] {
        for place in 0..calls {
            owner_ends_thief(&world, &proxy, &mut owner, (path, place)).await;
        }
    }
    let claims = world.stack.cli().run(&["user", "show", "owner"])["claims"].clone();
    assert!(claims["name"].is_null(), "{claims}");
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "owner", FIRST).await));
}

/// Delays one call of a thief's change, ends the thief's session meanwhile, and asserts that nothing is changed.
async fn owner_ends_thief(world: &World, proxy: &CountingProxy, owner: &mut Person, (path, place): (&str, usize)) {
    let mut thief = owner.elsewhere(world).await;
    let page = thief.go(if path == "/account/password" { path } else { "/account" }).await;
    let form = form_to(&page, path).unwrap();
    let owners = owner.browser.go("/account").await;
    let end = form_to(&owners, "/account/end-others").unwrap();
    proxy.break_call(place, LATE, Span::Once);
    let filled = [("name", "The thief"), ("current_password", FIRST), ("new_password", SECOND)];
    let ended = async {
        for _ in 0..200 {
            if proxy.calls().len() > place {
                return Some(owner.browser.submit(&owners, &end, &[]).await);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    };
    let filled = if path == "/account/end-others" { &filled[..0] } else { &filled[..] };
    let (acted, ended) = join(thief.submit(&page, &form, filled), ended).await;
    proxy.heal();
    let ended = ended.unwrap_or_else(|| panic!("{path} does not make the call {place}"));
    assert!(shows_account(&ended), "{path} {place}: {:?}", ended.reply);
    assert!(asks_to_sign_in(&acted), "{path} {place}: {:?}", acted.reply);
    assert!(shows_account(&owner.browser.go("/account").await), "{path} {place}");
    assert!(asks_to_sign_in(&thief.go("/account").await), "{path} {place}");
}

#[tokio::test]
async fn c232_a_right_code_signs_in_although_an_answer_of_the_store_is_lost() {
    let counted = Counted::start();
    let mut person = Person::signed_in(&counted.world, "unheard").await;
    let codes = add_factor(&mut person.browser).await.recovery_codes;
    // In a new browser, and in one whose session goes on: the answer to each call that the sign-in makes.
    for (place, code) in codes.iter().enumerate() {
        let is_new = place.is_multiple_of(2);
        let mut browser = if is_new { counted.world.stack.browser() } else { person.browser.clone() };
        let page = browser.go("/account/sign-in").await;
        let password = [("username", &*person.name), ("password", FIRST)];
        let page = browser.submit(&page, &page.form(), &password).await;
        assert!(asks_for_a_factor(&page), "{:?}", page.reply);
        counted.proxy.break_call(place / 2, Fault::AnswerLost, Span::Once);
        let landing = show_factor(&mut browser, &page, ("recovery_code", code)).await;
        counted.proxy.heal();
        assert!(shows_account(&landing), "call {}: {:?}", place / 2, landing.reply);
        if !is_new {
            person.browser = browser;
        }
    }
}
