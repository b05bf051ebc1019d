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

/// Returns the text by which a page says why the form did not count: the alert of the sign-in page, or the heading.
fn why(landing: &Landing) -> String {
    assert_turned_down(landing);
    let page = landing.reply.text();
    let alert = page.split("role=\"alert\" id=\"alert\">").nth(1).or_else(|| page.split("<h1>").nth(1));
    alert.and_then(|rest| rest.split('<').next()).expect("a reason").to_owned()
}

#[tokio::test]
async fn c171_a_browser_without_cookies_is_told_about_cookies() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = browser.go(&asking(&world.spa.id, &[])).await;
    browser.cookies.clear();
    let landing = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(why(&landing).contains("allow cookies for this site"), "{:?}", landing.reply);
    // The page has a form that is good, as soon as there are cookies.
    let landing = sign_in(&mut browser, &landing, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&landing), "{:?}", landing.reply);
}

#[tokio::test]
async fn c171_each_bad_ticket_of_a_sign_in_has_its_own_text() {
    let world = World::shared();
    let (mut ana, mut other) = (world.stack.browser(), world.stack.browser());
    let page = ana.go(&asking(&world.spa.id, &[])).await;
    let elsewhere = ana.go(&asking(&world.spa.id, &[("state", "another")])).await;
    drop(other.go(&asking(&world.spa.id, &[])).await);
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    let ticket = elsewhere.form().input("ticket").expect("a ticket").value.clone();
    let of_another_request = [&filled[..], &[("ticket", &*ticket)]].concat();
    let made_up = [&filled[..], &[("ticket", "jtf_x")]].concat();
    let texts = [
        why(&other.submit(&page, &page.form(), &filled).await),
        why(&ana.submit(&page, &page.form(), &of_another_request).await),
        why(&ana.submit(&page, &page.form(), &made_up).await),
        why(&ana.submit_from("cross-site", &page, &page.form(), &filled).await),
    ];
    let parts = ["in another browser", "for another request", "was not complete", "Another site"];
    for (text, part) in texts.iter().zip(parts) {
        assert!(text.contains(part), "{text}");
    }
    assert!(asks_for_consent(&ana.submit(&page, &page.form(), &filled).await));
}

#[tokio::test]
async fn c171_each_bad_ticket_of_a_consent_has_its_own_text_and_leads_on() {
    let world = World::shared();
    let (mut ana, mut other) = (world.stack.browser(), world.stack.browser());
    let page = as_far_as_consent(world, &mut ana, &[]).await;
    drop(as_far_as_consent(world, &mut other, &[]).await);
    let elsewhere = ana.go(&asking(&world.spa.id, &[("state", "another")])).await;
    let ticket = elsewhere.form().input("ticket").expect("a ticket").value.clone();
    let allow = [("decision", "allow")];
    let of_another_request = [&allow[..], &[("ticket", &*ticket)]].concat();
    let mut landings = vec![
        ("This form belongs to another sign-in", other.submit(&page, &page.form(), &allow).await),
        ("This form belongs to another request", ana.submit(&page, &page.form(), &of_another_request).await),
        ("This form is not complete", ana.submit(&page, &page.form(), &[]).await),
        ("This form came from another site", ana.submit_from("cross-site", &page, &page.form(), &allow).await),
    ];
    ana.submit(&page, &page.form(), &allow).await.callback().expect("an answer").assert_granted();
    landings.push(("This form was used before", ana.submit(&page, &page.form(), &allow).await));
    for (title, landing) in &landings {
        assert_eq!(why(landing), *title);
        assert!(landing.reply.text().contains(">Continue</a>"), "{title}");
    }
}

/// Asserts that the app gets nothing or an error, whatever the page shows.
fn assert_no_code_of(landing: &Landing) {
    assert!(landing.callback().is_none_or(|callback| callback.code.is_none()), "{:?}", landing.reply);
}
