//! Consent: asked for, refused, remembered for some, and bound to the browser that was asked.

use harness::{Browser, Form, Landing, Pkce, authorization_url};

use crate::pages::assert_page_headers;
use crate::session::Session;
use crate::world::{CALLBACK, ORDERS, World};

fn url(client: &str, more: &[(&str, &str)]) -> String {
    authorization_url(client, CALLBACK, &Pkce::new(), more)
}

/// The sign-in page and then the consent page of the spa, for a browser that is new here.
async fn as_far_as_consent(world: &World, browser: &mut Browser, more: &[(&str, &str)]) -> Landing {
    let page = browser.go(&url(&world.spa.id, more)).await;
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    let next = browser.submit(&page, &page.form(), &filled).await;
    assert!(is_consent(&next), "{:?}", next.reply);
    next
}

fn is_consent(landing: &Landing) -> bool {
    landing.callback().is_none() && landing.form().buttons.iter().any(|(name, _)| name == "decision")
}

/// The form was turned down: shown here, and no code anywhere.
fn assert_turned_down(landing: &Landing) {
    assert!((400..500).contains(&landing.reply.status), "{:?}", landing.reply);
    assert_eq!(landing.reply.header("location"), None, "{:?}", landing.reply);
    assert_page_headers(&landing.reply);
}

/// The form led to nothing: it was turned down, or the app was told of an error.
fn assert_no_code(landing: &Landing) {
    match landing.callback() {
        Some(callback) => assert!(callback.code.is_none() && callback.error.is_some(), "{}", callback.url),
        None => assert_turned_down(landing),
    }
}

async fn remembered(session: &mut Session<'_>, client: &str) -> bool {
    !is_consent(&session.browser.go(&url(client, &[])).await)
}

#[tokio::test]
async fn c033_a_person_sees_who_asks_for_what() {
    let world = World::shared();
    let more = [("scope", "read ship"), ("state", "s")];
    let page = as_far_as_consent(world, &mut world.stack.browser(), &more).await;
    for fact in ["Spa", "ana", "read", "ship", "app.example", ORDERS] {
        assert!(page.reply.text().contains(fact), "{fact}: {:?}", page.reply);
    }
    assert!(!page.reply.text().contains("write"), "{:?}", page.reply);
}

#[tokio::test]
async fn a_person_who_says_no_is_believed() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(world, &mut browser, &[("state", "s 1")]).await;
    let landing = browser.submit(&page, &page.form(), &[("decision", "deny")]).await;
    assert_eq!(landing.reply.status, 303, "{:?}", landing.reply);
    let callback = landing.callback().expect("an answer to the client");
    assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}?")), "{}", callback.url);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("access_denied"), None));
    assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (Some("s 1"), Some(world.stack.issuer())));
}

#[tokio::test]
async fn no_decision_is_no_consent() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(world, &mut browser, &[]).await;
    for filled in [&[][..], &[("decision", "")], &[("decision", "Allow")], &[("decision", "yes")]] {
        assert_turned_down(&browser.submit(&page, &page.form(), filled).await);
    }
}

#[tokio::test]
async fn c034_consent_is_remembered_for_confidential_apps_only() {
    let world = World::shared();
    let mut session = world.session();
    drop(session.code(&world.web).await);
    assert!(remembered(&mut session, &world.web.id).await);
    drop(session.code(&world.spa).await);
    assert!(!remembered(&mut session, &world.spa.id).await);
}

#[tokio::test]
async fn what_was_not_agreed_to_is_asked_for() {
    let world = World::shared();
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Careful", &more);
    let mut session = world.session();
    drop(session.code_with(&client, &[("scope", "read")]).await);
    let read = session.browser.go(&url(&client.id, &[("scope", "read")])).await;
    assert!(!is_consent(&read));
    let more = session.browser.go(&url(&client.id, &[("scope", "read write")])).await;
    assert!(is_consent(&more));
    // Another person agreed to nothing.
    let bea = world.stack.cli().create_user("bea", "another good password");
    let mut other = world.stack.browser();
    let page = other.go(&url(&client.id, &[("scope", "read")])).await;
    let filled = [("username", &*bea.username), ("password", &*bea.password)];
    assert!(is_consent(&other.submit(&page, &page.form(), &filled).await));
}

#[tokio::test]
async fn a_no_is_not_remembered_as_a_yes() {
    let world = World::shared();
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Turned down", &more);
    let mut session = world.session();
    drop(session.code(&world.spa).await);
    let page = session.browser.go(&url(&client.id, &[])).await;
    drop(session.browser.submit(&page, &page.form(), &[("decision", "deny")]).await);
    assert!(!remembered(&mut session, &client.id).await);
}

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
    let world = World::shared();
    let mut session = world.session();
    let pkce = Pkce::new();
    drop(session.code(&world.spa).await);
    let page = session.browser.go(&authorization_url(&world.spa.id, CALLBACK, &pkce, &[])).await;
    let first = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    let code = first.callback().expect("an answer").code().to_owned();
    let code = crate::session::Code { code, verifier: pkce.verifier };
    let tokens = crate::session::tokens(&session.redeem(&world.spa, &code).await);
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
    // Who is not signed in, or is no longer, begins again.
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
    let wide = browser.go(&url(&world.spa.id, &[("scope", "read write")])).await;
    let (narrow, wide_form) = (narrow.form(), wide.form());
    assert!(wide_form.inputs.len() >= 2, "a request and a ticket: {wide_form:?}");
    for input in &wide_form.inputs {
        // Everything of the wide request but one field of the narrow one.
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
    let page = ana.go(&url(&world.spa.id, &[])).await;
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    assert_turned_down(&stranger.submit(&page, &page.form(), &filled).await);
    drop(stranger.go(&url(&world.spa.id, &[])).await);
    assert_turned_down(&stranger.submit(&page, &page.form(), &filled).await);
    assert!(is_consent(&ana.submit(&page, &page.form(), &filled).await));
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
