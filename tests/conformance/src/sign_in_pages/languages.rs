//! The language of pages and mails: asked for by the app, by the browser, or by nobody.

use std::fs;

use harness::{Landing, Reply, Stack};

use crate::account::forgotten::{address_of, create};
use crate::account::form_to;
use crate::account::sign_up::way_to;
use crate::support::outbox::mails_to;
use crate::support::pages::{answered, asking, asks_for_consent, assert_page_headers, sign_in, url};
use crate::support::world::World;

/// A language that Jeton does not have, with some of its texts.
const DUTCH: &str = "signed-in-as = Je bent aangemeld als { $username }.\nmail-sent-title = Kijk in je mail\n\
    reset-title = Nieuw wachtwoord\nsign-in = \"Aanmelden\" '\n";

/// Asserts that a page names its language where browsers and caches look for it.
fn assert_in(language: &str, reply: &Reply) {
    assert_page_headers(reply);
    let direction = if language == "ar" { " dir=\"rtl\"" } else { "" };
    let begins = format!("<!doctype html>\n<html lang=\"{language}\"{direction}>");
    assert!(reply.text().starts_with(&begins), "{language}: {reply:?}");
    assert_eq!(reply.header("content-language"), Some(language), "{reply:?}");
    assert_eq!(reply.header("vary").map(str::to_lowercase).as_deref(), Some("accept-language"), "{reply:?}");
}

async fn page(world: &World, path: &str, accepted: &str) -> Reply {
    world.stack.http().get(path).header("accept-language", accepted).send().await
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_prefers_and_in_english_for_others() {
    let world = World::shared();
    let rows = [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("tlh, ar-EG;q=0.5, fr;q=0.1", "ar"),
        ("fr;q=0.2, ja;q=0.7", "ja"),
        ("de;q=0, es", "es"),
        ("tlh", "en"),
        ("*", "en"),
        ("de;q=8", "en"),
        ("\"><script>", "en"),
        ("", "en"),
    ];
    for (accepted, language) in rows {
        for path in ["/authorize?client_id=nobody", "/account", "/account/forgotten", "/device", "/logout"] {
            assert_in(language, &page(world, path, accepted).await);
        }
        let asked = url(&world.spa.id, &[]);
        assert_in(language, &page(world, &asked, accepted).await);
    }
}

#[tokio::test]
async fn an_app_asks_for_a_language_and_it_stays_from_page_to_page() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let first = browser.go(&asking(&world.spa.id, &[("ui_locales", "tlh fr-CA de")])).await;
    assert_in("fr", &first.reply);
    let wrong = sign_in(&mut browser, &first, &world.ana.username, "wrong").await;
    assert_in("fr", &wrong.reply);
    let consent = sign_in(&mut browser, &wrong, &world.ana.username, &world.ana.password).await;
    assert_in("fr", &consent.reply);
    assert!(asks_for_consent(&consent), "{:?}", consent.reply);
    let denied = browser.submit(&consent, &consent.form(), &[("decision", "deny")]).await;
    assert_eq!(answered(&denied).error.as_deref(), Some("access_denied"));
    // The app's wish counts more than the browser's.
    let asked = url(&world.spa.id, &[("ui_locales", "ja"), ("prompt", "login")]);
    assert_in("ja", &page(world, &asked, "de").await);
    for path in ["/account?ui_locales=ja", "/device?ui_locales=ja", "/logout?ui_locales=ja"] {
        assert_in("ja", &page(world, path, "de").await);
    }
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_is_ignored() {
    let world = World::shared();
    for locales in ["", "tlh", "de_DE", "\"><script>", "../../etc/passwd", &"x".repeat(1000)] {
        let reply = page(world, &url(&world.spa.id, &[("ui_locales", locales), ("prompt", "login")]), "es").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_in("es", &reply);
    }
}

#[tokio::test]
async fn a_link_or_a_form_of_a_page_keeps_the_language_that_was_asked_for() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let sign_in_page = browser.go(&asking(&world.spa.id, &[("ui_locales", "de")])).await;
    let way = way_to(&sign_in_page, "/account/forgotten?request=");
    assert!(way.ends_with("&ui_locales=de"), "{way}");
    let forgotten = browser.go(&way).await;
    assert_in("de", &forgotten.reply);
    let sent = browser.submit(&forgotten, &forgotten.form(), &[("username", "nobody")]).await;
    assert_in("de", &sent.reply);
    let entry = browser.go("/device?ui_locales=de").await;
    let unknown = browser.submit(&entry, &entry.form(), &[("user_code", "BCDF-GHJK")]).await;
    assert_in("de", &unknown.reply);
}

#[tokio::test]
async fn a_deployment_adds_a_language_whose_texts_are_words_and_its_mails_have_it_too() {
    let look = tempfile::tempdir().expect("a directory");
    fs::write(look.path().join("brand.toml"), "name = \"Quince\"\n").expect("brand.toml");
    fs::create_dir(look.path().join("languages")).expect("a folder");
    fs::write(look.path().join("languages/nl.ftl"), DUTCH).expect("nl.ftl");
    let look = look.path().to_str().expect("a path").to_owned();
    let world = World::on(Stack::builder().arg("--brand").arg(&look).start());
    let metadata = world.stack.http().get("/.well-known/openid-configuration").send().await.json();
    let listed: Vec<&str> =
        metadata["ui_locales_supported"].as_array().unwrap().iter().filter_map(|tag| tag.as_str()).collect();
    assert_eq!(listed, ["en", "de", "fr", "es", "ja", "ar", "nl"]);
    create(&world, "nel");
    let asked = ask_in_dutch(&world, "nel").await;
    assert_in("nl", &asked.reply);
    assert!(asked.reply.text().contains("<h1>Kijk in je mail</h1>"), "{:?}", asked.reply);
    let sign_in_page = page(&world, &url(&world.spa.id, &[]), "nl-BE, nl;q=0.9").await;
    assert_in("nl", &sign_in_page);
    let text = sign_in_page.text();
    assert!(text.contains(">&#34;Aanmelden&#34; &#39;</button>") && text.contains(">Username</label>"), "{text}");
    let mails = mails_to(&world.stack, &address_of("nel"), 1).await;
    let [subject, html] = ["subject", "html"].map(|form| mails[0][form].as_str().expect("a text"));
    assert!(subject == "Nieuw wachtwoord" && html.contains("<html lang=\"nl\">"), "{subject}: {html}");
    assert!(html.contains("for your account nel"), "what the language lacks is English: {html}");
}

/// Asks for a mail in the language of the look, at a page whose address names it.
async fn ask_in_dutch(world: &World, username: &str) -> Landing {
    let mut browser = world.stack.browser();
    let page = browser.go("/account/forgotten?ui_locales=nl").await;
    let form = form_to(&page, "/account/forgotten?ui_locales=nl").expect("the form");
    browser.submit(&page, &form, &[("username", username)]).await
}
