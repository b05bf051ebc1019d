//! Signing in: the page, the session, and what a client may ask of it (`OpenID` Connect Core §3.1.2.1).

use harness::{Browser, Landing, Pkce, Stack, authorization_url};

use crate::session::Session;
use crate::world::{CALLBACK, World};

fn url(client: &str, more: &[(&str, &str)]) -> String {
    authorization_url(client, CALLBACK, &Pkce::new(), more)
}

fn asks_for_a_password(landing: &Landing) -> bool {
    landing.reply.status == 200 && landing.callback().is_none() && landing.form().input("password").is_some()
}

fn asks_for_consent(landing: &Landing) -> bool {
    landing.reply.status == 200 && landing.form().buttons.iter().any(|(name, _)| name == "decision")
}

async fn sign_in(browser: &mut Browser, page: &Landing, username: &str, password: &str) -> Landing {
    let filled = [("username", username), ("password", password)];
    browser.submit(page, &page.form(), &filled).await
}

/// A session in which Ana is signed in and agreed to the web app.
async fn signed_in(world: &World) -> Session<'_> {
    let mut session = world.session();
    drop(session.code(&world.web).await);
    session
}

#[tokio::test]
async fn a_stranger_is_asked_for_a_password_and_a_known_person_is_not() {
    let world = World::shared();
    assert!(asks_for_a_password(&world.session().browser.go(&url(&world.web.id, &[])).await));
    let mut session = signed_in(world).await;
    let landing = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(landing.callback().is_some_and(|callback| callback.code.is_some()));
}

#[tokio::test]
async fn the_username_is_the_same_in_any_case() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let next = sign_in(&mut browser, &page, "ANA", &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
}

#[tokio::test]
async fn c035_the_session_cookie_is_locked_up_and_new_after_the_sign_in() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let before = browser.cookies.clone();
    let next = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
    let fresh = browser.cookies.iter().filter(|(name, value)| before.get(*name) != Some(*value)).count();
    assert!(fresh > 0, "no new cookie after the sign-in: {before:?} {:?}", browser.cookies);
    assert!(!browser.set_cookies.is_empty());
    for cookie in &browser.set_cookies {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        let attributes: Vec<String> = cookie.split(';').skip(1).map(|part| part.trim().to_lowercase()).collect();
        for needed in ["secure", "httponly", "path=/"] {
            assert!(attributes.iter().any(|attribute| attribute == needed), "{needed} in {cookie}");
        }
        assert!(attributes.iter().any(|one| one == "samesite=lax" || one == "samesite=strict"), "{cookie}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{cookie}");
    }
}

#[tokio::test]
async fn c037_prompt_none_shows_nothing() {
    let world = World::shared();
    let none = [("prompt", "none"), ("state", "s")];
    let error = async |browser: &mut Browser, client: &str| {
        let callback = browser.go(&url(client, &none)).await.callback().expect("an answer to the client");
        assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (Some("s"), Some(world.stack.issuer())));
        (callback.error, callback.code)
    };
    let mut stranger = world.stack.browser();
    assert_eq!(error(&mut stranger, &world.web.id).await, (Some("login_required".to_owned()), None));
    let mut session = signed_in(world).await;
    assert_eq!(error(&mut session.browser, &world.spa.id).await, (Some("consent_required".to_owned()), None));
    let (error, code) = error(&mut session.browser, &world.web.id).await;
    assert!(error.is_none() && code.is_some());
}

#[tokio::test]
async fn c037_prompt_none_with_a_sign_in_that_is_too_old_is_login_required() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let url = url(&world.web.id, &[("prompt", "none"), ("max_age", "0")]);
    let callback = session.browser.go(&url).await.callback().expect("an answer to the client");
    assert_eq!(callback.error.as_deref(), Some("login_required"));
}

#[tokio::test]
async fn c037_prompt_login_and_max_age_ask_for_the_password_once_more_and_only_once() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    for more in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
        for client in [&world.web, &world.spa] {
            let page = session.browser.go(&url(&client.id, &[more])).await;
            assert!(asks_for_a_password(&page), "{more:?}: {:?}", page.reply);
            let mut next = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
            if client.id == world.spa.id {
                assert!(asks_for_consent(&next), "{more:?}: {:?}", next.reply);
                next = session.browser.submit(&next, &next.form(), &[("decision", "allow")]).await;
            }
            next.callback().unwrap_or_else(|| panic!("{more:?}: {:?}", next.reply)).assert_granted();
        }
    }
}

#[tokio::test]
async fn c037_a_sign_in_that_is_young_enough_will_do() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let landing = session.browser.go(&url(&world.web.id, &[("max_age", "3600")])).await;
    assert!(landing.callback().is_some_and(|callback| callback.code.is_some()), "{:?}", landing.reply);
}

#[tokio::test]
async fn c037_prompt_consent_asks_again() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let page = session.browser.go(&url(&world.web.id, &[("prompt", "consent")])).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    let next = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    next.callback().expect("an answer").assert_granted();
}

#[tokio::test]
async fn a_login_hint_fills_in_the_username_as_text() {
    let world = World::shared();
    for hint in ["ana", "o'neil@example.org", "\"><script>alert(1)</script>", "a&amp;b"] {
        let page = world.stack.browser().go(&url(&world.spa.id, &[("login_hint", hint)])).await;
        let form = page.form();
        assert_eq!(form.input("username").map(|input| &*input.value), Some(hint));
        assert!(!page.reply.text().contains("<script"), "{:?}", page.reply);
    }
}

#[tokio::test]
async fn c036_a_wrong_password_and_an_unknown_person_are_not_told_apart() {
    let world = World::on(Stack::start());
    let mut browser = world.stack.browser();
    let mut answers = Vec::new();
    for username in ["ana", "bob"] {
        let page = browser.go(&url(&world.spa.id, &[])).await;
        let next = sign_in(&mut browser, &page, username, "wrong").await;
        assert!(next.callback().is_none() && next.form().input("password").is_some(), "{:?}", next.reply);
        assert_eq!(next.form().input("password").map(|input| &*input.value), Some(""));
        let alert =
            next.reply.text().split("role=\"alert\"").nth(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        assert!(alert.is_some(), "{:?}", next.reply);
        answers.push((next.reply.status, alert));
    }
    assert_eq!(answers[0], answers[1]);
    // The form that came back is good for another try.
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let wrong = sign_in(&mut browser, &page, "ana", "wrong").await;
    let next = sign_in(&mut browser, &wrong, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
}

#[tokio::test]
async fn a_person_who_is_switched_off_does_not_get_in_and_is_out_at_once() {
    let world = World::on(Stack::start());
    let mut session = signed_in(&world).await;
    world.stack.cli().run(&["user", "disable", "ana"]);
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    let next = sign_in(&mut session.browser, &page, "ana", &world.ana.password).await;
    assert!(next.form().input("password").is_some(), "{:?}", next.reply);
}

#[tokio::test]
async fn c089_a_new_password_ends_the_sessions_of_the_old_one() {
    let world = World::on(Stack::start());
    let mut session = signed_in(&world).await;
    let new = "another long password";
    world.stack.cli().run_with_input(&["user", "set-password", "ana", "--password-stdin"], &format!("{new}\n"));
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    let old = sign_in(&mut session.browser, &page, "ana", &world.ana.password).await;
    assert!(old.form().input("password").is_some(), "{:?}", old.reply);
    let next = sign_in(&mut session.browser, &old, "ana", new).await;
    next.callback().expect("an answer").assert_granted();
}
