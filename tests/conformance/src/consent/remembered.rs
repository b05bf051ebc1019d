//! Consent that is remembered, listed and withdrawn, and clients that need none.

use harness::{Browser, Pkce, RegisteredClient, Stack, authorization_url};
use serde_json::json;

use crate::consent::outdated_pages::{PAIR, Place};
use crate::support::pages::{answered, asks_for_consent, remembered, sign_in, url};
use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, silent};
use crate::support::session::{self, Session, assert_fails};
use crate::support::world::{CALLBACK, ORDERS, World};

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

/// Registers a public app of the operator's at `redirect_uri`.
fn public_app(world: &World, name: &str, redirect_uri: &str, more: &[&str]) -> RegisteredClient {
    let app = ["--auth-method", "none", "--grant", "authorization_code", "--grant", "refresh_token", "--api", ORDERS];
    world.stack.cli().create_client(name, &[&app[..], &["--redirect-uri", redirect_uri], more].concat())
}

#[tokio::test]
async fn c139_a_public_app_of_the_operator_at_an_https_address_is_remembered() {
    let mut session = session::shared();
    let world = session.world;
    let at_https = public_app(world, "Browser app", CALLBACK, &[]);
    let (ana, scope) = (&world.ana, [("scope", "openid read")]);
    session
        .browser
        .sign_in_and_consent(&url(&at_https.id, &scope), &ana.username, &ana.password)
        .await
        .assert_granted();
    assert!(silent(&mut session.browser, &at_https, &[]).await.is_ok(), "prompt=none gives a code");
    // Any other app on this device can receive at such a redirect URI.
    for (place, redirect_uri) in ["http://127.0.0.1/cb", "com.example.app:/cb"].into_iter().enumerate() {
        let native = public_app(world, &format!("Native {place}"), redirect_uri, &[]);
        let with = |more: &[(&str, &str)]| {
            authorization_url(&native.id, redirect_uri, &Pkce::new(), &[&scope[..], more].concat())
        };
        session.browser.sign_in_and_consent(&with(&[]), &ana.username, &ana.password).await.assert_granted();
        let silent = session.browser.go(&with(&[("prompt", "none")])).await.callback().expect("an answer");
        assert_eq!(silent.error.as_deref(), Some("consent_required"));
    }
}

#[tokio::test]
async fn c139_consent_to_a_client_is_forgotten_when_another_takes_its_id() {
    let pair = &*PAIR;
    let (world, cli) = (&pair.first, pair.first.stack.cli());
    let ana = &world.ana;
    let confidential = |name: &str, host: &str| {
        let app = ["--id", "taken-over", "--grant", "authorization_code", "--api", ORDERS];
        cli.create_client(name, &[&app[..], &["--redirect-uri", &format!("https://{host}/cb")]].concat())
    };
    confidential("Mail", "mail.example");
    let with = |host: &str, more: &[(&str, &str)]| {
        authorization_url("taken-over", &format!("https://{host}/cb"), &Pkce::new(), more)
    };
    let mut browser = world.stack.browser();
    let asked = with("mail.example", &[]);
    browser.sign_in_and_consent(&asked, &ana.username, &ana.password).await.assert_granted();
    let again = browser.go(&with("mail.example", &[("prompt", "none")])).await.callback().expect("an answer");
    again.assert_granted();
    cli.run(&["client", "delete", "taken-over"]);
    confidential("Games", "games.example");
    let mut there = Browser::new(pair.second.issuer());
    there.cookies.clone_from(&browser.cookies);
    let silent = there.go(&with("games.example", &[("prompt", "none")])).await.callback().expect("an answer");
    assert_eq!(silent.error.as_deref(), Some("consent_required"), "{}", silent.url);
}

/// Returns whether the client gets a code without a question.
async fn is_remembered(session: &mut Session<'_>, client: &RegisteredClient) -> bool {
    match silent(&mut session.browser, client, &[]).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, "consent_required");
            false
        }
    }
}

