//! Pushed authorization requests (RFC 9126): who may push what, who may use the reference, how often, and until when.

use harness::{Landing, Pkce, RegisteredClient, Stack};

use crate::authorization_request::request_objects;
use crate::support::case::Case;
use crate::support::handles::with_another_end;
use crate::support::pages::{
    answered, asks_for_a_password, asks_for_consent, assert_turned_down, sign_in, to_another_account, url,
};
use crate::support::published::{DOCUMENTS, document};
use crate::support::pushed::{assert_pushed, at, make_late, push, pushed, request};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, assert_refused_with};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::stored::{Stored, is_kept};
use crate::support::world::{CALLBACK, ORDERS, World};

/// Registers an app of a test of its own, with these options.
fn app(world: &World, name: &str, more: &[&str]) -> RegisteredClient {
    let usual = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    world.stack.cli().create_client(name, &[&usual[..], more].concat())
}

/// Signs Ana in and agrees, from the first page on, and redeems the code.
async fn finish(session: &mut Session<'_>, client: &RegisteredClient, target: &str, pkce: Pkce) {
    let ana = &session.world.ana;
    let callback = session.browser.sign_in_and_consent(target, &ana.username, &ana.password).await;
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    assert_granted(&session.redeem(client, &code).await);
}

/// C193: asserts a page of this site that leads to no app.
fn assert_page(landing: &Landing) {
    assert_turned_down(landing);
    assert!(!landing.reply.text().contains("app.example"), "{:?}", landing.reply);
}

#[tokio::test]
async fn c104_c105_a_client_pushes_as_it_authenticates_and_gets_a_code_for_the_reference() {
    let mut session = session::shared();
    let world = session.world;
    let signer = Signer::new(jsonwebtoken::Algorithm::ES256, "pushes");
    let key = ["--auth-method", "private_key_jwt", "--jwks", &signer.file(world, "pushes.json")];
    let keyed = app(world, "Pushes with a key", &key);
    let post = app(world, "Pushes in the body", &["--auth-method", "client_secret_post"]);
    for client in [&world.web, &world.spa] {
        let pkce = Pkce::new();
        let target = pushed(&session, client, &pkce, &[("state", "s")]).await;
        finish(&mut session, client, &target, pkce).await;
    }
    let pkce = Pkce::new();
    let secret = post.secret.as_deref().unwrap();
    let ask = request(&session, &pkce, &[]).field("client_id", &post.id).field("client_secret", secret);
    let target = at(&post.id, &assert_pushed(&ask.send().await));
    let callback = session.browser.sign_in_and_consent(&target, &world.ana.username, &world.ana.password).await;
    callback.assert_granted();
    // The client's id stands in the assertion alone.
    let assertion = signer.assertion(&claims(world, &keyed.id));
    let ask = request(&session, &Pkce::new(), &[]).fields(&assertion.fields());
    let target = at(&keyed.id, &assert_pushed(&ask.send().await));
    session.browser.sign_in_and_consent(&target, &world.ana.username, &world.ana.password).await.assert_granted();
    let again = request(&session, &Pkce::new(), &[]).fields(&assertion.fields()).send().await;
    assert_refused(&again, "invalid_client");
}

#[tokio::test]
async fn c104_c105_a_push_without_its_credentials_or_in_another_way_is_refused() {
    let session = session::shared();
    let world = session.world;
    let ask = || request(&session, &Pkce::new(), &[]);
    assert_refused(&ask().basic(&world.web.id, "jtk_wrong").send().await, "invalid_client");
    assert_refused(&ask().field("client_id", &world.web.id).send().await, "invalid_client");
    assert_refused(&ask().field("client_id", "nobody").send().await, "invalid_client");
    assert_refused(&ask().send().await, "invalid_client");
    let two = ask().client(&world.web).field("client_id", &world.spa.id).send().await;
    assert_refused(&two, "invalid_client");
    for method in ["GET", "PUT", "DELETE"] {
        let reply = session.http.ask(method, "/par").client(&world.web).send().await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{method}: {reply:?}");
    }
    let json = session.http.post("/par").client(&world.web).header("content-type", "application/json").body("{}");
    assert_refused(&json.send().await, "invalid_request");
}

