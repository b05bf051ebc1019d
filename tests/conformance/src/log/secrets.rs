//! The log: no secret is in it, and each event that an auditor looks for is.

use std::collections::BTreeSet;

use harness::{RegisteredClient, Stack};
use serde_json::{Value, json};

use crate::support::log::{audit, requests};
use crate::support::pages::{asking, encode, fragment, sign_in, url};
use crate::support::session::{Code, guessed_at, tokens};
use crate::support::throttled::guesses;
use crate::support::world::{CALLBACK, ORDERS, World};

/// The endpoints to which a credential may be sent by mistake.
const ENDPOINTS: [&str; 7] =
    ["/token", "/introspect", "/revoke", "/par", "/device_authorization", "/userinfo", "/register"];

/// A world with every feature allowed, and clients that use them.
struct Watched {
    world: World,
    implicit: RegisteredClient,
    trusted: RegisteredClient,
    guessed: RegisteredClient,
    /// The secrets that must never be logged.
    secrets: Vec<String>,
}

impl Watched {
    fn start() -> Self {
        let builder = Stack::builder().env("JETON_ALLOW_PASSWORD_GRANT", "true").env("RUST_LOG", "trace");
        let builder = builder.arg("--registration").arg("token");
        let world = World::on(builder.env("JETON_ALLOW_IMPLICIT_GRANT", "true").start());
        let cli = world.stack.cli();
        let app = ["--auth-method", "none", "--grant", "implicit", "--redirect-uri", CALLBACK, "--api", ORDERS];
        let old = ["--grant", "password", "--grant", "refresh_token", "--api", ORDERS];
        let clients = [&world.service, &world.opaque_service, &world.web, &world.gateway];
        let mut secrets: Vec<String> = clients.iter().map(|client| client.secret().to_owned()).collect();
        secrets.push(world.ana.password.clone());
        let implicit = cli.create_client("Watched implicit", &app);
        let trusted = cli.create_client("Watched trusted", &old);
        let guessed = guessed_at(&world, "Watched guesses");
        secrets.extend([&trusted, &guessed].map(|client| client.secret().to_owned()));
        Self { world, implicit, trusted, guessed, secrets }
    }

    /// Runs codes, redemptions, refreshes, replays, reuse, revocation and introspection, and collects their tokens.
    async fn apps(&mut self) {
        let mut session = self.world.session();
        for client in [&self.world.spa, &self.world.web, &self.world.opaque_spa] {
            let code =
                session.code_with(client, &[("state", "marked-state-of-the-app"), ("nonce", "marked-nonce")]).await;
            let wrong = Code { verifier: "marked-wrong-verifier-of-an-attacker-0123456789".to_owned(), ..code.clone() };
            drop(session.redeem(client, &wrong).await);
            let first = tokens(&session.redeem(client, &code).await);
            let second = tokens(&session.refresh(client, &first.refresh).await);
            let third = tokens(&session.refresh(client, &second.refresh).await);
            assert!(session.is_active(&third.access).await);
            drop(session.refresh(client, &first.refresh).await);
            let replayed = session.code(client).await;
            let lost = tokens(&session.redeem(client, &replayed).await);
            drop(session.redeem(client, &replayed).await);
            let brief = session.tokens(client).await;
            for token in [&brief.access, &brief.refresh] {
                assert_eq!(session.revoke(client, token).await.status, 200);
            }
            self.secrets.extend([code.code, code.verifier, replayed.code, replayed.verifier]);
            for live in [first, second, third, lost, brief] {
                self.secrets.extend([live.access, live.refresh]);
            }
        }
        for (client, more) in [(&self.world.service, &[("resource", ORDERS)][..]), (&self.world.opaque_service, &[])] {
            let token = session.machine(client, more).await.string("access_token");
            assert_eq!(session.revoke(client, &token).await.status, 200);
            self.secrets.push(token);
        }
        self.secrets.extend(session.browser.cookies.values().cloned());
    }

