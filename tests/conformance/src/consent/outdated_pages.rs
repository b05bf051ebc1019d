//! "Allow" means what the page showed: when a registration changes while the page is open, the page is shown again.

use std::sync::LazyLock;

use harness::{Browser, EmbeddedDynamo, Landing, Pkce, Stack, free_port};
use serde_json::{Value, json};

use crate::support::pages::{
    answered, asking, asks_for_a_password, asks_for_consent, assert_no_code, assert_page_headers, assert_turned_down,
    sign_in, url,
};
use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, ROUNDS, Survivors};
use crate::support::self_registration::{Registration, ask, register};
use crate::support::world::{CALLBACK, ORDERS, World};

const BUDGET: &str = "https://budget.example/cb";

/// Two servers of one deployment with separate caches.
pub(crate) struct Pair {
    /// The server for everything before "Allow".
    pub(crate) first: World,
    /// The server where "Allow" is pressed; it has not cached the client yet.
    pub(crate) second: Stack,
}

pub(crate) static PAIR: LazyLock<Pair> = LazyLock::new(Pair::start);

impl Pair {
    fn start() -> Self {
        static STORE: LazyLock<EmbeddedDynamo> = LazyLock::new(EmbeddedDynamo::start);
        let open = || {
            let stack = Stack::builder().store(&STORE.endpoint()).arg("--registration").arg("open");
            stack.env("JETON_REGISTRATION_APIS", ORDERS)
        };
        let first = World::on(open().behind_tls("login.example").start());
        // It has the same issuer, but the tests address it at its own port.
        let second = open().arg("--issuer").arg(first.stack.issuer());
        let second = second.env("JETON_KEY_FILE", &first.stack.env_file().get("JETON_KEY_FILE")).start();
        Self { first, second }
    }

    /// Presses "Allow" on a page of the first server, at the second one.
    pub(crate) async fn allow(&self, browser: &Browser, page: &Landing) -> Landing {
        let mut there = Browser::new(self.second.issuer());
        there.cookies.clone_from(&browser.cookies);
        let url = page.url.as_str().replace(self.first.stack.issuer(), self.second.issuer());
        let page = Landing { url: url.parse().expect("a URL"), reply: page.reply.clone() };
        there.submit(&page, &page.form(), &[("decision", "allow")]).await
    }
}

fn budget(more: &Value) -> Value {
    let mut whole = json!({
        "redirect_uris": [BUDGET],
        "client_name": "Budget Planner",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "read",
    });
    whole.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
    whole
}

/// Returns changes made while the page is open, each with a fact that the new page must show.
fn changes() -> [(Value, &'static str); 5] {
    [
        (json!({ "redirect_uris": ["https://stealer.example/cb"] }), "stealer.example"),
        (json!({ "client_name": "Holiday Photos" }), "Holiday Photos"),
        (json!({ "scope": "read write" }), "write"),
        (json!({ "scope": "write" }), "write"),
        (json!({ "redirect_uris": ["https://stealer.example/cb"], "scope": "read write" }), "stealer.example"),
    ]
}

/// Builds a request with neither a redirect URI nor a scope: the registration decides both.
fn bare_request(client: &str) -> String {
    let pkce = Pkce::new();
    format!(
        "/authorize?response_type=code&client_id={client}&code_challenge={}&code_challenge_method=S256",
        pkce.challenge
    )
}

/// Signs Ana in at the first server.
async fn signed_in(world: &World) -> Browser {
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.web.id, &[])).await;
    drop(sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await);
    browser
}

async fn open_page(browser: &mut Browser, client: &str) -> Landing {
    let page = browser.go(&bare_request(client)).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    for fact in ["Budget Planner", "budget.example"] {
        assert!(page.reply.text().contains(fact), "{fact}: {:?}", page.reply);
    }
    page
}

#[tokio::test]
async fn c138_what_changed_while_the_page_lay_open_is_shown_again_and_nothing_is_issued() {
    let (pair, survivors, changes) = (&*PAIR, Survivors::default(), changes());
    let mut browser = signed_in(&pair.first).await;
    for round in 0..ROUNDS {
        let registration = Registration::of(&register(&pair.first, None, &budget(&json!({}))).await);
        let page = open_page(&mut browser, registration.id()).await;
        let (change, fact) = &changes[round % changes.len()];
        let mut put = budget(change);
        put["client_id"] = json!(registration.id());
        let place = format!("/register/{}", registration.id());
        let replaced = ask(&pair.first.stack.http(), "PUT", &place, Some(registration.token()), &put).send().await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
        let there = pair.allow(&browser, &page).await;
        // The first server has cached the old registration, which its page showed.
        let here = decide(&mut browser, &page, "allow").await;
        for (server, next) in [("the other", there), ("the same", here)] {
            if let Some(callback) = next.callback() {
                survivors.note(round, format!("{change}: {server} server sends an answer to {}", callback.url));
                continue;
            }
            assert!(asks_for_consent(&next), "{change}, {server} server: {:?}", next.reply);
            for shown in [CHANGED, &*format!(">{fact}")] {
                assert!(next.reply.text().contains(shown), "{shown} is not shown: {:?}", next.reply);
            }
        }
    }
    survivors.assert_none();
}

