//! Names of self-registered clients, and pages that say where a client comes from.

use harness::{Landing, Reply};
use serde_json::json;

use crate::support::case::Case;
use crate::support::pages::{asks_for_a_password, asks_for_consent, sign_in, url};
use crate::support::relying_party::app;
use crate::support::self_registration::{
    ask, assert_refused_for, initial_token, metadata, open, register, registered, registered_openly, with_tokens,
};
use crate::support::session::assert_fails;

const MARK: &str = "This app registered itself on ";

fn assert_marked(landing: &Landing, host: &str) {
    let page = landing.reply.text();
    let (_, after) = page.split_once(MARK).unwrap_or_else(|| panic!("not marked: {page}"));
    let date = after.split('.').next().expect("a date");
    let words: Vec<&str> = date.split(' ').collect();
    assert!(words.len() == 3 && words[2].parse::<u32>().is_ok_and(|year| year > 2024), "{date}");
    assert!(after.split("</p>").next().is_some_and(|note| note.contains(host)), "{page}");
}

#[tokio::test]
async fn c140_every_page_of_an_app_that_registered_itself_says_so() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let mut browser = world.stack.browser();
    let more = [("scope", "openid"), ("nonce", "n"), ("response_mode", "form_post")];
    let page = browser.go(&url(registration.id(), &more)).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    assert_marked(&page, "app.example");
    let page = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    assert_marked(&page, "app.example");
    let sent = browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    assert!(sent.form().input("code").is_some(), "{:?}", sent.reply);
    assert_marked(&sent, "app.example");
    // The operator's apps carry no mark.
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.web.id, &[])).await;
    let next = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    for landing in [page, next] {
        assert!(!landing.reply.text().contains(MARK), "{:?}", landing.reply);
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a row for each name")]
async fn c140_a_name_that_hides_something_or_looks_like_the_operators_is_refused() {
    let world = with_tokens();
    let cli = world.stack.cli();
    let hidden = [
        "a\u{7}",
        "Acme\u{200b}Bank",
        "\u{202e}knaB",
        "a\u{2066}b",
        "a\u{200f}",
        "a\u{61c}b",
        "a\u{feff}",
        "a\u{ad}b",
        "\u{3164}",
        "a\u{2028}b",
        "a\u{e0041}",
        "\u{2800}",
    ];
    let alike = [
        "Acme Bank",
        "ACME BANK",
        "acme  bank",
        "Acme\u{a0}Bank",
        "\u{410}cme Bank",
        "Acme B\u{430}nk",
        "\u{ff21}\u{ff43}\u{ff4d}\u{ff45} Bank",
        "\u{1d400}cme Bank",
        "Acrne Bank",
        "WEB",
        "Sp\u{430}",
    ];
    for name in hidden.iter().chain(&alike) {
        let token = initial_token(world, &[]);
        let token = token["registration_token"].as_str();
        let reply = register(world, token, &metadata(&json!({ "client_name": name }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", "client_name");
    }
    // A name that is blank, or no text, is none: the client is shown by its id (C164).
    for blank in [json!(""), json!(" "), json!("\u{a0}"), json!("\u{2003}\u{3000}"), json!(7)] {
        let document = registered(&metadata(&json!({ "client_name": blank }))).await.document;
        assert_eq!(document["client_name"], document["client_id"], "{blank}");
    }
    for good in ["Acme Banking", "Müller & Søn", "家計簿", "تطبيق", "Ελλάδα 2", "Acme-Bank 2"] {
        assert_eq!(registered(&metadata(&json!({ "client_name": good }))).await.document["client_name"], good);
    }
    // An existing registration cannot take such a name either.
    let registration = registered(&metadata(&json!({ "client_name": "Budget Planner" }))).await;
    let body = metadata(&json!({ "client_id": registration.id(), "client_name": "acme bank" }));
    assert_refused_for(&registration.ask("PUT", &body).await, "invalid_client_metadata", "client_name");
    for name in [" ", "a\u{7}", "a\u{202e}b", "a\u{200b}b"] {
        assert_fails(
            &cli.finish(&["client", "create", "--name", name, "--introspects", "https://orders.example"], ""),
            "name",
        );
    }
}

/// A phrase that both pages show for such a client.
const ITSELF: &str = "registered itself";

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
    hidden.iter().map(|hidden| format!("Acme{hidden} Bank")).collect()
}

#[tokio::test]
async fn c140_a_name_that_hides_something_is_refused() {
    for name in bad_names() {
        let _case = Case::new(name.escape_unicode());
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
        let _case = Case::new(name);
        let reply = register(world, None, &metadata(&json!({ "client_name": name }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", "client_name");
    }
    // A change cannot take such a name either; self-registered clients may share a name among themselves.
    let own = registered_openly(&json!({ "client_name": "Acme Books" })).await;
    registered_openly(&json!({ "client_name": "Acme Books" })).await;
    let put = metadata(&json!({ "client_id": own.id(), "client_name": "OPAQUE spa" }));
    let place = format!("/register/{}", own.id());
    let reply = ask(&world.stack.http(), "PUT", &place, Some(own.token()), &put).send().await;
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
