//! Clients that registered themselves: their allowed names, the text about them on pages, and the limits of their
//! trust.

use std::sync::LazyLock;

use harness::{Browser, Callback, Landing, Reply, Stack, forms, free_port, jeton, run_bounded, unescape};
use serde_json::json;

use crate::support::pages::{asks_for_a_password, asks_for_consent, assert_page_headers, encode, sign_in, url};
use crate::support::relying_party::app;
use crate::support::rounds::ROUNDS;
use crate::support::self_registration::{
    Registration, assert_refused_for, metadata, open, register, registered_openly,
};
use crate::support::world::{CALLBACK, World};

/// A further stack, where confidential clients need no PKCE.
static EXCUSED: LazyLock<World> = LazyLock::new(|| {
    let stack = Stack::builder().arg("--registration").arg("open").env("JETON_REGISTRATION_PKCE", "optional");
    World::on(stack.start())
});

/// A phrase that both pages show for such a client.
const ITSELF: &str = "registered itself";

/// Returns requests that can only be answered with an error, one for each round.
fn bad_requests() -> Vec<(Vec<(&'static str, &'static str)>, &'static str)> {
    let bad = [
        (vec![("scope", "nonsense")], "invalid_scope"),
        (vec![("scope", "openid nonsense")], "invalid_scope"),
        (vec![("scope", "openid"), ("resource", "https://nowhere.example")], "invalid_target"),
        (vec![("scope", "openid"), ("max_age", "soon")], "invalid_request"),
        (vec![("scope", "openid"), ("acr_values", "x"), ("claims", "{")], "invalid_request"),
    ];
    (0..ROUNDS).map(|round| bad[round % bad.len()].clone()).collect()
}

/// Asserts a page of this site that does not redirect by itself.
pub(crate) fn assert_stays(landing: &Landing) {
    assert_eq!(landing.reply.header("location"), None, "{:?}", landing.reply);
    assert!(!landing.reply.text().contains("http-equiv"), "{:?}", landing.reply);
    assert_page_headers(&landing.reply);
}

/// Continues from an error page by its form or link, and returns the callback.
async fn go_on(browser: &mut Browser, page: &Landing) -> Callback {
    for form in forms(page.reply.text()) {
        let button: Vec<(&str, &str)> =
            form.buttons.iter().take(1).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Some(callback) = browser.submit(page, &form, &button).await.callback() {
            return callback;
        }
    }
    for link in page.reply.text().split("href=\"").skip(1) {
        let target = unescape(link.split('"').next().unwrap_or_default());
        let url = page.url.join(&target).expect("a link");
        if url.origin() != page.url.origin() {
            return Callback::at(url);
        }
        if let Some(callback) = browser.go(url.as_str()).await.callback() {
            return callback;
        }
    }
    panic!("no way on: {:?}", page.reply)
}

