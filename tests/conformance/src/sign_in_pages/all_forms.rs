//! The forms that ask for a password, at `/authorize`, `/device` and `/account`: they tell the same, have the same limits, and
//! give the browser a new session.

use std::collections::BTreeMap;

use harness::{Browser, Landing, Reply, Stack};

use crate::account::{FIRST, Person, asks_to_sign_in, shows_account};
use crate::support::authenticator::{add_factor, asks_for_a_factor, show_factor};
use crate::support::devices::{asked, television};
use crate::support::pages::{asks_for_consent, assert_page_headers, sign_in, url};
use crate::support::passkeys::{SoftKey, add_passkey, use_passkey};
use crate::support::throttled::retry_after;
use crate::support::world::World;

/// Returns where each form is, also for a browser that is signed in.
async fn forms(world: &World) -> [String; 3] {
    let codes = asked(&world.session(), &television(world, "Forms TV"), &[]).await;
    let authorize = url(&world.spa.id, &[("prompt", "login")]);
    [authorize, format!("{}&prompt=login", codes.complete), "/account/sign-in".to_owned()]
}

/// Gives a name and a password on the form at this place.
async fn give(browser: &mut Browser, form: &str, username: &str, password: &str) -> Landing {
    let page = browser.go(form).await;
    assert!(page.form().input("password").is_some(), "{form}: {:?}", page.reply);
    sign_in(browser, &page, username, password).await
}

/// Returns what a page tells apart from what is random in it, and from the seconds of a wait: the status, the alert, the names of
/// its headers, and its length.
fn shape(reply: &Reply) -> (u16, String, Vec<String>, usize) {
    let alert = reply.text().split("role=\"alert\"").nth(1).and_then(|rest| rest.split('<').next());
    let alert = alert.unwrap_or_else(|| panic!("no alert: {reply:?}")).replace(|c: char| c.is_ascii_digit(), "#");
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (reply.status, alert, names, reply.body.len())
}

#[tokio::test]
async fn c036_no_form_tells_a_wrong_password_from_an_unknown_person_and_each_has_five() {
    let world = World::on(Stack::start());
    for (number, form) in forms(&world).await.iter().enumerate() {
        let (known, unknown) = (format!("known-{number}"), format!("other-{number}"));
        world.stack.cli().create_user(&known, FIRST);
        let mut seen = Vec::new();
        for username in [&known, &unknown] {
            let mut browser = world.stack.browser();
            let mut shapes = Vec::new();
            for _ in 0..6 {
                let page = give(&mut browser, form, username, "a wrong password").await;
                assert_page_headers(&page.reply);
                shapes.push(shape(&page.reply));
            }
            let statuses: Vec<u16> = shapes.iter().map(|shape| shape.0).collect();
            assert_eq!(statuses, [403, 403, 403, 403, 403, 429], "{form}");
            seen.push(shapes);
        }
        assert_eq!(seen[0], seen[1], "{form}");
        // The right password is not answered either.
        retry_after(&give(&mut world.stack.browser(), form, &known, FIRST).await.reply);
    }
}

#[tokio::test]
async fn c036_one_source_has_fifty_wrong_passwords_over_all_forms() {
    let world = World::on(Stack::start());
    let forms = forms(&world).await;
    let mut browser = world.stack.browser();
    for index in 0..50 {
        let reply = give(&mut browser, &forms[index % 3], &format!("nobody-{index}"), "wrong").await.reply;
        assert_eq!(reply.status, 403, "{index}: {reply:?}");
    }
    for form in &forms {
        retry_after(&give(&mut browser, form, "nobody-50", "wrong").await.reply);
        let mut elsewhere = world.stack.browser_from([127, 0, 0, 2]);
        assert_eq!(give(&mut elsewhere, form, "nobody-51", "wrong").await.reply.status, 403, "{form}");
    }
}

fn session_in(cookies: &BTreeMap<String, String>) -> &str {
    &cookies["jeton-session"]
}

/// C035: asserts that a browser with cookies that an attacker planted has another session cookie after it signed in, and that
/// the planted one opens nothing.
async fn assert_new(mut attacker: Browser, mut victim: Browser) {
    assert_ne!(session_in(&victim.cookies), session_in(&attacker.cookies));
    assert!(shows_account(&victim.go("/account").await));
    assert!(asks_to_sign_in(&attacker.go("/account").await));
}

#[tokio::test]
async fn c035_every_form_gives_the_browser_a_new_session() {
    let world = World::on(Stack::start());
    for (number, form) in forms(&world).await.iter().enumerate() {
        let name = format!("planted-{number}");
        let attacker = Person::signed_in(&world, &name).await.browser;
        let mut victim = attacker.clone();
        let after = give(&mut victim, form, &name, FIRST).await;
        // The consent page, the question about the device, or the account.
        assert!(shows_account(&after) || asks_for_consent(&after), "{form}: {:?}", after.reply);
        assert_new(attacker, victim).await;
    }
}

#[tokio::test]
async fn c035_a_passkey_and_a_second_factor_give_the_browser_a_new_session() {
    let world = World::on(Stack::builder().localhost().start());
    let mut person = Person::signed_in(&world, "planted-passkey").await;
    let mut key = SoftKey::new(world.stack.issuer());
    add_passkey(&mut person.browser, &mut key, "Laptop").await;
    let mut victim = person.browser.clone();
    let page = victim.go("/account/sign-in").await;
    assert!(shows_account(&use_passkey(&mut victim, &page, &key).await));
    assert_new(person.browser, victim).await;
    let mut person = Person::signed_in(&world, "planted-code").await;
    let mut factor = add_factor(&mut person.browser).await;
    let mut victim = person.browser.clone();
    let page = give(&mut victim, "/account/sign-in", "planted-code", FIRST).await;
    assert!(asks_for_a_factor(&page), "{:?}", page.reply);
    // Half a sign-in changes nothing.
    assert_eq!(session_in(&victim.cookies), session_in(&person.browser.cookies));
    assert!(shows_account(&show_factor(&mut victim, &page, ("code", &factor.app.code())).await));
    assert_new(person.browser, victim).await;
}
