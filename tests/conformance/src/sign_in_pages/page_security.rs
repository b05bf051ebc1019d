//! B. Sign-in, consent, and their pages.

use futures::future::join_all;
use harness::{Browser, Form, Jwt, Landing, Pkce, Reply, Stack, authorization_url};
use serde_json::json;

use crate::support::pages::{
    answered, as_far_as_consent, asked_anew, asking, asks_for_a_password, asks_for_consent, assert_no_code,
    assert_page_headers, assert_turned_down, directive, every_page, remembered, sign_in, signed_in, three_pages, url,
};
use crate::support::published::{DOCUMENTS, document};
use crate::support::session::{
    self, Code, assert_granted, assert_no_store, assert_refused, server_time, tokens, until,
};
use crate::support::throttled::{count, guess, guesses, retry_after};
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn c031_a_page_holds_nothing_of_another_site() {
    for reply in three_pages(World::shared()).await {
        let page = reply.text();
        for foreign in
            ["src=\"http", "src=\"//", "href=\"http", "href=\"//", "url(http", "@import", "<iframe", "<script"]
        {
            assert!(!page.contains(foreign), "{foreign}: {reply:?}");
        }
        assert!(page.contains("lang=\""), "{reply:?}");
    }
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
async fn c139_consent_is_remembered_for_an_app_on_a_server_and_in_a_browser() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.web, &world.spa] {
        drop(session.code(client).await);
        assert!(remembered(&mut session, &client.id).await);
    }
}

#[tokio::test]
async fn c035_the_session_cookie_is_locked_up_and_new_after_the_sign_in() {
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
async fn c037_prompt_consent_asks_again() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let page = session.browser.go(&url(&world.web.id, &[("prompt", "consent")])).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    let next = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    next.callback().expect("an answer").assert_granted();
}

#[tokio::test]
async fn c039_browsers_are_told_to_stay_with_https() {
    for reply in three_pages(World::shared()).await {
        let hsts = reply.header("strict-transport-security").unwrap_or_default();
        assert!(hsts.contains("max-age="), "{reply:?}");
    }
}

#[tokio::test]
async fn c040_the_issuer_is_configuration_and_not_what_a_request_says() {
    let world = World::shared();
    let http = world.stack.http();
    for (name, value) in
        [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("host", "evil.example")]
    {
        let reply = http.get(DOCUMENTS[0]).header(name, value).send().await;
        assert!(!reply.text().contains("evil"), "{reply:?}");
    }
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
async fn what_was_not_agreed_to_is_asked_for() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Careful", &more);
    drop(session.code_with(&client, &[("scope", "read")]).await);
    let read = session.browser.go(&url(&client.id, &[("scope", "read")])).await;
    assert!(!asks_for_consent(&read));
    let more = session.browser.go(&url(&client.id, &[("scope", "read write")])).await;
    assert!(asks_for_consent(&more));
    // Another person has not consented to anything.
    let bea = world.stack.cli().create_user("bea", "another good password");
    let mut other = world.stack.browser();
    let page = other.go(&url(&client.id, &[("scope", "read")])).await;
    let filled = [("username", &*bea.username), ("password", &*bea.password)];
    assert!(asks_for_consent(&other.submit(&page, &page.form(), &filled).await));
}

#[tokio::test]
async fn a_no_is_not_remembered_as_a_yes() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Turned down", &more);
    drop(session.code(&world.spa).await);
    let page = session.browser.go(&url(&client.id, &[])).await;
    drop(session.browser.submit(&page, &page.form(), &[("decision", "deny")]).await);
    assert!(!remembered(&mut session, &client.id).await);
}

#[tokio::test]
async fn a_form_may_lead_to_the_app_that_waits_for_the_answer() {
    let [sign_in, consent, _] = three_pages(World::shared()).await;
    for reply in [sign_in, consent] {
        let policy = reply.header("content-security-policy").unwrap_or_default();
        // Browsers apply `form-action` to the redirects that follow a form, too.
        let sources = directive(policy, "form-action").unwrap_or_else(|| panic!("no form-action: {policy}"));
        assert!(sources.split(' ').any(|source| source == "'self'"), "{policy}");
        assert!(sources.split(' ').any(|source| source == "https://app.example"), "{policy}");
    }
}

