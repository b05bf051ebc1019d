//! Forms of the pages: bound to a session and a request, and good once.

use harness::{Form, Landing, Pkce, Stack, authorization_url};

use crate::support::pages::{
    as_far_as_consent, asking, asks_for_consent, assert_no_code, assert_turned_down, sign_in, url,
};
use crate::support::session::{self, Code, tokens};
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn c032_a_consent_form_is_good_once() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(world, &mut browser, &[]).await;
    let first = browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    first.callback().expect("an answer").assert_granted();
    assert_turned_down(&browser.submit(&page, &page.form(), &[("decision", "allow")]).await);
}

#[tokio::test]
async fn c032_a_consent_form_is_good_once_also_after_its_code_was_redeemed() {
    let mut session = session::shared();
    let world = session.world;
    let pkce = Pkce::new();
    drop(session.code(&world.spa).await);
    let again = authorization_url(&world.spa.id, CALLBACK, &pkce, &[("prompt", "consent")]);
    let page = session.browser.go(&again).await;
    let first = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    let code = first.callback().expect("an answer").code().to_owned();
    let code = Code { code, verifier: pkce.verifier };
    let tokens = tokens(&session.redeem(&world.spa, &code).await);
    assert_turned_down(&session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await);
    assert!(session.is_active(&tokens.access).await, "a form sent twice is no replay of a code");
}

#[tokio::test]
async fn c032_a_consent_form_is_good_in_its_own_browser_only() {
    let world = World::shared();
    let (mut ana, mut other, mut stranger) = (world.stack.browser(), world.stack.browser(), world.stack.browser());
    let page = as_far_as_consent(world, &mut ana, &[]).await;
    drop(as_far_as_consent(world, &mut other, &[]).await);
    assert_turned_down(&other.submit(&page, &page.form(), &[("decision", "allow")]).await);
    // A person who is not signed in, or no longer, starts again.
    let landing = stranger.submit(&page, &page.form(), &[("decision", "allow")]).await;
    assert!(landing.form().input("password").is_some(), "{:?}", landing.reply);
    let landing = ana.submit(&page, &page.form(), &[("decision", "allow")]).await;
    landing.callback().expect("an answer").assert_granted();
}

#[tokio::test]
async fn c032_a_ticket_is_good_for_its_own_request_only() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let narrow = as_far_as_consent(world, &mut browser, &[("scope", "read")]).await;
    let wide = browser.go(&asking(&world.spa.id, &[("scope", "read write")])).await;
    let (narrow, wide_form) = (narrow.form(), wide.form());
    assert!(wide_form.inputs.len() >= 2, "a request and a ticket: {wide_form:?}");
    for input in &wide_form.inputs {
        // All fields come from the wide request, except one from the narrow request.
        let value = narrow.input(&input.name).expect("the same fields").value.clone();
        if value != input.value {
            let mixed = browser.submit(&wide, &wide_form, &[(&input.name, &value), ("decision", "allow")]).await;
            assert_turned_down(&mixed);
        }
    }
}

#[tokio::test]
async fn c032_a_sign_in_form_is_good_in_its_own_browser_only() {
    let world = World::shared();
    let (mut ana, mut stranger) = (world.stack.browser(), world.stack.browser());
    let page = ana.go(&asking(&world.spa.id, &[])).await;
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    assert_turned_down(&stranger.submit(&page, &page.form(), &filled).await);
    drop(stranger.go(&url(&world.spa.id, &[])).await);
    assert_turned_down(&stranger.submit(&page, &page.form(), &filled).await);
    assert!(asks_for_consent(&ana.submit(&page, &page.form(), &filled).await));
}

#[tokio::test]
async fn c032_every_hidden_field_is_needed_as_it_was_given() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(world, &mut browser, &[]).await;
    let form = page.form();
    for input in &form.inputs {
        let without =
            Form { inputs: form.inputs.iter().filter(|one| one.name != input.name).cloned().collect(), ..form.clone() };
        assert_no_code(&browser.submit(&page, &without, &[("decision", "allow")]).await);
        let cut = &input.value[..input.value.len() - 1];
        assert_no_code(&browser.submit(&page, &form, &[(&input.name, cut), ("decision", "allow")]).await);
    }
    let landing = browser.submit(&page, &form, &[("decision", "allow")]).await;
    landing.callback().expect("an answer").assert_granted();
}

#[tokio::test]
async fn c032_a_consent_form_of_an_ended_session_is_good_for_nothing() {
    let world = World::on(Stack::start());
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(&world, &mut browser, &[]).await;
    let old = browser.clone();
    assert_eq!(world.stack.cli().run(&["session", "end", "--username", "ana"])["ended"], 1);
    let again = browser.go(&url(&world.spa.id, &[("prompt", "login")])).await;
    let own = sign_in(&mut browser, &again, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&own), "{:?}", own.reply);
    // The previous session's ticket does not work in the next session, even of the same person.
    assert_no_code_of(&browser.submit(&page, &page.form(), &[("decision", "allow")]).await);
    world.stack.cli().run(&["user", "disable", "ana"]);
    for mut browser in [old, browser] {
        assert_no_code_of(&browser.submit(&own, &own.form(), &[("decision", "allow")]).await);
    }
}

/// Asserts that the app gets nothing or an error, whatever the page shows.
fn assert_no_code_of(landing: &Landing) {
    assert!(landing.callback().is_none_or(|callback| callback.code.is_none()), "{:?}", landing.reply);
}