#[tokio::test]
async fn c105_c108_each_fault_of_a_request_is_told_to_the_client_that_pushes_it() {
    let session = session::shared();
    let long = "s".repeat(8_193);
    let rows: [(&[(&str, &str)], &str); 18] = [
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        (&[("request_uri", "https://app.example/r")], "invalid_request"),
        (&[("redirect_uri", "https://evil.example/cb")], "invalid_request"),
        (&[("redirect_uri", "/cb")], "invalid_request"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("resource", "https://other.example")], "invalid_target"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("state", "a"), ("state", "a")], "invalid_request"),
        (&[("unknown", "1"), ("unknown", "2")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("state", &*long)], "invalid_request"),
        (&[("response_mode", "x")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("claims", "[]")], "invalid_request"),
    ];
    for (more, error) in rows {
        let case = Case::new(format!("{} {error}", more[0].0));
        let reply = push(&session, &session.world.web, &Pkce::new(), more).await;
        assert_refused(&reply, error);
        drop(case);
    }
    // RFC 9126 §2.3: 16 KiB are carried from page to page, and 32 KiB are read at all.
    for bytes in [17_000, 40_000] {
        let reply = push(&session, &session.world.web, &Pkce::new(), &[("odd", &"x".repeat(bytes))]).await;
        assert_refused_with(&reply, 413, "invalid_request");
    }
}

#[tokio::test]
async fn c002_c108_the_port_of_a_loopback_redirect_uri_that_is_pushed_may_vary_and_nothing_else() {
    let session = session::shared();
    let more = ["--auth-method", "none", "--redirect-uri", "http://127.0.0.1/cb"];
    let client = app(session.world, "Pushes from a loopback", &more);
    for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"] {
        assert_pushed(&push(&session, &client, &Pkce::new(), &[("redirect_uri", uri)]).await);
    }
    for uri in ["http://127.0.0.1:51004/cb/", "http://127.0.0.2:51004/cb", "https://127.0.0.1/cb"] {
        let reply = push(&session, &client, &Pkce::new(), &[("redirect_uri", uri)]).await;
        assert_refused(&reply, "invalid_request");
    }
}

/// Asserts that a client must push, also a request object that it signed.
async fn assert_must_push_what_it_signs(session: &mut Session<'_>, more: &[&str]) {
    let signer = Signer::new(jsonwebtoken::Algorithm::ES256, "object");
    let client = request_objects::app(session.world, "Must push what it signs", &signer, more);
    let claims = request_objects::claims(session, &client, &Pkce::new()).await;
    let object = request_objects::signed(&signer, &claims);
    let callback = answered(&session.browser.go(&request_objects::sent(&client.id, &object)).await);
    assert_eq!(
        (callback.error.as_deref(), callback.state.as_deref()),
        (Some("invalid_request"), Some("in the object"))
    );
    assert!(callback.code.is_none(), "{}", callback.url);
    let target = at(&client.id, &assert_pushed(&push(session, &client, &Pkce::new(), &[("request", &*object)]).await));
    assert!(session.world.stack.browser().go(&target).await.form().input("password").is_some());
}

#[tokio::test]
async fn c106_c193_a_reference_is_its_clients_own_and_anything_else_is_a_page() {
    let mut session = session::shared();
    let world = session.world;
    let reply = push(&session, &world.web, &Pkce::new(), &[]).await;
    let request_uri = assert_pushed(&reply);
    let mine = at(&world.web.id, &request_uri);
    let changed = with_another_end(&request_uri);
    let bare = request_uri.rsplit(':').next().unwrap();
    let rows = [
        at(&world.spa.id, &request_uri),
        at("nobody", &request_uri),
        at(&world.web.id, &changed),
        at(&world.web.id, "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"),
        format!("{mine}&request=e30.e30."),
        mine.replace("client_id", "x"),
        // Beside a whole request the reference counts, and nothing else.
        format!("{}&request_uri={}", url(&world.spa.id, &[]), request_uri.replace(':', "%3A")),
    ];
    for target in rows {
        assert_page(&session.browser.go(&target).await);
    }
    // The handle alone is a reference to nothing that is supported.
    let landing = session.browser.go(&format!("{}&request_uri={bare}", url(&world.web.id, &[]))).await;
    assert_eq!(answered(&landing).error.as_deref(), Some("request_uri_not_supported"));
    assert!(asks_for_a_password(&session.browser.go(&mine).await));
}

