//! The parameters `prompt`, `max_age` and `id_token_hint`, which decide who signs in and when.

use harness::{Browser, Callback, Jwt, Pkce, authorization_url};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::pages::{
    answered, asked_anew, asks_for_a_password, asks_for_consent, sign_in, signed_in, to_another_account, url,
};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, server_time, until};
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn o14_c037_prompt_and_max_age_decide_whether_a_person_signs_in_again() {
    let world = World::shared();
    let (mut session, _) = person(world, "o14");
    let client = app(world, "O14", &[]);
    let time = |claims: &Value| claims["auth_time"].as_u64().expect("auth_time");
    let reply = session.signed_in("o14", &client, &[("scope", "openid")]).await;
    let first = session.identity(&client, &reply).await;
    let hint = reply.string("id_token");
    let silent = [("scope", "openid"), ("prompt", "none"), ("id_token_hint", &*hint), ("max_age", "1000")];
    let again = session.signed_in("o14", &client, &silent).await;
    let second = session.identity(&client, &again).await;
    assert_eq!((time(&second), &second["sub"]), (time(&first), &first["sub"]));
    until(&session, time(&first) + 1).await;
    let url = |more: &[(&str, &str)]| authorization_url(&client.id, CALLBACK, &Pkce::new(), more);
    for more in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
        let landing = session.browser.go(&url(&[("scope", "openid"), more])).await;
        assert!(landing.form().input("password").is_some(), "{more:?}: {:?}", landing.reply);
    }
    let fresh = session.signed_in("o14", &client, &[("scope", "openid"), ("prompt", "login")]).await;
    assert!(time(&session.identity(&client, &fresh).await) > time(&first));
    let consent = session.browser.go(&url(&[("scope", "openid"), ("prompt", "consent")])).await;
    assert!(consent.form().buttons.contains(&("decision".to_owned(), "allow".to_owned())), "{:?}", consent.reply);
}

#[tokio::test]
async fn o14_nobody_is_taken_for_somebody_else_and_silence_is_an_error() {
    let world = World::shared();
    let (mut session, _) = person(world, "o14a");
    let (mut other, _) = person(world, "o14b");
    let client = app(world, "O14 hints", &[]);
    let hint = other.signed_in("o14b", &client, &[("scope", "openid")]).await.string("id_token");
    let silent = |hint: &str| {
        let more = [("scope", "openid"), ("prompt", "none"), ("state", "s"), ("id_token_hint", hint)];
        authorization_url(&client.id, CALLBACK, &Pkce::new(), &more)
    };
    let error = |landing: &harness::Landing| landing.callback().and_then(|callback| callback.error);
    assert_eq!(error(&session.browser.go(&silent(&hint)).await).as_deref(), Some("login_required"));
    session.signed_in("o14a", &client, &[("scope", "openid")]).await;
    for hint in [&*hint, "nonsense", &format!("{hint}A")] {
        let landing = session.browser.go(&silent(hint)).await;
        assert_eq!(error(&landing).as_deref(), Some("login_required"), "{hint}");
        assert_eq!(landing.callback().and_then(|callback| callback.state).as_deref(), Some("s"));
    }
    // With a sign-in page, the expected person may still sign in, and anybody else is refused.
    let more = [("scope", "openid"), ("id_token_hint", &*hint)];
    let callback = session
        .browser
        .sign_in_and_consent(
            &authorization_url(&client.id, CALLBACK, &Pkce::new(), &more),
            "o14a",
            "correct horse battery staple",
        )
        .await;
    assert_eq!(callback.error.as_deref(), Some("login_required"));
    let reply = session.signed_in("o14b", &client, &more).await;
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), Jwt::read(&hint).text("sub"));
}

#[tokio::test]
async fn o14_a_person_who_is_demanded_is_the_only_one_who_is_answered_for() {
    let world = World::shared();
    let (mut session, _) = person(world, "o14c");
    let (mut other, _) = person(world, "o14d");
    let client = app(world, "O14 demands", &[]);
    let hint = session.signed_in("o14c", &client, &[("scope", "openid")]).await.string("id_token");
    let other = other.signed_in("o14d", &client, &[("scope", "openid")]).await.string("id_token");
    let [mine, others] = [&hint, &other].map(|token| Jwt::read(token).text("sub").to_owned());
    let asked = |sub: &Value| json!({ "id_token": { "sub": sub } }).to_string();
    for (sub, hinted, error) in [
        (json!({ "value": mine }), true, None),
        (json!({ "values": [others, mine] }), true, None),
        (json!({ "values": [others, mine] }), false, None),
        (json!({ "value": others }), false, Some("login_required")),
        (json!({ "values": [others] }), false, Some("login_required")),
        (json!({ "value": others }), true, Some("login_required")),
        (json!({ "value": 42 }), false, Some("invalid_request")),
        (json!({ "values": mine }), false, Some("invalid_request")),
        (json!({ "values": [mine, 42] }), false, Some("invalid_request")),
    ] {
        let _case = Case::new(format!("{sub}, with a hint: {hinted}"));
        let claims = asked(&sub);
        let more = [("scope", "openid"), ("prompt", "none"), ("claims", &*claims), ("id_token_hint", &*hint)];
        let more = if hinted { &more[..] } else { &more[..3] };
        let callback = answered(&session.browser.go(&url(&client.id, more)).await);
        assert_eq!(callback.error.as_deref(), error);
    }
    // No sign-in page helps where the hint and the demand are about different people.
    let claims = asked(&json!({ "value": others }));
    let more = [("scope", "openid"), ("claims", &*claims), ("id_token_hint", &*hint)];
    for mut browser in [session.browser, world.stack.browser()] {
        let callback = answered(&browser.go(&url(&client.id, &more)).await);
        assert_eq!(callback.error.as_deref(), Some("login_required"));
    }
}

