//! Addresses of people: confirmed by a link, in a session of the same person, and each of one person.

use futures::future::join;
use harness::{Browser, Landing, Stack};

use crate::account::forgotten::{address_of, ask, create};
use crate::account::page::age_sessions;
use crate::account::{FIRST, Person, SECOND, asks_to_sign_in, form_to, shows_account, sign_in};
use crate::support::authenticator::{add_factor, show_factor};
use crate::support::outbox::{kept, mails_to, path_of_link};
use crate::support::stored::Stored;
use crate::support::world::World;

/// Asks for a mail to an address, on the page of a signed-in person.
async fn ask_for(browser: &mut Browser, address: &str) -> Landing {
    let page = browser.go("/account/email").await;
    let form = form_to(&page, "/account/email").unwrap_or_else(|| panic!("no form: {:?}", page.reply));
    browser.submit(&page, &form, &[("email", address)]).await
}

/// Asks for a mail to an address, and returns the path of its link.
pub(crate) async fn link_to(stack: &Stack, browser: &mut Browser, address: &str) -> String {
    let before = kept(stack, address).await.len();
    let asked = ask_for(browser, address).await;
    assert_eq!(asked.reply.status, 200, "{:?}", asked.reply);
    let mails = mails_to(stack, address, before + 1).await;
    assert_eq!(mails[0]["subject"], "Confirm your address");
    path_of_link(stack, &mails[0])
}

/// Presses the button of a link.
pub(crate) async fn confirm(browser: &mut Browser, path: &str) -> Landing {
    let page = browser.go(path).await;
    match form_to(&page, "/account/confirm") {
        Some(form) => browser.submit(&page, &form, &[]).await,
        None => page,
    }
}

pub(crate) fn shows_confirmed(page: &Landing, address: &str) -> bool {
    page.reply.text().contains(&format!("<bdi>{address}</bdi></strong>, and it is confirmed"))
}

pub(crate) fn is_over(page: &Landing) -> bool {
    page.reply.text().contains("<h1>This link does not work any more</h1>")
}

#[tokio::test]
async fn c236_an_address_is_confirmed_by_its_person_and_the_former_one_is_told() {
    let world = World::on(Stack::start());
    create(&world, "ada");
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "ada", FIRST).await));
    assert!(shows_confirmed(&browser.go("/account/email").await, &address_of("ada")));
    for bad in ["", "ada", "ada@example", "a b@example.org"] {
        let refused = ask_for(&mut browser, bad).await;
        assert_eq!(refused.reply.status, 400, "{bad}: {:?}", refused.reply);
    }
    let path = link_to(&world.stack, &mut browser, "ada@example.net").await;
    // The mail may go to a stranger, and names nobody.
    let mails = kept(&world.stack, "ada@example.net").await;
    for form in ["text", "html"] {
        assert!(!mails[0][form].as_str().unwrap().contains(" ada "), "{}", mails[0]);
    }
    // Nobody else confirms it: not a program, not a stranger, and not another person.
    for method in ["GET", "HEAD"] {
        assert_eq!(world.stack.http().ask(method, &path).send().await.status, 200);
    }
    assert!(asks_to_sign_in(&world.stack.browser().go(&path).await));
    let mut other = Person::signed_in(&world, "other").await;
    assert!(is_over(&other.browser.go(&path).await));
    let page = browser.go(&path).await;
    let form = form_to(&page, "/account/confirm").unwrap();
    let stolen = other.browser.submit(&page, &form, &[]).await;
    assert_eq!(stolen.reply.status, 403, "{:?}", stolen.reply);
    assert!(shows_confirmed(&browser.go("/account/email").await, &address_of("ada")));
    let confirmed = browser.submit(&page, &form, &[]).await;
    assert!(shows_confirmed(&confirmed, "ada@example.net"), "{:?}", confirmed.reply);
    // It works once.
    assert!(is_over(&browser.go(&path).await) && is_over(&browser.submit(&page, &form, &[]).await));
    let told = mails_to(&world.stack, &address_of("ada"), 1).await;
    assert_eq!((told.len(), told[0]["subject"].as_str()), (1, Some("Your address was changed")));
    // The new address leads to the person, and the former one to nobody.
    ask(&mut world.stack.browser(), &address_of("ada")).await;
    ask(&mut world.stack.browser(), "ADA@example.net").await;
    let mails = mails_to(&world.stack, "ada@example.net", 2).await;
    assert_eq!(mails[0]["subject"], "Set a new password");
    assert_eq!(kept(&world.stack, &address_of("ada")).await.len(), 1);
}

#[tokio::test]
async fn c236_an_address_needs_a_recent_sign_in_and_a_change_meanwhile_ends_its_link() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut person = Person::signed_in(world, "changes").await;
    let path = link_to(&world.stack, &mut person.browser, "changes@example.org").await;
    world.stack.cli().run(&["user", "update", "changes", "--claim", "email=another@example.org"]);
    assert!(is_over(&confirm(&mut person.browser, &path).await));
    let path = link_to(&world.stack, &mut person.browser, "changes@example.org").await;
    world.stack.cli().run_with_input(&["user", "set-password", "changes", "--password-stdin"], SECOND);
    assert!(asks_to_sign_in(&confirm(&mut person.browser, &path).await));
    assert!(shows_account(&sign_in(&mut person.browser, "changes", SECOND).await));
    assert!(is_over(&confirm(&mut person.browser, &path).await));
}

