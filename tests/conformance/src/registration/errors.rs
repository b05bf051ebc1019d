//! Errors of self-registered clients, which send no stranger anywhere.

use serde_json::json;

use crate::support::case::Case;
use crate::support::pages::{
    answered, assert_leads_anywhere, assert_page_headers, assert_shown_here, assert_stays, encode, go_on, sign_in, url,
};
use crate::support::relying_party::app;
use crate::support::rounds::ROUNDS;
use crate::support::self_registration::{metadata, open, registered, registered_openly, with_tokens};
use crate::support::world::CALLBACK;

/// Returns requests with faults that are found before anybody signs in.
fn faulty(client: &str, more: &str) -> [String; 4] {
    let start = format!("/authorize?client_id={client}&redirect_uri={}&state=s{more}", encode(CALLBACK));
    let good = format!("{start}&response_type=code&code_challenge={}&code_challenge_method=S256", "A".repeat(43));
    [
        format!("{good}&scope=nonsense"),
        format!("{start}&response_type=nonsense"),
        format!("{good}&resource=nonsense"),
        format!(
            "{good}&scope=openid&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22x%22%7D%7D%7D"
        ),
    ]
}

fn way_on(page: &str) -> String {
    let (_, after) = page.split_once("class=\"button\" href=\"").unwrap_or_else(|| panic!("no way on: {page}"));
    after.split('"').next().expect("a link").replace("&#38;", "&")
}

#[tokio::test]
async fn c141_an_error_of_an_app_that_registered_itself_waits_for_a_person() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let http = world.stack.http();
    for request in faulty(registration.id(), "") {
        let reply = http.get(&request).send().await;
        assert_shown_here(&reply);
        assert_eq!(reply.status, 400, "{request}");
        let page = reply.text();
        assert!(page.contains("Dynamic") && page.contains("Continue to") && page.contains("app.example"), "{page}");
        let there = harness::Callback::at(::url::Url::parse(&way_on(page)).expect("a URL"));
        assert!(there.url.as_str().starts_with(CALLBACK) && page.contains(&there.error.clone().expect("an error")));
        assert_eq!((there.state.as_deref(), there.iss.as_deref()), (Some("s"), Some(world.stack.issuer())));
    }
    // An invalid cookie does not count as a session.
    let request = &faulty(registration.id(), "")[0];
    let forged = http.get(request).header("cookie", "jeton-session=jts_forged").send().await;
    assert_eq!(forged.status, 400, "{forged:?}");
}

#[tokio::test]
async fn c141_a_person_reads_in_their_language_what_is_wrong_and_the_app_in_english() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    for request in faulty(registration.id(), "&ui_locales=de") {
        let reply = world.stack.http().get(&request).send().await;
        let page = reply.text();
        let answer = ::url::Url::parse(&way_on(page)).expect("a URL");
        let sentence = match harness::Callback::at(answer.clone()).error.as_deref() {
            Some("invalid_scope") => "Die App verlangt Berechtigungen, die es hier nicht gibt",
            Some("unsupported_response_type") => "Die App möchte eine Art von Antwort, die es hier nicht gibt.",
            Some("invalid_target") => "Die App verlangt Zugriff auf eine API, die hier nicht bekannt ist",
            Some("unmet_authentication_requirements") => "Die App verlangt eine Art der Anmeldung",
            other => panic!("{request}: {other:?}"),
        };
        let description = answer.query_pairs().find(|(name, _)| name == "error_description").expect("a description").1;
        assert!(page.contains(sentence) && !page.contains(&*description), "{description}: {page}");
        assert!(description.is_ascii() && description.contains(' '), "{description}");
    }
}

#[tokio::test]
async fn c141_it_is_redirected_when_somebody_is_signed_in_or_nothing_may_be_shown() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let mut ana = world.stack.browser();
    let page = ana.go(&url(&world.web.id, &[])).await;
    drop(sign_in(&mut ana, &page, &world.ana.username, &world.ana.password).await);
    for request in faulty(registration.id(), "") {
        assert!(answered(&ana.go(&request).await).error.is_some(), "{request}");
    }
    let mut stranger = world.stack.browser();
    for request in faulty(registration.id(), "&prompt=none") {
        assert!(answered(&stranger.go(&request).await).error.is_some(), "{request}");
    }
    for request in faulty(&world.web.id, "") {
        assert!(answered(&stranger.go(&request).await).error.is_some(), "the operator's app: {request}");
    }
}

