//! "Allow" means what the page showed: when a registration changes while the page is open, the page is shown again.

use std::sync::LazyLock;

use harness::{Browser, EmbeddedDynamo, Landing, Pkce, RegisteredClient, Stack, authorization_url};
use serde_json::{Value, json};

use crate::support::pages::{asks_for_consent, assert_turned_down, sign_in, url};
use crate::support::rounds::{PASSWORD, ROUNDS, Survivors, silent};
use crate::support::self_registration::{Registration, ask, register};
use crate::support::session::{self, Session};
use crate::support::world::{CALLBACK, ORDERS, World};

const BUDGET: &str = "https://budget.example/cb";

/// Two servers of one deployment with separate caches.
struct Pair {
    /// The server for everything before "Allow".
    first: World,
    /// The server where "Allow" is pressed; it has not cached the client yet.
    second: Stack,
}

static PAIR: LazyLock<Pair> = LazyLock::new(Pair::start);

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
    async fn allow(&self, browser: &Browser, page: &Landing) -> Landing {
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
        let next = pair.allow(&browser, &page).await;
        if let Some(callback) = next.callback() {
            survivors.note(round, format!("{change}: the answer goes to {}", callback.url.host_str().unwrap_or("?")));
        } else if asks_for_consent(&next) {
            assert!(next.reply.text().contains(&format!(">{fact}")), "{fact} is not shown: {:?}", next.reply);
        } else {
            assert_turned_down(&next);
        }
        // The first server still has the old registration cached; it sends the code only to the old redirect URI.
        let same = browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
        if same.callback().is_some_and(|callback| callback.url.host_str() != Some("budget.example")) {
            survivors.note(round, format!("{change}: at the first server the answer goes elsewhere"));
        }
    }
    survivors.assert_none();
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
    let apps = ["One", "Two"].map(|name| crate::support::relying_party::app(world, name, &[]));
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
    let client = crate::support::relying_party::app(world, "House app", &["--trusted"]);
    let page = session.browser.go(&url(&client.id, &[("scope", "openid read")])).await;
    let next = sign_in(&mut session.browser, &page, "trusting", PASSWORD).await;
    next.callback().expect("an answer without a consent page").assert_granted();
    assert!(silent(&mut session.browser, &client, &[]).await.is_ok());
    let asked = session.browser.go(&url(&client.id, &[("scope", "openid read"), ("prompt", "consent")])).await;
    assert!(asks_for_consent(&asked), "{:?}", asked.reply);
}