#[tokio::test]
async fn a_form_says_where_it_goes_and_what_its_fields_are() {
    let [sign_in, consent, _] = three_pages(World::shared()).await;
    for (reply, fields) in [(&sign_in, &["username", "password"][..]), (&consent, &[])] {
        let forms = harness::forms(reply.text());
        let [form] = &forms[..] else { panic!("{reply:?}") };
        assert!(form.action.as_deref().is_some_and(|action| action.starts_with('/')), "{form:?}");
        for field in fields {
            assert!(form.input(field).is_some(), "{form:?}");
        }
    }
    for hint in ["autocomplete=\"username\"", "autocomplete=\"current-password\""] {
        assert!(sign_in.text().contains(hint), "{hint}");
    }
    let decisions: Vec<_> = harness::forms(consent.text())[0].buttons.iter().map(|(_, value)| value.clone()).collect();
    assert_eq!(decisions, ["allow", "deny"]);
}

#[tokio::test]
async fn what_a_request_says_is_text_and_never_markup() {
    let world = World::shared();
    let http = world.stack.http();
    let markup = "\"'><script>alert(1)</script>";
    let more = [("state", markup), ("login_hint", markup), ("nonce", markup), ("ui_locales", markup)];
    let good = http.get(&authorization_url(&world.spa.id, CALLBACK, &Pkce::new(), &more)).send().await;
    assert_eq!(good.status, 200);
    let bad = http.get(&authorization_url(markup, markup, &Pkce::new(), &more)).send().await;
    for reply in [good, bad] {
        assert!(!reply.text().contains("<script"), "{reply:?}");
    }
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
async fn c030_c031_c039_every_page_of_every_error_is_locked_up() {
    let world = World::on(Stack::start());
    for (name, reply) in every_page(&world).await {
        println!("{name}");
        assert!(!(300..400).contains(&reply.status) && reply.status < 500, "{name}: {reply:?}");
        assert_page_headers(&reply);
        let hsts = reply.header("strict-transport-security").unwrap_or_default();
        let seconds = hsts.split(';').find_map(|part| part.trim().strip_prefix("max-age="));
        assert!(seconds.and_then(|text| text.parse().ok()).is_some_and(|age: u64| age >= 31_536_000), "{name}: {hsts}");
    }
}

#[tokio::test]
async fn c031_no_page_of_any_error_holds_anything_of_another_site() {
    let world = World::on(Stack::start());
    for (name, reply) in every_page(&world).await {
        let page = reply.text();
        let foreign = ["src=", "href=\"http", "href=\"//", "url(", "@import", "<iframe", "<script", "<object", "<link"];
        for foreign in foreign {
            assert!(!page.contains(foreign), "{name} holds {foreign}: {reply:?}");
        }
        assert!(!page.contains("evil.example"), "{name} repeats what it was asked: {reply:?}");
    }
}

#[tokio::test]
async fn c031_c039_a_redirect_tells_no_referrer_and_keeps_to_https() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let good = session.browser.go(&url(&world.web.id, &[])).await;
    let bad = session.browser.go(&url(&world.web.id, &[("scope", "admin")])).await;
    for landing in [good, bad] {
        let reply = &landing.reply;
        assert!(landing.callback().is_some(), "{reply:?}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{reply:?}");
        assert!(reply.header("strict-transport-security").is_some_and(|value| value.contains("max-age=")), "{reply:?}");
        assert_no_store(reply);
    }
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

#[tokio::test]
async fn c033_a_person_is_warned_of_an_app_on_the_own_device() {
    let world = World::shared();
    for uri in ["http://127.0.0.1/cb", "com.example.phone:/cb"] {
        let more = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", uri];
        let native = world.stack.cli().create_client("Native and nameless", &more);
        let mut browser = world.stack.browser();
        let page = browser.go(&authorization_url(&native.id, uri, &Pkce::new(), &[])).await;
        let consent = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
        assert!(consent.reply.text().contains("An app on this device"), "{uri}: {:?}", consent.reply);
    }
    let web = as_far_as_consent(world, &mut world.stack.browser(), &[]).await;
    assert!(!web.reply.text().contains("An app on this device"), "{:?}", web.reply);
}

#[tokio::test]
async fn c034_a_native_app_is_asked_about_each_time_and_never_silently_let_in() {
    let world = World::shared();
    for uri in ["http://127.0.0.1/cb", "com.example.phone:/cb"] {
        let more = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", uri];
        let native = world.stack.cli().create_client("Native again", &more);
        let mut browser = world.stack.browser();
        let ask = |more: &[(&str, &str)]| authorization_url(&native.id, uri, &Pkce::new(), more);
        let ana = &world.ana;
        browser.sign_in_and_consent(&ask(&[]), &ana.username, &ana.password).await.assert_granted();
        assert!(asks_for_consent(&browser.go(&ask(&[])).await), "{uri}");
        let silent = answered(&browser.go(&ask(&[("prompt", "none")])).await);
        assert_eq!((silent.error.as_deref(), silent.code), (Some("consent_required"), None), "{uri}");
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
    let session = |cookies: &std::collections::BTreeMap<String, String>| cookies["__Host-jeton-session"].clone();
    assert_ne!(session(&victim.cookies), session(&planted));
    // The planted session learns nothing about the new one: its own sign-in is as old as before.
    let old = attacker.browser.go(&url(&world.web.id, &[("prompt", "none"), ("max_age", "0")])).await;
    assert_eq!(answered(&old).error.as_deref(), Some("login_required"));
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

#[tokio::test]
async fn c038_there_is_no_web_message_mode() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    for mode in ["web_message", "jwt", "query.jwt", "form_post.jwt", "FORM_POST", "x"] {
        let landing = session.browser.go(&url(&world.web.id, &[("response_mode", mode)])).await;
        let callback = answered(&landing);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None), "{mode}");
        assert!(!landing.reply.text().contains("postMessage"), "{mode}: {:?}", landing.reply);
    }
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert_eq!(document["response_modes_supported"], json!(["query", "fragment", "form_post"]), "{path}");
    }
}