#[tokio::test]
async fn c107_c194_a_reference_leads_on_until_the_person_has_answered() {
    let mut session = session::shared();
    let world = session.world;
    let client = app(world, "Pushed once", &["--auth-method", "none"]);
    let target = pushed(&session, &client, &Pkce::new(), &[("state", "s")]).await;
    for _ in 0..3 {
        assert!(asks_for_a_password(&session.browser.go(&target).await));
    }
    let page = session.browser.go(&target).await;
    let first = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    let second = session.browser.go(&target).await;
    assert!(asks_for_consent(&first) && asks_for_consent(&second));
    let callback = answered(&session.browser.submit(&first, &first.form(), &[("decision", "allow")]).await);
    assert_eq!(callback.state.as_deref(), Some("s"));
    callback.assert_granted();
    // Of two tabs one gets the code, whatever is chosen in the other.
    for decision in ["allow", "deny"] {
        assert_page(&session.browser.submit(&second, &second.form(), &[("decision", decision)]).await);
    }
    assert_page(&session.browser.go(&target).await);
}

#[tokio::test]
async fn c194_a_request_that_was_denied_can_be_allowed_by_nobody() {
    let mut session = session::shared();
    let world = session.world;
    let client = app(world, "Pushed and denied", &["--auth-method", "none"]);
    let target = pushed(&session, &client, &Pkce::new(), &[]).await;
    let page = session.browser.go(&target).await;
    let consent = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    let other = session.browser.go(&target).await;
    let denied = session.browser.submit(&consent, &consent.form(), &[("decision", "deny")]).await;
    assert_eq!(answered(&denied).error.as_deref(), Some("access_denied"));
    assert_page(&session.browser.submit(&other, &other.form(), &[("decision", "allow")]).await);
    assert_page(&session.browser.go(&target).await);
}

#[tokio::test]
async fn c194_parameters_beside_the_reference_change_nothing() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let beside = "state=other&nonce=n&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&prompt=login&scope=admin\
                  &response_type=token&response_mode=fragment&state=again&code_challenge=x";
    let pkce = Pkce::new();
    let target = pushed(&session, &world.web, &pkce, &[("state", "pushed"), ("scope", "read")]).await;
    let callback = answered(&session.browser.go(&format!("{target}&{beside}")).await);
    assert_eq!(callback.state.as_deref(), Some("pushed"), "{}", callback.url);
    assert!(callback.url.as_str().starts_with(CALLBACK), "{}", callback.url);
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let reply = session.redeem(&world.web, &code).await;
    assert_granted(&reply);
    assert_eq!(reply.string("scope"), "read");
}

