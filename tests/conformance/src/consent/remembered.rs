//! Consent: it covers what the page showed, is remembered for clients that the operator vouches for, and can be
//! withdrawn.

use harness::{Browser, Landing, Pkce, RegisteredClient, Stack, authorization_url, free_port};
use serde_json::{Value, json};

use crate::support::pages::{answered, asks_for_a_password, asks_for_consent, assert_page_headers, sign_in, url};
use crate::support::rounds::PASSWORD;
use crate::support::self_registration::{Registration, ask};
use crate::support::session::assert_fails;
use crate::support::world::{CALLBACK, ORDERS, World};

const CHANGED: &str = "This request changed while the page was open.";
const APP: [&str; 6] = ["--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", CALLBACK];
const PUBLIC: [&str; 2] = ["--auth-method", "none"];

/// A stack that can be stopped and restarted on the same data, so that it sees changes of clients at once.
struct Place {
    data: tempfile::TempDir,
    port: u16,
}

impl Place {
    fn new() -> Self {
        Self { data: tempfile::tempdir().expect("a directory"), port: free_port() }
    }

    fn start(&self) -> Stack {
        let stack = Stack::builder().port(self.port).data(&self.data.path().join("data"));
        stack.arg("--registration").arg("token").env("JETON_REGISTRATION_PKCE", "optional").start()
    }

    /// Restarts the stack; the browser keeps its cookies.
    fn restart(&self, stack: Stack, before: &Browser) -> (Stack, Browser) {
        assert!(stack.stop().is_some_and(|status| status.success()));
        let stack = self.start();
        let mut browser = stack.browser();
        browser.cookies.clone_from(&before.cookies);
        (stack, browser)
    }
}

/// Registers a client with the scope `read` at most, for the orders API.
async fn register_with_token(stack: &Stack, metadata: &Value) -> Registration {
    let made = stack.cli().run(&["registration-token", "create", "--api", ORDERS]);
    let token = made["registration_token"].as_str();
    Registration::of(&ask(&stack.http(), "POST", "/register", token, metadata).send().await)
}

fn budget_planner(more: &Value) -> Value {
    let mut whole = json!({
        "redirect_uris": ["https://budget.example/cb"], "client_name": "Budget Planner", "scope": "openid read",
    });
    whole.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
    whole
}

/// Builds a request that leaves scope and redirect URI to the registration.
fn bare(client: &str) -> String {
    format!("/authorize?response_type=code&client_id={client}&state=s")
}

async fn decide(browser: &mut Browser, page: &Landing, decision: &str) -> Landing {
    browser.submit(page, &page.form(), &[("decision", decision)]).await
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a story that is told in order")]
async fn c138_what_changed_after_the_page_is_shown_again_and_nothing_is_issued() {
    let place = Place::new();
    let stack = place.start();
    let cli = stack.cli();
    cli.create_api(ORDERS, "read write", &[]);
    cli.create_user("ana", PASSWORD);
    let changes = [
        (json!({}), None),
        (json!({ "redirect_uris": ["https://elsewhere.example/cb"] }), Some("elsewhere.example")),
        (json!({ "scope": "openid read write" }), Some("<code>write</code>")),
        (json!({ "client_name": "Budget Planner Pro" }), Some("Budget Planner Pro")),
    ];
    let mut browser = stack.browser();
    let mut open = Vec::new();
    for (change, shown) in changes {
        let registration = register_with_token(&stack, &budget_planner(&json!({}))).await;
        let mut page = browser.go(&bare(registration.id())).await;
        if asks_for_a_password(&page) {
            page = sign_in(&mut browser, &page, "ana", PASSWORD).await;
        }
        assert!(asks_for_consent(&page) && page.reply.text().contains("budget.example"), "{:?}", page.reply);
        let mut body = budget_planner(&change);
        body["client_id"] = json!(registration.id());
        let uri = registration.document["registration_client_uri"].as_str().expect("a URI");
        let replaced = ask(&stack.http(), "PUT", uri, Some(registration.token()), &body).send().await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
        open.push((page, shown));
    }
    let (_stack, mut browser) = place.restart(stack, &browser);
    for (page, shown) in open {
        let Some(shown) = shown else {
            answered(&decide(&mut browser, &page, "allow").await).assert_granted();
            continue;
        };
        for decision in ["deny", "allow"] {
            let again = decide(&mut browser, &page, decision).await;
            assert_eq!((again.reply.status, again.callback().is_none()), (200, true), "{:?}", again.reply);
            assert!(again.reply.text().contains(CHANGED) && again.reply.text().contains(shown), "{shown}");
            assert_page_headers(&again.reply);
        }
        let again = decide(&mut browser, &page, "allow").await;
        let callback = answered(&decide(&mut browser, &again, "allow").await);
        callback.assert_granted();
        let elsewhere = callback.url.host_str() == Some("elsewhere.example");
        assert_eq!(elsewhere, shown == "elsewhere.example", "{}", callback.url);
    }
}

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
