//! Limits of password guessing, for each account and each source.

use futures::future::join_all;
use harness::{Reply, Stack};

use crate::support::pages::{asks_for_consent, assert_page_headers, sign_in, url};
use crate::support::session::{server_time, until};
use crate::support::throttled::{besiege, count, guess, guesses, retry_after};
use crate::support::world::World;

/// An address other than that of the tests' machine, as the server sees it.
const ELSEWHERE: [u8; 4] = [127, 0, 0, 2];

#[tokio::test]
async fn c036_five_wrong_passwords_are_answered_and_the_sixth_has_to_wait() {
    let world = World::on(Stack::start());
    let mut pages = Vec::new();
    for username in ["ana", "bob"] {
        assert_eq!(guesses(&world, world.stack.browser(), username, 5).await, [403; 5], "{username}");
        // The limit protects the account, whoever asks and from wherever.
        for (browser, password) in [
            (world.stack.browser(), "a wrong password"),
            (world.stack.browser_from(ELSEWHERE), "a wrong password"),
            (world.stack.browser(), &world.ana.password),
        ] {
            let mut browser = browser;
            let page = guess(&mut browser, &world.spa.id, username, password).await;
            assert!(retry_after(&page.reply) <= 6, "{:?}", page.reply);
            assert_page_headers(&page.reply);
            pages.push(page.reply);
        }
    }
    // Pages for known and unknown users are alike, except for the names, which have the same length.
    let shape = |reply: &Reply| {
        let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (names, reply.body.len())
    };
    assert!(pages.iter().all(|page| shape(page) == shape(&pages[0])), "{pages:?}");
}

#[tokio::test]
async fn c036_a_wait_ends_and_the_next_one_is_twice_as_long() {
    let world = World::on(Stack::start());
    for username in ["ana", "bob"] {
        assert_eq!(guesses(&world, world.stack.browser(), username, 5).await, [403; 5]);
    }
    let mut browser = world.stack.browser();
    let first = retry_after(&guess(&mut browser, &world.spa.id, "bob", "wrong").await.reply);
    // Refused attempts are not counted: they do not make the wait longer.
    assert_eq!(count(&guesses(&world, world.stack.browser(), "bob", 10).await, 429), 10);
    let session = world.session();
    let now = server_time(&session).await;
    until(&session, now + first).await;
    assert_eq!(guesses(&world, world.stack.browser(), "bob", 1).await, [403]);
    let second = retry_after(&guess(&mut browser, &world.spa.id, "bob", "wrong").await.reply);
    assert!(second > first && second <= 2 * first + 1, "{first} s, then {second} s");
    // A correct password resets the count.
    let landing = guess(&mut browser, &world.spa.id, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
    let statuses = guesses(&world, world.stack.browser_from(ELSEWHERE), "ana", 6).await;
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429]);
}

/// Submits one form 64 times at once, each time with another password, and returns the statuses.
async fn all_at_once(world: &World, username: &str, right_at: Option<usize>) -> Vec<u16> {
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let tries = (0..64).map(|index| {
        let (mut browser, page, right) = (browser.clone(), page.clone(), right_at == Some(index));
        let password = if right { world.ana.password.clone() } else { format!("wrong {index}") };
        async move { sign_in(&mut browser, &page, username, &password).await.reply.status }
    });
    join_all(tries).await
}

#[tokio::test]
async fn c036_of_64_wrong_passwords_at_once_five_are_answered() {
    let world = World::on(Stack::start());
    for username in ["ana", "bob"] {
        let statuses = all_at_once(&world, username, None).await;
        assert_eq!((count(&statuses, 403), count(&statuses, 429)), (5, 59), "{username}: {statuses:?}");
    }
}

#[tokio::test]
async fn c036_a_right_password_among_many_is_not_told_apart_once_five_were_answered() {
    let world = World::on(Stack::start());
    let statuses = all_at_once(&world, "ana", Some(32)).await;
    // The right password either is among the first to be answered, which resets the count, or is not answered at
    // all.
    let answered = count(&statuses, 200);
    assert!(answered <= 1 && count(&statuses, 403) <= 5 * (1 + answered), "{statuses:?}");
    assert_eq!(count(&statuses, 403) + count(&statuses, 429) + answered, 64, "{statuses:?}");
    let world = World::on(Stack::start());
    drop(guesses(&world, world.stack.browser(), "ana", 5).await);
    let statuses = all_at_once(&world, "ana", Some(32)).await;
    assert_eq!(statuses, [429; 64]);
}