/// Headers that proxies add, and that anybody can send to a server that trusts them.
const FORWARDED: [(&str, &str); 14] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "gopher"),
    ("x-forwarded-port", "6666"),
    ("x-forwarded-for", "203.0.113.7"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-original-url", "/evil.example"),
    ("x-rewrite-url", "/evil.example"),
    ("x-host", "evil.example"),
    ("x-http-method-override", "PUT"),
    ("x-real-ip", "203.0.113.7"),
    ("forwarded", "host=evil.example;proto=gopher"),
    ("via", "1.1 evil.example"),
    ("host", "evil.example"),
    ("x-amzn-request-context", "{\"http\":{\"sourceIp\":\"203.0.113.7\"}}"),
];

#[tokio::test]
async fn c040_no_header_of_a_request_changes_the_issuer_anywhere() {
    let world = World::shared();
    let session = signed_in(world).await;
    let cookies: Vec<String> = session.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for (name, value) in FORWARDED {
        println!("{name}");
        for path in DOCUMENTS {
            let plain = session.http.get(path).send().await;
            assert_eq!(session.http.get(path).header(name, value).send().await.text(), plain.text(), "{path}");
        }
        let ask = session.http.get(&url(&world.web.id, &[])).header("cookie", cookies.join("; "));
        let location = ask.header(name, value).send().await.location().expect("an answer to the client");
        assert!(location.as_str().starts_with(&format!("{CALLBACK}?code=")), "{location}");
        assert!(location.query_pairs().any(|pair| pair == ("iss".into(), world.stack.issuer().into())), "{location}");
        let ask = session.http.post("/token").client(&world.service).header(name, value);
        let reply = ask.fields(&[("grant_type", "client_credentials"), ("resource", ORDERS)]).send().await;
        assert_granted(&reply);
        assert_eq!(Jwt::read(&reply.string("access_token")).text("iss"), world.stack.issuer());
        let page = session.http.get(&url(&world.spa.id, &[])).header(name, value).send().await;
        assert!(!page.text().contains("evil") && !page.text().contains("gopher"), "{page:?}");
    }
}

#[tokio::test]
async fn c040_a_header_with_a_client_certificate_proves_nothing() {
    let session = session::shared();
    let world = session.world;
    let names = [
        "x-client-cert",
        "x-ssl-client-cert",
        "x-ssl-client-verify",
        "x-forwarded-client-cert",
        "x-amzn-mtls-clientcert",
        "x-amzn-mtls-clientcert-subject",
        "client-cert",
        "ssl-client-cert",
    ];
    for name in names {
        let ask = || session.http.post("/token").header(name, format!("CN={}", world.service.id));
        let fields = [("grant_type", "client_credentials"), ("client_id", &*world.service.id)];
        assert_refused(&ask().fields(&fields).send().await, "invalid_client");
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
        let reply = ask().client(&world.service).fields(&fields).send().await;
        assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{name}: {reply:?}");
    }
}

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
    let cookie = known.set_cookies.iter().find(|line| line.starts_with("__Host-jeton-device=")).expect("its cookie");
    let attributes: Vec<String> = cookie.split(';').skip(1).map(|part| part.trim().to_lowercase()).collect();
    for needed in ["secure", "httponly", "samesite=lax", "path=/"] {
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