#[tokio::test]
async fn c138_what_an_operator_changed_a_moment_ago_is_shown_before_it_is_allowed() {
    let (world, api) = (&PAIR.first, "https://photos.example");
    let cli = world.stack.cli();
    cli.create_api(api, "look=See your photos", &[]);
    let client = app(world, "Photo Frame", &["--api", api]);
    let mut browser = signed_in(world).await;
    let target = asking(&client.id, &[("scope", "look"), ("resource", api)]);
    let changes: [(&[&str], &str); 2] = [
        (&["client", "update", &client.id, "--name", "Frame of Photos"], "Frame of Photos"),
        (&["api", "update", api, "--scope", "look=Sell your photos"], "Sell your photos"),
    ];
    for (change, fact) in changes {
        let page = browser.go(&target).await;
        assert!(asks_for_consent(&page) && !page.reply.text().contains(fact), "{:?}", page.reply);
        cli.run(change);
        let again = decide(&mut browser, &page, "allow").await;
        assert!(asks_for_consent(&again), "{change:?}: {:?}", again.reply);
        for shown in [CHANGED, fact] {
            assert!(again.reply.text().contains(shown), "{shown} is not shown: {:?}", again.reply);
        }
        answered(&decide(&mut browser, &again, "allow").await).assert_granted();
    }
    let page = browser.go(&target).await;
    let elsewhere = ["--add-redirect-uri", BUDGET, "--remove-redirect-uri", CALLBACK];
    cli.run(&[&["client", "update", &client.id][..], &elsewhere].concat());
    assert_turned_down(&decide(&mut browser, &page, "allow").await);
    let disabled = app(world, "Disabled Frame", &[]);
    let page = browser.go(&asking(&disabled.id, &[])).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    cli.run(&["client", "disable", &disabled.id]);
    assert_no_code(&decide(&mut browser, &page, "allow").await);
}

#[tokio::test]
async fn c138_what_did_not_change_is_allowed_on_any_server() {
    let pair = &*PAIR;
    let mut browser = signed_in(&pair.first).await;
    let registration = Registration::of(&register(&pair.first, None, &budget(&json!({}))).await);
    let page = open_page(&mut browser, registration.id()).await;
    let callback = pair.allow(&browser, &page).await.callback().expect("an answer");
    assert_eq!(callback.url.host_str(), Some("budget.example"));
    callback.assert_granted();
}

#[tokio::test]
async fn c234_a_factor_that_the_client_demands_since_the_page_was_shown_is_demanded_where_it_is_allowed() {
    let pair = &*PAIR;
    let mut browser = signed_in(&pair.first).await;
    let client = app(&pair.first, "Strict later", &[]);
    let page = browser.go(&url(&client.id, &[])).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    pair.first.stack.cli().run(&["client", "update", &client.id, "--require-factor", "true"]);
    let next = pair.allow(&browser, &page).await;
    // The request begins again, and the person has no second factor.
    assert_eq!(next.url.path(), "/authorize", "{:?}", next.reply);
    let refused = answered(&next);
    let unmet = Some("unmet_authentication_requirements");
    assert_eq!((refused.code.as_deref(), refused.error.as_deref()), (None, unmet), "{}", refused.url);
}

const CHANGED: &str = "This request changed while the page was open.";

/// A stack that can be stopped and restarted on the same data, so that it sees changes of clients at once.
pub(super) struct Place {
    data: tempfile::TempDir,
    port: u16,
}

impl Place {
    pub(super) fn new() -> Self {
        Self { data: tempfile::tempdir().expect("a directory"), port: free_port() }
    }

    pub(super) fn start(&self) -> Stack {
        let stack = Stack::builder().port(self.port).data(&self.data.path().join("data"));
        stack.arg("--registration").arg("token").env("JETON_REGISTRATION_PKCE", "optional").start()
    }

    /// Restarts the stack; the browser keeps its cookies.
    pub(super) fn restart(&self, stack: Stack, before: &Browser) -> (Stack, Browser) {
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