#[tokio::test]
async fn c139_an_operator_lists_consents_and_withdraws_them_so_that_people_are_asked_again() {
    let mut session = session::shared();
    let world = session.world;
    let cli = world.stack.cli();
    cli.create_user("consents", PASSWORD);
    let apps = ["One", "Two"].map(|name| app(world, name, &[]));
    for client in &apps {
        drop(session.sign_in("consents", client, &[("scope", "openid read")]).await);
        assert!(is_remembered(&mut session, client).await);
    }
    let list = || cli.run(&["consent", "list", "--username", "consents"]).to_string();
    assert!(apps.iter().all(|client| list().contains(&client.id)), "{}", list());
    cli.run(&["consent", "withdraw", "--username", "consents", "--client", &apps[0].id]);
    assert!(!is_remembered(&mut session, &apps[0]).await && is_remembered(&mut session, &apps[1]).await);
    assert!(!list().contains(&apps[0].id) && list().contains(&apps[1].id), "{}", list());
    cli.run(&["consent", "withdraw", "--username", "consents"]);
    assert!(!is_remembered(&mut session, &apps[1]).await);
    assert!(!list().contains(&apps[1].id), "{}", list());
}

#[tokio::test]
async fn c177_a_trusted_client_needs_no_consent_unless_it_asks_for_it() {
    let mut session = session::shared();
    let world = session.world;
    world.stack.cli().create_user("trusting", PASSWORD);
    let client = app(world, "House app", &["--trusted"]);
    let page = session.browser.go(&url(&client.id, &[("scope", "openid read")])).await;
    let next = sign_in(&mut session.browser, &page, "trusting", PASSWORD).await;
    next.callback().expect("an answer without a consent page").assert_granted();
    assert!(silent(&mut session.browser, &client, &[]).await.is_ok());
    let asked = session.browser.go(&url(&client.id, &[("scope", "openid read"), ("prompt", "consent")])).await;
    assert!(asks_for_consent(&asked), "{:?}", asked.reply);
}

const APP: [&str; 6] = ["--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", CALLBACK];
const PUBLIC: [&str; 2] = ["--auth-method", "none"];

/// Signs Ana in and consents once for a client.
async fn agree(browser: &mut Browser, world: &World, url: &str) {
    browser.sign_in_and_consent(url, &world.ana.username, &world.ana.password).await.assert_granted();
}

async fn silent_error(browser: &mut Browser, url: &str) -> Option<String> {
    answered(&browser.go(&format!("{url}&prompt=none")).await).error
}

#[tokio::test]
async fn c139_a_browser_app_with_an_https_redirect_uri_is_remembered_and_a_native_app_is_not() {
    let world = World::shared();
    let cli = world.stack.cli();
    let app = ["--grant", "authorization_code", "--api", ORDERS];
    let rows: [(&[&str], &str, Option<&str>); 4] = [
        (&PUBLIC, "https://spa.example/cb", None),
        (&PUBLIC, "com.example.app:/cb", Some("consent_required")),
        (&PUBLIC, "http://127.0.0.1:8000/cb", Some("consent_required")),
        (&[], "com.example.app:/cb", None),
    ];
    for (method, uri, error) in rows {
        let more = [&app[..], method, &["--redirect-uri", uri]].concat();
        let client = cli.create_client("Remembered or not", &more);
        let mut browser = world.stack.browser();
        let url = authorization_url(&client.id, uri, &Pkce::new(), &[]);
        agree(&mut browser, world, &url).await;
        assert_eq!(silent_error(&mut browser, &url).await.as_deref(), error, "{uri}");
    }
}

#[tokio::test]
async fn c139_consent_is_listed_and_withdrawn() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    let other = cli.create_client("Other", &APP);
    let mut browser = world.stack.browser();
    for client in [&world.web, &other] {
        agree(&mut browser, &world, &url(&client.id, &[("scope", "read")])).await;
    }
    cli.create_user("bea", "another good password");
    for args in [&["consent", "list"][..], &["consent", "list", "ana"], &["consent", "list", "--username", "ANA"]] {
        let listed = cli.run(args);
        let listed = listed.as_array().expect("consents");
        assert_eq!(listed.len(), 2, "{listed:?}");
        let web = listed.iter().find(|one| one["client_id"] == world.web.id.as_str()).expect("consent to the web app");
        assert_eq!((&web["username"], &web["allowed"]), (&json!("ana"), &json!([{"scope": "read", "apis": [ORDERS]}])));
        assert!(web["agreed_at"].as_u64().is_some(), "{web}");
    }
    assert_eq!(cli.run(&["consent", "list", "bea"]), json!([]));
    let refused: [(&[&str], &str); 5] = [
        (&["list", "nobody"], "there is no user nobody"),
        (&["withdraw", "nobody"], "there is no user nobody"),
        (&["withdraw", "bea"], "no consent of bea"),
        (&["withdraw", "ana", "--client", "unknown"], "no consent of ana to the client unknown"),
        (&["withdraw", "ana", "--client", "a b"], "cannot be used"),
    ];
    for (args, told) in refused {
        assert_fails(&cli.finish(&[&["consent"], args].concat(), ""), told);
    }
    assert_eq!(cli.run(&["consent", "list"]).as_array().map(Vec::len), Some(2), "nothing was changed");
    let done = cli.run(&["consent", "withdraw", "ana", "--client", &world.web.id]);
    assert_eq!(done, json!({ "username": "ana", "withdrawn": [world.web.id] }));
    assert!(asks_for_consent(&browser.go(&url(&world.web.id, &[("scope", "read")])).await));
    assert_eq!(silent_error(&mut browser, &url(&other.id, &[("scope", "read")])).await, None);
    assert_eq!(cli.run(&["consent", "withdraw", "--username", "ana"])["withdrawn"], json!([other.id]));
    assert!(asks_for_consent(&browser.go(&url(&other.id, &[("scope", "read")])).await));
}