    /// Visits the sign-in page with wrong and misplaced passwords, and collects the forms' tickets.
    async fn pages(&mut self) {
        let world = &self.world;
        let mut browser = world.stack.browser();
        let page = browser.go(&asking(&world.spa.id, &[("state", "marked-state-of-the-page")])).await;
        self.secrets.extend(page.form().input("ticket").map(|ticket| ticket.value.clone()));
        // A person types the password into the username field.
        for (username, password) in
            [("marked-password-as-a-name", "marked-wrong-password"), (&*world.ana.password, "marked-second-field")]
        {
            drop(sign_in(&mut browser, &page, username, password).await);
        }
        drop(guesses(world, world.stack.browser(), "marked-unknown-name", 7).await);
        let consent = sign_in(&mut browser, &page, "ana", &world.ana.password).await;
        self.secrets.extend(consent.form().input("ticket").map(|ticket| ticket.value.clone()));
        drop(browser.submit(&consent, &consent.form(), &[("decision", "marked-decision")]).await);
        drop(browser.submit(&consent, &consent.form(), &[("decision", "deny")]).await);
        self.secrets.extend(browser.cookies.values().cloned());
        drop(browser.go(&url("marked-client-that-is-none", &[("state", "marked-state-of-nobody")])).await);
        drop(browser.go(&url(&world.spa.id, &[("request", "marked.request.object")])).await);
    }

    /// Runs the two legacy grants.
    async fn legacy(&mut self) {
        let session = self.world.session();
        let by_password = |username: &str, password: &str| {
            let ask = session.http.post("/token").client(&self.trusted).field("grant_type", "password");
            ask.field("username", username).field("password", password).send()
        };
        let live = tokens(&by_password("ana", &self.world.ana.password).await);
        for _ in 0..7 {
            drop(by_password("marked-name-of-nobody", "marked-password-of-nobody").await);
        }
        let mut browser = self.world.stack.browser();
        let target = format!(
            "/authorize?response_type=token&client_id={}&state=marked-state-of-old&redirect_uri={}",
            self.implicit.id,
            encode(CALLBACK)
        );
        let callback = browser.sign_in_and_consent(&target, "ana", &self.world.ana.password).await;
        self.secrets.extend([live.access, live.refresh, fragment(&callback.url)["access_token"].clone()]);
    }

    /// Sends credentials that are wrong, in the wrong place, or malformed.
    async fn mistakes(&self) {
        let http = self.world.stack.http();
        for index in 0..24 {
            let ask = http.post("/token").basic(&self.guessed.id, &format!("marked-wrong-secret-{index}"));
            drop(ask.field("grant_type", "client_credentials").send().await);
        }
        for path in ENDPOINTS {
            let asks = [
                http.post(&format!("{path}?client_secret=marked-in-the-query&token=marked-in-the-query")),
                http.get(&format!("{path}?token=marked-in-a-get")),
                http.post(path).header("authorization", "Bearer marked-in-the-wrong-scheme"),
                http.post(path).header("authorization", "Basic marked-not-base64"),
                http.post(path).basic("marked-name-that-may-be-a-secret", "marked-secret-of-nobody"),
                http.post(path).field("client_id", "marked-name-that-may-be-a-secret"),
                http.post(path).client(&self.world.web).raw_form("token=marked-in-a-broken-form&x=%"),
                http.post(path).client(&self.world.web).raw_form("token=marked-twice&token=marked-twice"),
                http.post(path).client(&self.world.web).body("{\"token\":\"marked-in-json\"}"),
                http.post(path)
                    .client(&self.world.web)
                    .field("grant_type", "marked-grant")
                    .field("token", "marked-token"),
                http.post(path).client(&self.world.web).field("client_assertion", "marked.client.assertion"),
                http.post(path).field("access_token", "marked-in-the-body"),
                http.post(path).header("authorization", "DPoP marked-in-a-scheme").header("dpop", "marked.dpop.proof"),
                http.post(path).header("dpop", "marked.dpop.proof").header("cookie", "marked-cookie=marked"),
                http.post(path).header("user-agent", "marked-user-agent").header("referer", "https://marked.example"),
            ];
            for ask in asks {
                drop(ask.send().await);
            }
        }
        drop(http.get("/authorize/marked-path?code=marked-code").send().await);
        drop(http.get("/marked-path?code=marked-code").send().await);
    }

    async fn everything() -> Self {
        let mut watched = Self::start();
        watched.apps().await;
        watched.pages().await;
        watched.legacy().await;
        watched.mistakes().await;
        watched
    }
}

#[tokio::test]
async fn c130_no_secret_code_token_verifier_or_password_is_ever_logged() {
    let watched = Watched::everything().await;
    let log = watched.world.stack.log();
    assert!(requests(&watched.world.stack).len() > 100, "nothing was logged of all this");
    assert!(watched.secrets.len() > 50, "{} secrets", watched.secrets.len());
    // All input of clients, people and attackers carries a mark.
    for line in log.lines() {
        assert!(!line.contains("marked"), "{line}");
    }
    assert_holds_none(&log, &watched.secrets);
}

