//! Descriptions of scopes by language: given by the operator, and shown to people in the language of their page.

use harness::{Landing, RegisteredClient, Stack};
use serde_json::{Value, json};

use crate::support::devices::{self, asked, decide};
use crate::support::pages::{answered, asking, asks_for_consent, sign_in};
use crate::support::session::assert_fails;
use crate::support::world::{CALLBACK, World};

const API: &str = "https://tongues.example";
const TEXTS: [(&str, &str); 4] = [
    ("tlh", "Read your orders"),
    ("de-AT", "Deine Bestellungen lesen"),
    ("ja", "注文を読む"),
    ("fr", "Read your orders"),
];

/// Registers an API that describes one scope in two further languages, and a client for it.
fn described(world: &World) -> (Value, RegisteredClient) {
    let cli = world.stack.cli();
    let german = format!("DE:orders:read={}", TEXTS[1].1);
    let japanese = format!("ja:orders:read={}", TEXTS[2].1);
    let more = ["--scope", "orders:read=Read your orders", "--describe-in", &german, "--describe-in", &japanese];
    let made = cli.create_api(API, "write", &more);
    let more = ["--grant", "authorization_code", "--grant", "device_code", "--redirect-uri", CALLBACK, "--api", API];
    (made, cli.create_client("Tongues", &[&more[..], &["--auth-method", "none"]].concat()))
}

/// Asserts that a page describes the scope once, in one of its languages.
fn assert_describes(page: &Landing, text: &str) {
    let item = format!("<li><span>{text}</span> <code>orders:read</code></li>");
    assert!(page.reply.text().contains(&item), "{text}: {:?}", page.reply);
}

#[tokio::test]
async fn a_scope_is_described_in_the_language_of_the_page_and_in_others_as_for_everybody() {
    let world = World::on(Stack::start());
    let (_, client) = described(&world);
    let mut browser = world.stack.browser();
    let ask = |locales: &str| asking(&client.id, &[("scope", "orders:read openid"), ("ui_locales", locales)]);
    let first = browser.go(&ask("de")).await;
    let first = sign_in(&mut browser, &first, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&first), "{:?}", first.reply);
    for (locales, text) in TEXTS {
        assert_describes(&browser.go(&ask(locales)).await, text);
    }
    // What is built in has the language too, and the language is not part of what is allowed.
    assert!(first.reply.text().contains("<code>openid</code>") && !first.reply.text().contains("Know who you are"));
    let mut form = first.form();
    form.action = form.action.map(|action| action.replace("ui_locales=de", "ui_locales=ja"));
    let allowed = browser.submit(&first, &form, &[("decision", "allow")]).await;
    answered(&allowed).assert_granted();
    for (locales, text) in TEXTS {
        let account = browser.go(&format!("/account?ui_locales={locales}")).await;
        assert!(account.reply.text().contains(&format!("{text}</span>")), "{text}: {:?}", account.reply);
    }
}

#[tokio::test]
async fn c213_a_device_page_describes_a_scope_in_its_language() {
    let world = World::on(Stack::start());
    let (_, client) = described(&world);
    let session = world.session();
    let codes = asked(&session, &client, &[("scope", "orders:read")]).await;
    let mut browser = world.stack.browser();
    let page = browser.go(&format!("{}&ui_locales=de", codes.complete)).await;
    let page = devices::signed_in(&mut browser, page, &world.ana).await;
    assert_describes(&page, TEXTS[1].1);
    assert_eq!(decide(&mut browser, &page, "allow").await.reply.status, 200);
}

#[test]
fn c244_a_description_in_one_language_is_changed_and_removed_and_the_others_stay() {
    let world = World::on(Stack::start());
    let (made, _) = described(&world);
    let cli = world.stack.cli();
    let both = json!({ "de": { "orders:read": TEXTS[1].1 }, "ja": { "orders:read": TEXTS[2].1 } });
    assert_eq!((&made["scope_descriptions_in"], &made["scope_descriptions"]["write"]), (&both, &Value::Null));
    assert_eq!(cli.run(&["api", "show", API]), made);
    let change = |value: &str| cli.run(&["api", "update", API, "--describe-in", value])["scope_descriptions_in"].take();
    let changed = json!({ "de": { "orders:read": "Lesen" }, "ja": { "orders:read": TEXTS[2].1 } });
    assert_eq!(change("de:orders:read=Lesen"), changed);
    assert_eq!(change("ja:orders:read="), json!({ "de": { "orders:read": "Lesen" } }));
    let trail = cli.run(&["audit", "list", "--about", API]);
    let last = trail.as_array().and_then(|records| records.last()).expect("a record");
    assert_eq!(last["attributes"], json!(["scope_descriptions"]));
    for (value, why) in [
        ("de:write=Schreiben", "for everybody else first"),
        ("de:orders:read=a\u{202e}", "changes the direction of writing"),
        ("german:orders", "LANGUAGE:SCOPE=TEXT"),
        ("d:orders:read=Lesen", "BCP 47"),
    ] {
        assert_fails(&cli.finish(&["api", "update", API, "--describe-in", value], ""), why);
    }
    let gone = cli.run(&["api", "update", API, "--scope", "write", "--scope", "orders:read="]);
    assert_eq!((&gone["scope_descriptions"], &gone["scope_descriptions_in"]), (&json!({}), &Value::Null));
}
