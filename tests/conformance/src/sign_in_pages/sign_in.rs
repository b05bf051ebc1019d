//! Sign-in with a password, and the cookie of the session.

use harness::Stack;

use crate::support::pages::{answered, asking, asks_for_a_password, asks_for_consent, sign_in, signed_in, url};
use crate::support::world::World;

#[tokio::test]
async fn c035_c170_the_session_cookie_is_locked_up_and_new_after_the_sign_in_and_needs_no_tls_where_there_is_none() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = browser.go(&asking(&world.spa.id, &[])).await;
    let before = browser.cookies.clone();
    let next = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
    let fresh = browser.cookies.iter().filter(|(name, value)| before.get(*name) != Some(*value)).count();
    assert!(fresh > 0, "no new cookie after the sign-in: {before:?} {:?}", browser.cookies);
    assert!(!browser.set_cookies.is_empty());
    for cookie in &browser.set_cookies {
        assert!(cookie.starts_with("jeton-"), "{cookie}");
        let attributes: Vec<String> = cookie.split(';').skip(1).map(|part| part.trim().to_lowercase()).collect();
        for needed in ["httponly", "path=/"] {
            assert!(attributes.iter().any(|attribute| attribute == needed), "{needed} in {cookie}");
        }
        // WebKit drops such a cookie here. `https_in_front` shows that it is there where there is TLS.
        assert!(!attributes.iter().any(|attribute| attribute == "secure"), "{cookie}");
        assert!(attributes.iter().any(|one| one == "samesite=lax" || one == "samesite=strict"), "{cookie}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{cookie}");
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
    // The form that was returned works for another try.
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let wrong = sign_in(&mut browser, &page, "ana", "wrong").await;
    let next = sign_in(&mut browser, &wrong, "ana", &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
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
    let page = browser.go(&asking(&world.spa.id, &[])).await;
    let next = sign_in(&mut browser, &page, "ANA", &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
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
async fn c035_a_cookie_that_somebody_planted_is_not_the_session_after_the_sign_in() {
    let world = World::shared();
    let mut attacker = signed_in(world).await;
    let planted = attacker.browser.cookies.clone();
    let mut victim = world.stack.browser();
    victim.cookies.clone_from(&planted);
    let page = victim.go(&url(&world.web.id, &[("prompt", "login")])).await;
    let next = sign_in(&mut victim, &page, &world.ana.username, &world.ana.password).await;
    answered(&next).assert_granted();
    let session = |cookies: &std::collections::BTreeMap<String, String>| cookies["jeton-session"].clone();
    assert_ne!(session(&victim.cookies), session(&planted));
    // The planted session learns nothing about the new one: its own sign-in is as old as before.
    let old = attacker.browser.go(&url(&world.web.id, &[("prompt", "none"), ("max_age", "0")])).await;
    assert_eq!(answered(&old).error.as_deref(), Some("login_required"));
}