#[tokio::test]
async fn c141_an_error_of_a_self_registered_client_sends_no_stranger_anywhere() {
    let (world, client) = (open(), registered_openly(&json!({ "client_name": "Redirector" })).await);
    for (parameters, code) in bad_requests() {
        println!("{parameters:?}");
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

/// Returns names that are empty to the eye or mislead it.
fn bad_names() -> Vec<String> {
    let hidden = [
        '\u{0}',
        '\u{7}',
        '\n',
        '\t',
        '\u{7f}',
        '\u{85}',
        '\u{ad}',
        '\u{61c}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2060}',
        '\u{2061}',
        '\u{2064}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{206f}',
        '\u{feff}',
        '\u{fff9}',
        '\u{e0041}',
    ];
    let hidden = hidden.iter().map(|hidden| format!("Acme{hidden} Bank"));
    let blank = ["", " ", "   ", "\u{a0}", "\u{2003}", "\u{3000}"].map(str::to_owned);
    hidden.chain(blank).collect()
}

#[tokio::test]
async fn c140_a_name_that_hides_something_or_says_nothing_is_refused() {
    for name in bad_names() {
        println!("{}", name.escape_unicode());
        let reply = register(open(), None, &metadata(&json!({ "client_name": name }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", "client_name");
    }
    for name in ["Summit Bank", "Ärzte-App", "予算", "מתכנן תקציב", "R&D <beta> \"1\"", "Budget 2.0 😀"]
    {
        registered_openly(&json!({ "client_name": name })).await;
    }
}

#[tokio::test]
async fn c140_the_name_of_an_operators_client_is_taken_however_it_is_written() {
    let world = open();
    // The names of the world's clients, which existed before anybody registered.
    let taken =
        ["Opaque spa", "opaque spa", "OPAQUE SPA", " Opaque  Spa ", "Ｏｐａｑｕｅ spa", "Web", "wEB", "gateway"];
    for name in taken {
        println!("{name}");
        let reply = register(world, None, &metadata(&json!({ "client_name": name }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", "client_name");
    }
    // A change cannot take such a name either; self-registered clients may share a name among themselves.
    let own = registered_openly(&json!({ "client_name": "Acme Books" })).await;
    registered_openly(&json!({ "client_name": "Acme Books" })).await;
    let put = metadata(&json!({ "client_id": own.id(), "client_name": "OPAQUE spa" }));
    let place = format!("/register/{}", own.id());
    let reply = crate::support::self_registration::ask(&world.stack.http(), "PUT", &place, Some(own.token()), &put)
        .send()
        .await;
    assert_refused_for(&reply, "invalid_client_metadata", "client_name");
}

fn says_so(reply: &Reply) -> bool {
    reply.text().to_lowercase().contains(ITSELF)
}

#[tokio::test]
async fn c140_c139_pages_say_that_an_app_registered_itself_and_its_consent_is_not_remembered() {
    let world = open();
    let own = registered_openly(&json!({ "client_name": "Budget Planner" })).await;
    let of_operator = app(world, "Payroll of the house", &[]);
    let ana = &world.ana;
    for (client, itself) in [(own.id(), true), (&*of_operator.id, false)] {
        let mut browser = world.stack.browser();
        let more = [("scope", "openid"), ("nonce", "n")];
        let page = browser.go(&url(client, &more)).await;
        let consent = sign_in(&mut browser, &page, &ana.username, &ana.password).await;
        assert!(asks_for_consent(&consent), "{:?}", consent.reply);
        for shown in [&page, &consent] {
            assert_eq!(says_so(&shown.reply), itself, "{:?}", shown.reply);
            assert!(shown.reply.text().contains("app.example"), "{:?}", shown.reply);
        }
        let allowed = browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
        allowed.callback().expect("an answer").assert_granted();
        let again = browser.go(&url(client, &more)).await;
        assert_eq!(asks_for_consent(&again), itself, "{:?}", again.reply);
        let silent = browser.go(&url(client, &[&more[..], &[("prompt", "none")]].concat())).await;
        let silent = silent.callback().expect("an answer");
        assert_eq!(silent.error.as_deref(), itself.then_some("consent_required"), "{}", silent.url);
    }
}

/// Builds a request without PKCE.
fn bare_request(client: &str, more: &str) -> String {
    format!("/authorize?response_type=code&client_id={client}&redirect_uri={}{more}", encode(CALLBACK))
}

#[tokio::test]
async fn c142_a_confidential_client_that_registered_itself_needs_pkce_or_a_nonce_unless_the_deployment_excuses_it() {
    let strict = open();
    let client = registered_openly(&json!({ "client_name": "Without PKCE" })).await;
    assert!(client.document["client_secret"].is_string(), "a confidential client");
    let go = async |world: &World, url: String| world.stack.browser().go(&url).await;
    for bare in ["&scope=openid", "", "&scope=openid&nonce="] {
        let silent = go(strict, bare_request(client.id(), &format!("{bare}&prompt=none"))).await;
        assert_eq!(silent.callback().and_then(|told| told.error).as_deref(), Some("invalid_request"), "{bare}");
        let page = go(strict, bare_request(client.id(), bare)).await;
        assert!(!asks_for_a_password(&page), "{bare}: {:?}", page.reply);
        assert_stays(&page);
    }
    for good in [bare_request(client.id(), "&scope=openid&nonce=n"), url(client.id(), &[("scope", "openid")])] {
        let page = go(strict, good).await;
        assert!(asks_for_a_password(&page), "{:?}", page.reply);
    }
    // A public client always needs PKCE, with or without a nonce, on every stack.
    for world in [strict, &*EXCUSED] {
        let public = metadata(&json!({ "token_endpoint_auth_method": "none" }));
        let public = Registration::of(&register(world, None, &public).await);
        let silent = go(world, bare_request(public.id(), "&scope=openid&nonce=n&prompt=none")).await;
        assert_eq!(silent.callback().and_then(|told| told.error).as_deref(), Some("invalid_request"));
    }
    let excused = Registration::of(&register(&EXCUSED, None, &metadata(&json!({}))).await);
    let page = go(&EXCUSED, bare_request(excused.id(), "&scope=openid")).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
}

#[test]
fn c142_a_deployment_that_says_something_else_does_not_start() {
    let args = ["dev", "--port", &free_port().to_string(), "--registration", "open"];
    let finished = run_bounded(&jeton(), &args, &[("JETON_REGISTRATION_PKCE", "sometimes")], "", 10);
    assert!(!finished.status.success() && finished.stderr.contains("JETON_REGISTRATION_PKCE"), "{finished:?}");
}