#[tokio::test]
async fn c106_c193_a_reference_expires_before_its_first_page_and_not_after_it() {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let client = app(&world, "Pushed late", &["--auth-method", "none"]);
    let (pkce, password) = (Pkce::new(), (&*world.ana.username, &*world.ana.password));
    let target = pushed(&session, &client, &pkce, &[]).await;
    let page = session.browser.go(&target).await;
    make_late(&world, &client, "shown_before").await;
    // A form that this browser never got opens nothing.
    let mut stranger = world.stack.browser();
    assert_page(&stranger.go(&target).await);
    assert_page(&sign_in(&mut stranger, &page, password.0, password.1).await);
    for factor in [("code", "123456"), ("recovery_code", "x"), ("password", "x")] {
        // The ticket looks like that of a form for a second factor.
        let shown = stranger.submit(&page, &page.form(), &[("ticket", "jth_x"), factor]).await;
        assert_page(&shown);
        assert!(!shown.reply.text().contains(r#"type="password""#), "{factor:?}: {:?}", shown.reply);
    }
    let wrong = sign_in(&mut session.browser, &page, password.0, "wrong").await;
    let consent = sign_in(&mut session.browser, &wrong, password.0, password.1).await;
    assert!(asks_for_consent(&consent), "{:?}", consent.reply);
    let callback = answered(&session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await);
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    assert_granted(&session.redeem(&client, &code).await);
    // Of a person who signed in earlier, and for something else, the form was never shown.
    let target = pushed(&session, &client, &Pkce::new(), &[]).await;
    make_late(&world, &client, "shown_before").await;
    assert_page(&session.browser.go(&target).await);
}

#[tokio::test]
async fn c193_a_page_that_was_open_for_more_than_an_hour_allows_nothing() {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let client = app(&world, "Pushed too late", &["--auth-method", "none"]);
    let target = pushed(&session, &client, &Pkce::new(), &[]).await;
    let page = session.browser.go(&target).await;
    let consent = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    make_late(&world, &client, "ends_at").await;
    assert_page(&session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await);
}

#[tokio::test]
async fn a_consent_page_leads_to_another_account_when_the_reference_has_expired() {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let client = app(&world, "Pushed for another", &["--auth-method", "none"]);
    let bob = world.stack.cli().create_user("bob", "another battery staple");
    let target = pushed(&session, &client, &Pkce::new(), &[]).await;
    let page = session.browser.go(&target).await;
    let consent = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    make_late(&world, &client, "shown_before").await;
    let link = to_another_account(&consent);
    assert!(!link.contains("prompt"), "{link}");
    let page = session.browser.go(&link).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    let consent = sign_in(&mut session.browser, &page, &bob.username, &bob.password).await;
    answered(&session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await).assert_granted();
    assert_page(&session.browser.go(&link).await);
}

#[tokio::test]
async fn c029_a_client_that_must_push_cannot_ask_in_another_way() {
    let mut session = session::shared();
    let world = session.world;
    let client = app(world, "Must push", &["--require-par", "--auth-method", "none"]);
    let callback = answered(&session.browser.go(&url(&client.id, &[("state", "s")])).await);
    assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some("invalid_request"), Some("s")));
    let pkce = Pkce::new();
    let target = pushed(&session, &client, &pkce, &[]).await;
    finish(&mut session, &client, &target, pkce).await;
    assert_must_push_what_it_signs(&mut session, &["--require-par"]).await;
}

#[tokio::test]
async fn c029_a_deployment_may_demand_that_every_client_pushes_and_its_metadata_say_so() {
    let world = World::with("JETON_REQUIRE_PAR", "true");
    let mut session = world.session();
    let callback = answered(&session.browser.go(&url(&world.web.id, &[])).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None));
    let pkce = Pkce::new();
    let target = pushed(&session, &world.web, &pkce, &[]).await;
    finish(&mut session, &world.web, &target, pkce).await;
    assert_must_push_what_it_signs(&mut session, &[]).await;
    let shared = session::shared();
    for (session, required) in [(&session, true), (&shared, false)] {
        for path in DOCUMENTS {
            let document = document(&session.http, path).await;
            let endpoint = format!("{}/par", document["issuer"].as_str().unwrap());
            assert_eq!(document["pushed_authorization_request_endpoint"], endpoint.as_str());
            assert_eq!(document["require_pushed_authorization_requests"], required);
        }
    }
}

#[tokio::test]
async fn c193_no_secret_and_no_assertion_is_kept_with_a_request() {
    let stored = Stored::start();
    let session = stored.world.session();
    let world = session.world;
    let signer = Signer::new(jsonwebtoken::Algorithm::ES256, "kept");
    let key = ["--auth-method", "private_key_jwt", "--jwks", &signer.file(world, "kept.json")];
    let keyed = app(world, "Kept with a key", &key);
    let post = app(world, "Kept in the body", &["--auth-method", "client_secret_post"]);
    let secret = post.secret.as_deref().unwrap();
    let ask = request(&session, &Pkce::new(), &[("state", "is-kept-as-it-is")]);
    let request_uri = assert_pushed(&ask.field("client_id", &post.id).field("client_secret", secret).send().await);
    let assertion = signer.assertion(&claims(world, &keyed.id));
    assert_pushed(&request(&session, &Pkce::new(), &[]).fields(&assertion.fields()).send().await);
    let values = stored.values().await;
    assert!(is_kept("state=is-kept-as-it-is", &values));
    for (name, secret) in [("client_secret", secret), ("request_uri", request_uri.rsplit(':').next().unwrap())] {
        assert!(!is_kept(secret, &values), "{name} is kept");
    }
    for (name, value) in assertion.fields().iter().filter(|(name, _)| *name == "client_assertion") {
        assert!(!is_kept(value, &values), "{name} is kept");
    }
    for name in ["client_secret=", "client_assertion"] {
        assert!(!values.iter().any(|value| String::from_utf8_lossy(value).contains(name)), "{name} is kept");
    }
}