#[tokio::test]
async fn c139_consent_adds_up_page_by_page() {
    let world = World::shared();
    let client = world.stack.cli().create_client("Step by step", &APP);
    let mut browser = world.stack.browser();
    for scope in ["read", "write"] {
        agree(&mut browser, world, &url(&client.id, &[("scope", scope)])).await;
    }
    for scope in ["read", "write", "read write"] {
        assert_eq!(silent_error(&mut browser, &url(&client.id, &[("scope", scope)])).await, None, "{scope}");
    }
    let openid = url(&client.id, &[("scope", "openid read")]);
    assert_eq!(silent_error(&mut browser, &openid).await.as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn c139_consent_does_not_outlive_a_change_of_the_registration() {
    let place = Place::new();
    let stack = place.start();
    let cli = stack.cli();
    cli.create_api(ORDERS, "read write", &[]);
    cli.create_user("ana", PASSWORD);
    let create = |cli: &harness::Cli, id: &str, name: &str, host: &str| -> RegisteredClient {
        let uri = format!("https://{host}/cb");
        cli.create_client(name, &["--id", id, "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", &uri])
    };
    let rows = [("same", "App", "app.example"), ("renamed", "Other", "app.example"), ("moved", "App", "b.example")];
    let mut browser = stack.browser();
    for (id, ..) in rows {
        drop(create(&cli, id, "App", "app.example"));
        let url = authorization_url(id, CALLBACK, &Pkce::new(), &[]);
        browser.sign_in_and_consent(&url, "ana", PASSWORD).await.assert_granted();
    }
    for (id, name, host) in rows.into_iter().filter(|(id, ..)| *id != "same") {
        cli.run(&["client", "delete", id]);
        drop(create(&cli, id, name, host));
    }
    let (_stack, mut browser) = place.restart(stack, &browser);
    for (id, _, host) in rows {
        let url = authorization_url(id, &format!("https://{host}/cb"), &Pkce::new(), &[]);
        let expected = if id == "same" { None } else { Some("consent_required") };
        assert_eq!(silent_error(&mut browser, &url).await.as_deref(), expected, "{id}");
    }
}

#[tokio::test]
async fn c177_a_trusted_app_of_the_operator_shows_no_consent_page_unless_it_asks_for_one() {
    let world = World::shared();
    let cli = world.stack.cli();
    let client = cli.create_client("First party", &[&APP[..], &["--trusted"]].concat());
    assert_eq!(cli.run(&["client", "show", &client.id])["trusted"], true);
    assert_eq!(cli.run(&["client", "show", &world.web.id])["trusted"], false);
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&client.id, &[])).await;
    answered(&sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await).assert_granted();
    assert_eq!(silent_error(&mut browser, &url(&client.id, &[])).await, None);
    assert!(asks_for_consent(&browser.go(&url(&client.id, &[("prompt", "consent")])).await));
    // Any app on a device can claim this scheme.
    let uri = "com.example.first:/cb";
    let more = ["--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", uri, "--trusted"];
    let native = cli.create_client("First party too", &[&more[..], &PUBLIC].concat());
    assert!(asks_for_consent(&browser.go(&authorization_url(&native.id, uri, &Pkce::new(), &[])).await));
}