#[tokio::test]
async fn c036_a_browser_that_signed_in_before_is_not_locked_out_by_others() {
    let world = World::on(Stack::start());
    let mut known = world.stack.browser();
    let landing = guess(&mut known, &world.spa.id, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
    let cookie = known.set_cookies.iter().find(|line| line.starts_with("jeton-device=")).expect("its cookie");
    let attributes: Vec<String> = cookie.split(';').skip(1).map(|part| part.trim().to_lowercase()).collect();
    for needed in ["httponly", "samesite=lax", "path=/"] {
        assert!(attributes.iter().any(|attribute| attribute == needed), "{needed} in {cookie}");
    }
    assert!(attributes.iter().any(|one| one.starts_with("max-age=")), "{cookie}");
    assert_eq!(guesses(&world, world.stack.browser_from(ELSEWHERE), "ana", 6).await[5], 429);
    let landing = guess(&mut known, &world.spa.id, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
    // The known browser has its own count, and its cookie works for no other account.
    assert_eq!(guesses(&world, known.clone(), "ana", 6).await, [403, 403, 403, 403, 403, 429]);
    world.stack.cli().create_user("bea", "another good password");
    assert_eq!(guesses(&world, known, "bea", 6).await, [403, 403, 403, 403, 403, 429]);
}

#[tokio::test]
async fn c036_one_source_has_fifty_wrong_passwords_over_all_accounts() {
    let world = World::on(Stack::start());
    for index in 0..50 {
        let statuses = guesses(&world, world.stack.browser(), &format!("user-{index}"), 1).await;
        assert_eq!(statuses, [403], "{index}");
    }
    let mut browser = world.stack.browser();
    retry_after(&guess(&mut browser, &world.spa.id, "user-50", "wrong").await.reply);
    // Headers that claim another client address have no effect.
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for name in ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip"] {
        let ask = world.stack.http().post("/authorize/sign-in").header("cookie", cookies.join("; "));
        let filled = page.form().filled(&[("username", "user-51"), ("password", "wrong")]);
        let ask = filled.iter().fold(ask.header(name, "203.0.113.7"), |ask, (name, value)| ask.field(name, value));
        retry_after(&ask.send().await);
    }
    assert_eq!(guesses(&world, world.stack.browser_from(ELSEWHERE), "user-52", 1).await, [403]);
}

/// Signs Ana in on a new browser, which is known from then on.
async fn known_browser(world: &World) -> harness::Browser {
    let mut known = world.stack.browser();
    let landing = guess(&mut known, &world.spa.id, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
    known
}

#[tokio::test]
async fn c144_a_new_password_ends_the_known_browsers() {
    let world = World::on(Stack::start());
    let known = known_browser(&world).await;
    besiege(&world, "ana").await;
    assert_eq!(guesses(&world, known.clone(), "ana", 1).await, [403]);
    let set = world.stack.cli().finish(&["user", "set-password", "ana", "--password-stdin"], "another good password");
    assert!(set.status.success(), "{set:?}");
    besiege(&world, "ana").await;
    assert_eq!(guesses(&world, known, "ana", 1).await, [429]);
}

#[tokio::test]
async fn c144_a_known_browser_is_excused_from_the_counter_of_the_account_only() {
    let world = World::on(Stack::start());
    let mut known = known_browser(&world).await;
    // Its own source has guessed at accounts of others, as a known browser of an attacker would.
    for index in 0..50 {
        assert_eq!(guesses(&world, world.stack.browser(), &format!("user-{index}"), 1).await, [403], "{index}");
    }
    assert_eq!(guesses(&world, known.clone(), "ana", 1).await, [429]);
    // Elsewhere it is as known as before. No farm of sources keeps its person out.
    assert_eq!(guesses(&world, world.stack.browser_from(ELSEWHERE), "ana", 6).await[5], 429);
    assert_eq!(guesses(&world, world.stack.browser_from([127, 0, 0, 3]), "ana", 1).await, [429]);
    let mut moved = world.stack.browser_from([127, 0, 0, 4]);
    moved.cookies.clone_from(&known.cookies);
    let landing = guess(&mut moved, &world.spa.id, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
    // The wait of its source ends like every other.
    let session = world.session();
    until(&session, server_time(&session).await + 7).await;
    let landing = guess(&mut known, &world.spa.id, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
}

#[tokio::test]
async fn c144_a_person_knows_the_browsers_of_the_newest_sign_ins_only() {
    let world = World::on(Stack::start());
    let (first, second) = (known_browser(&world).await, known_browser(&world).await);
    for _ in 0..19 {
        known_browser(&world).await;
    }
    assert_eq!(guesses(&world, world.stack.browser_from(ELSEWHERE), "ana", 6).await[5], 429);
    assert_eq!(guesses(&world, first, "ana", 1).await, [429]);
    assert_eq!(guesses(&world, second, "ana", 1).await, [403]);
}