#[tokio::test]
async fn c236_an_address_is_confirmed_with_a_recent_sign_in_and_the_second_factor_only() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut person = Person::signed_in(world, "confirms").await;
    let mut elsewhere = person.elsewhere(world).await;
    let path = link_to(&world.stack, &mut person.browser, "confirms@example.org").await;
    let page = person.browser.go(&path).await;
    let form = form_to(&page, "/account/confirm").unwrap();
    let weak = elsewhere.go(&path).await;
    let weak_form = form_to(&weak, "/account/confirm").unwrap();
    let mut factor = add_factor(&mut person.browser).await;
    // The other browser signed in before there was a factor.
    let refused = elsewhere.submit(&weak, &weak_form, &[]).await;
    assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    age_sessions(&stored, 601).await;
    for refused in [person.browser.submit(&page, &form, &[]).await, person.browser.go(&path).await] {
        assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    }
    let told = world.stack.cli().run(&["user", "show", "confirms"]);
    assert!(told["claims"]["email"].is_null(), "{told}");
    // Whoever signs in again opens the link again.
    let page = person.browser.go("/account/sign-in").await;
    let page = person.browser.submit(&page, &page.form(), &[("username", "confirms"), ("password", FIRST)]).await;
    assert!(shows_account(&show_factor(&mut person.browser, &page, ("code", &factor.app.code())).await));
    assert!(shows_confirmed(&confirm(&mut person.browser, &path).await, "confirms@example.org"));
}

#[tokio::test]
async fn c235_whoever_asks_to_confirm_an_address_uses_up_no_mails_that_replace_its_password() {
    let world = World::on(Stack::start());
    create(&world, "pestered");
    let mut other = Person::signed_in(&world, "pesters").await;
    for _ in 0..3 {
        link_to(&world.stack, &mut other.browser, &address_of("pestered")).await;
    }
    crate::account::forgotten::link_for(&world, "pestered").await;
}

#[tokio::test]
async fn c236_nobody_keeps_somebody_else_from_confirming_an_address_and_nobody_is_flooded() {
    let world = World::on(Stack::start());
    let mut own = Person::signed_in(&world, "hindered").await;
    let mut other = Person::signed_in(&world, "hinders").await;
    let address = address_of("hindered");
    for _ in 0..3 {
        link_to(&world.stack, &mut other.browser, &address).await;
    }
    // The answer is the same, and nothing is sent.
    assert_eq!(ask_for(&mut other.browser, &address).await.reply.status, 200);
    let path = link_to(&world.stack, &mut own.browser, &address).await;
    assert_eq!(kept(&world.stack, &address).await.len(), 4);
    assert!(shows_confirmed(&confirm(&mut own.browser, &path).await, &address));
    // Many people together have twelve sent in an hour.
    for number in 0..3 {
        let mut one = Person::signed_in(&world, &format!("floods{number}")).await;
        for _ in 0..3 {
            assert_eq!(ask_for(&mut one.browser, &address).await.reply.status, 200);
        }
    }
    // What was asked for before this one was looked at before it.
    link_to(&world.stack, &mut own.browser, "last@example.org").await;
    assert_eq!(kept(&world.stack, &address).await.len(), 12);
}

#[tokio::test]
async fn c236_of_two_people_who_confirm_one_address_one_gets_it() {
    let world = World::on(Stack::start());
    for round in 0..4 {
        let address = format!("shared{round}@example.org");
        let mut one = Person::signed_in(&world, &format!("one{round}")).await;
        let mut two = Person::signed_in(&world, &format!("two{round}")).await;
        let first = link_to(&world.stack, &mut one.browser, &address).await;
        let second = link_to(&world.stack, &mut two.browser, &address).await;
        let (first, second) = join(confirm(&mut one.browser, &first), confirm(&mut two.browser, &second)).await;
        let won = [&first, &second].map(|page| shows_confirmed(page, &address));
        assert!(won[0] != won[1], "{round}: {won:?} {:?} {:?}", first.reply, second.reply);
        let lost = if won[0] { &second } else { &first };
        assert_eq!(lost.reply.status, 409, "{round}: {:?}", lost.reply);
        // When the winner has another address, the loser may have it.
        let (winner, loser) = if won[0] { (&one.name, &mut two) } else { (&two.name, &mut one) };
        world.stack.cli().run(&["user", "update", winner, "--claim", "email_verified=false"]);
        let path = link_to(&world.stack, &mut loser.browser, &address).await;
        assert!(shows_confirmed(&confirm(&mut loser.browser, &path).await, &address), "{round}");
    }
}