#[tokio::test]
async fn c141_an_error_in_a_form_waits_for_its_button() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let request = &faulty(registration.id(), "&response_mode=form_post")[0];
    let page = world.stack.browser().go(request).await;
    assert_eq!(page.reply.status, 400, "{:?}", page.reply);
    assert_page_headers(&page.reply);
    assert!(!page.reply.text().contains("<script"), "{:?}", page.reply);
    let form = page.form();
    assert_eq!((form.action.as_deref(), &*form.method), (Some(CALLBACK), "post"));
    let value = |name: &str| form.input(name).map(|input| input.value.clone());
    assert_eq!((value("error").as_deref(), value("state").as_deref()), (Some("invalid_scope"), Some("s")));
    assert_leads_anywhere(&page.reply);
    // With `prompt=none`, or with a session, the form submits itself as before.
    let request = &faulty(registration.id(), "&response_mode=form_post&prompt=none")[0];
    let sent = world.stack.browser().go(request).await;
    assert!(sent.reply.status == 200 && sent.reply.text().contains("<script"), "{:?}", sent.reply);
}

/// Returns requests that can only be answered with an error, one for each round.
fn bad_requests() -> Vec<(Vec<(&'static str, &'static str)>, &'static str)> {
    let bad = [
        (vec![("scope", "nonsense")], "invalid_scope"),
        (vec![("scope", "profile nonsense")], "invalid_scope"),
        (vec![("scope", "openid"), ("resource", "https://nowhere.example")], "invalid_target"),
        (vec![("scope", "openid"), ("max_age", "soon")], "invalid_request"),
        (vec![("scope", "openid"), ("acr_values", "x"), ("claims", "{")], "invalid_request"),
    ];
    (0..ROUNDS).map(|round| bad[round % bad.len()].clone()).collect()
}

#[tokio::test]
async fn c141_an_error_of_a_self_registered_client_sends_no_stranger_anywhere() {
    let (world, client) = (open(), registered_openly(&json!({ "client_name": "Redirector" })).await);
    for (parameters, code) in bad_requests() {
        let _case = Case::new(format!("{parameters:?}"));
        let target = url(client.id(), &parameters);
        let mut browser = world.stack.browser();
        let page = browser.go(&target).await;
        assert_stays(&page);
        let told = go_on(&mut browser, &page).await;
        assert_eq!((told.error.as_deref(), told.url.host_str()), (Some(code), Some("app.example")), "{}", told.url);
        // With `prompt=none` the error goes to the app at once.
        let silent = url(client.id(), &[&parameters[..], &[("prompt", "none")]].concat());
        let told = world.stack.browser().go(&silent).await.callback().expect("an answer");
        assert_eq!(told.error.as_deref(), Some(code), "{}", told.url);
    }
}

#[tokio::test]
async fn c141_who_is_signed_in_and_who_comes_from_a_client_of_the_operator_is_sent_on() {
    let (world, client) = (open(), registered_openly(&json!({ "client_name": "Redirector" })).await);
    let of_operator = app(world, "Mail of the house", &[]);
    let nonsense = [("scope", "nonsense")];
    let told = world.stack.browser().go(&url(&of_operator.id, &nonsense)).await.callback().expect("an answer");
    assert_eq!(told.error.as_deref(), Some("invalid_scope"));
    let mut browser = world.stack.browser();
    let ana = &world.ana;
    let good = url(&of_operator.id, &[("scope", "openid")]);
    browser.sign_in_and_consent(&good, &ana.username, &ana.password).await.assert_granted();
    let landing = browser.go(&url(client.id(), &nonsense)).await;
    let told = match landing.callback() {
        Some(told) => told,
        None => go_on(&mut browser, &landing).await,
    };
    assert_eq!(told.error.as_deref(), Some("invalid_scope"));
}