/// Asserts that no secret is in the log. The middle of one is enough to find it, also within other text.
pub(super) fn assert_holds_none(log: &str, secrets: &[String]) {
    for secret in secrets {
        let middle = &secret[secret.len() / 4..secret.len() * 3 / 4];
        assert!(middle.len() >= 6 && !log.contains(middle), "the log holds {secret}");
    }
}

#[tokio::test]
async fn c130_each_event_that_an_auditor_looks_for_has_its_line() {
    let watched = Watched::everything().await;
    let (spa, web, issuer) = (&watched.world.spa.id, &watched.world.web.id, &watched.world.ana.sub);
    let told = audit(&watched.world.stack);
    let expected: [(&str, &str, &[&str]); 17] = [
        ("code_issued", spa, &["subject", "grant", "source"]),
        ("code_redeemed", web, &["subject", "grant", "jti", "source"]),
        ("grant_refreshed", spa, &["subject", "grant", "jti", "source"]),
        ("code_replayed", web, &["subject", "grant", "source", "reason"]),
        ("refresh_token_reused", spa, &["subject", "grant", "source", "reason"]),
        ("token_revoked", spa, &["subject", "grant", "jti", "source"]),
        ("token_revoked", &watched.world.service.id, &["jti", "source"]),
        ("service_token_issued", &watched.world.service.id, &["jti", "source"]),
        ("service_token_issued", &watched.world.opaque_service.id, &["jti", "source"]),
        ("signed_in", spa, &["subject", "source"]),
        ("sign_in_failed", spa, &["person", "source", "reason"]),
        ("sign_in_throttled", spa, &["person", "source", "reason"]),
        ("consent_denied", spa, &["subject", "source"]),
        ("client_authentication_failed", &watched.guessed.id, &["source", "reason"]),
        ("client_authentication_throttled", &watched.guessed.id, &["source", "reason"]),
        ("implicit_token_issued", &watched.implicit.id, &["subject", "grant", "jti", "source"]),
        ("password_token_issued", &watched.trusted.id, &["subject", "grant", "jti", "source"]),
    ];
    for (event, client, members) in expected {
        let line = told.iter().find(|line| line["event"] == event && line["client_id"] == client);
        let line = line.unwrap_or_else(|| panic!("no line of {event} for {client}: {told:#?}"));
        for member in members.iter().chain(&["request_id"]) {
            assert!(line[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {event}: {line}");
        }
        assert!(line.get("subject").is_none_or(|subject| subject.is_null() || subject == issuer), "{line}");
    }
}

#[tokio::test]
async fn c130_each_use_of_an_old_grant_is_a_warning_that_says_what_to_move_to() {
    let mut watched = Watched::start();
    watched.legacy().await;
    let told = audit(&watched.world.stack);
    for (grant, client) in [("password", &watched.trusted.id), ("implicit", &watched.implicit.id)] {
        let is_it = |line: &&Value| line["event"] == "legacy_grant_used" && line["grant_type"] == grant;
        let found: Vec<&Value> = told.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{grant}: {told:#?}");
        assert_eq!((&found[0]["level"], &found[0]["client_id"]), (&json!("WARN"), &json!(client)));
        assert!(found[0].to_string().contains("authorization_code"), "{}", found[0]);
    }
}

#[tokio::test]
async fn c130_each_request_has_one_line_and_its_events_name_it() {
    let watched = Watched::everything().await;
    let told = requests(&watched.world.stack);
    let ids: BTreeSet<String> = told.iter().map(|line| line["request_id"].to_string()).collect();
    assert_eq!(ids.len(), told.len(), "a request id for each request");
    for line in &told {
        for member in ["request_id", "endpoint", "method"] {
            assert!(line[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {line}");
        }
        for member in ["status", "duration_us", "storage_calls"] {
            assert!(line[member].is_u64(), "{member}: {line}");
        }
        let status = line["status"].as_u64().unwrap();
        assert!(status < 500, "{line}");
        assert!(status < 400 || line["reason"].is_string(), "{line}");
    }
    for line in audit(&watched.world.stack) {
        assert!(ids.contains(&line["request_id"].to_string()), "{line}");
    }
}