#[tokio::test]
async fn c172_a_kind_of_sign_in_that_there_is_not_is_refused_and_named() {
    let mut session = session::shared();
    let world = session.world;
    let client = app(world, "Contexts", &[]);
    let asked = |acr: &str| json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string();
    let callback = session.authorize(&client, &Pkce::new(), &[("scope", "openid"), ("claims", &asked("mfa"))]).await;
    assert_eq!(callback.error.as_deref(), Some("unmet_authentication_requirements"));
    let described = |callback: &Callback| {
        let found = callback.url.query_pairs().find(|(name, _)| name == "error_description");
        found.map(|(_, value)| value.into_owned()).expect("a description")
    };
    assert!(described(&callback).contains("acr"), "{}", callback.url);
    let more = [("scope", "openid"), ("claims", &*asked("mfa")), ("prompt", "none")];
    let landing = session.browser.go(&url(&client.id, &more)).await;
    let silent = landing.callback().expect("an answer to the client");
    assert_eq!((silent.error.as_deref(), described(&silent)), (callback.error.as_deref(), described(&callback)));
    let callback = session.authorize(&client, &Pkce::new(), &[("scope", "openid"), ("claims", &asked("pwd"))]).await;
    callback.assert_granted();
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
    let fresh = asked_anew(world);
    assert_eq!(error(&mut session.browser, &fresh.id).await, (Some("consent_required".to_owned()), None));
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
        let fresh = asked_anew(world);
        for client in [&world.web, &fresh] {
            let page = session.browser.go(&url(&client.id, &[more])).await;
            assert!(asks_for_a_password(&page), "{more:?}: {:?}", page.reply);
            let mut next = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
            if client.id == fresh.id {
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
async fn c037_what_is_allowed_on_a_page_that_was_open_for_too_long_needs_a_new_sign_in() {
    let world = World::shared();
    let fresh = asked_anew(world);
    let mut session = signed_in(world).await;
    let request = url(&fresh.id, &[("max_age", "6")]);
    let (page, other) = (session.browser.go(&request).await, session.browser.go(&request).await);
    assert!(asks_for_consent(&page) && asks_for_consent(&other), "{:?}", page.reply);
    let start = server_time(&session).await;
    until(&session, start + 7).await;
    let late = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    assert!(asks_for_a_password(&late), "{:?}", late.reply);
    // A no is one however old the sign-in is.
    let denied = session.browser.submit(&other, &other.form(), &[("decision", "deny")]).await;
    assert_eq!(answered(&denied).error.as_deref(), Some("access_denied"));
    let again = sign_in(&mut session.browser, &late, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&again), "{:?}", again.reply);
    let allowed = session.browser.submit(&again, &again.form(), &[("decision", "allow")]).await;
    answered(&allowed).assert_granted();
}

#[tokio::test]
async fn c037_another_account_is_asked_for_consent_too_if_the_app_wants_that_each_time() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let once = session.browser.go(&url(&world.web.id, &[("prompt", "consent")])).await;
    let allowed = session.browser.submit(&once, &once.form(), &[("decision", "allow")]).await;
    answered(&allowed).assert_granted();
    let page = session.browser.go(&url(&world.web.id, &[("prompt", "consent")])).await;
    let another = session.browser.go(&to_another_account(&page)).await;
    assert!(asks_for_a_password(&another), "{:?}", another.reply);
    // The same person signs in, whose consent is remembered.
    let again = sign_in(&mut session.browser, &another, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&again), "{:?}", again.reply);
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
async fn c037_max_age_counts_from_the_sign_in() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let start = server_time(&session).await;
    until(&session, start + 3).await;
    let ask = |age: &'static str| url(&world.web.id, &[("prompt", "none"), ("max_age", age)]);
    let old = answered(&session.browser.go(&ask("1")).await);
    assert_eq!(old.error.as_deref(), Some("login_required"));
    answered(&session.browser.go(&ask("3600")).await).assert_granted();
}
