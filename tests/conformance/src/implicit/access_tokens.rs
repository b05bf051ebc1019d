//! Access tokens straight from the authorization endpoint, where the implicit grant is on.

use harness::{Browser, Landing, RegisteredClient};

use crate::support::pages::{
    answered, asks_for_consent, assert_shown_here, assert_turned_down, cors_headers, encode, fragment, sign_in, url,
};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, assert_no_store, assert_refused, assert_rfc_9068, words};
use crate::support::world::{CALLBACK, ORDERS, World};

/// Starts a world whose deployment allows the implicit grant, and registers an app that may use it.
fn with_the_implicit_grant() -> (World, RegisteredClient) {
    let world = World::with("JETON_ALLOW_IMPLICIT_GRANT", "true");
    let client = implicit_app(&world);
    (world, client)
}

fn implicit_app(world: &World) -> RegisteredClient {
    let more = ["--auth-method", "none", "--grant", "implicit", "--redirect-uri", CALLBACK, "--api", ORDERS];
    world.stack.cli().create_client("Old app in a browser", &more)
}

/// Builds a request for a token without PKCE, which has no purpose here.
fn token_url(client: &str, more: &str) -> String {
    format!("/authorize?response_type=token&client_id={client}&redirect_uri={}&state=s+1{more}", encode(CALLBACK))
}

/// Signs in and returns the consent page of the request.
async fn consent_of(world: &World, browser: &mut Browser, target: &str) -> Landing {
    let page = browser.go(target).await;
    let next = sign_in(browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
    next
}

#[tokio::test]
async fn c014_the_implicit_grant_is_off_until_the_deployment_and_the_client_opted_in() {
    let mut session = session::shared();
    let world = session.world;
    let registered = implicit_app(world);
    drop(session.code(&world.spa).await);
    for client in [&registered, &world.spa] {
        let callback = answered(&session.browser.go(&token_url(&client.id, "")).await);
        assert_eq!(callback.error.as_deref(), Some("unsupported_response_type"), "{}", callback.url);
        assert_eq!((callback.state.as_deref(), callback.url.query()), (Some("s 1"), None));
    }
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    drop(session.code(&world.spa).await);
    let callback = answered(&session.browser.go(&token_url(&world.spa.id, "")).await);
    let told = fragment(&callback.url);
    assert_eq!((&*told["error"], &*told["state"], callback.url.query()), ("unauthorized_client", "s 1", None));
    assert_eq!(told["iss"], world.stack.issuer());
    // A client of the implicit grant only gets no code.
    let callback = answered(&session.browser.go(&url(&client.id, &[])).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("unauthorized_client"), None));
}

#[tokio::test]
async fn c014_the_implicit_grant_is_advertised_only_while_it_is_on() {
    let (on, _) = with_the_implicit_grant();
    let types = vec!["code", "token", "id_token", "id_token token", "token id_token"];
    for (world, types, implicit) in [(World::shared(), vec!["code"], false), (&on, types, true)] {
        for path in DOCUMENTS {
            let document = document(&world.stack.http(), path).await;
            assert_eq!(strings(&document["response_types_supported"]), types.iter().copied().collect(), "{document}");
            let modes = ["form_post", "form_post.jwt", "fragment", "fragment.jwt", "jwt", "query", "query.jwt"];
            assert_eq!(strings(&document["response_modes_supported"]), modes.into(), "{document}");
            assert_eq!(strings(&document["grant_types_supported"]).contains("implicit"), implicit, "{document}");
            assert!(!strings(&document["grant_types_supported"]).contains("password"), "{document}");
        }
    }
}

#[tokio::test]
async fn c014_a_token_of_the_implicit_grant_is_brief_and_all_that_is_given() {
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    let consent = consent_of(&world, &mut session.browser, &token_url(&client.id, "&scope=read")).await;
    let landing = session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    assert_eq!(landing.reply.status, 303, "{:?}", landing.reply);
    assert_eq!(cors_headers(&landing.reply), [""; 0]);
    assert_no_store(&landing.reply);
    let callback = answered(&landing);
    assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}#")), "{}", callback.url);
    let told = fragment(&callback.url);
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "iss", "scope", "state", "token_type"]);
    assert_eq!((&*told["token_type"], &*told["scope"], &*told["state"]), ("Bearer", "read", "s 1"));
    assert_eq!(told["iss"], world.stack.issuer());
    let lifetime: u64 = told["expires_in"].parse().expect("a number");
    assert!((1..=300).contains(&lifetime), "{lifetime} s");
    let jwt = assert_rfc_9068(&world, &told["access_token"]);
    assert_eq!((jwt.text("sub"), jwt.text("client_id"), jwt.text("scope")), (&*world.ana.sub, &*client.id, "read"));
    assert!(jwt.number("exp") - jwt.number("iat") <= 300);
    assert!(session.is_active(&told["access_token"]).await);
    // The form works once: it gives no second token.
    let again = session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    assert_turned_down(&again);
    assert_refused(&session.refresh(&client, &told["access_token"]).await, "unauthorized_client");
}

#[tokio::test]
async fn c056_the_scope_of_a_token_of_the_implicit_grant_is_told_when_none_was_asked_for() {
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    let consent = consent_of(&world, &mut session.browser, &token_url(&client.id, "")).await;
    let landing = session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    let told = fragment(&answered(&landing).url);
    assert_eq!(words(&told["scope"]), ["read", "write"]);
    assert_eq!(words(assert_rfc_9068(&world, &told["access_token"]).text("scope")), ["read", "write"]);
}

#[tokio::test]
async fn c014_errors_of_the_implicit_grant_go_into_the_fragment_and_to_registered_uris_only() {
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    drop(session.code(&world.spa).await);
    let rows = [
        ("&response_mode=query", "invalid_request"),
        ("&response_mode=query.jwt", "invalid_request"),
        ("&scope=admin", "invalid_scope"),
        ("&scope=read&scope=read", "invalid_request"),
        ("&resource=https%3A%2F%2Funknown.example", "invalid_target"),
        ("&prompt=none", "consent_required"),
    ];
    for (more, error) in rows {
        let callback = answered(&session.browser.go(&token_url(&client.id, more)).await);
        let told = fragment(&callback.url);
        assert_eq!((&*told["error"], &*told["state"]), (error, "s 1"), "{more}: {}", callback.url);
        assert_eq!((told.get("access_token"), callback.url.query()), (None, None), "{more}: {}", callback.url);
    }
    let page = session.browser.go(&token_url(&client.id, "")).await;
    let denied = answered(&session.browser.submit(&page, &page.form(), &[("decision", "deny")]).await);
    assert_eq!((&*fragment(&denied.url)["error"], denied.url.query()), ("access_denied", None));
    for uri in ["https://app.example/cb/", "https://app.example/cb?x", "https://evil.example/cb"] {
        let other = token_url(&client.id, "").replace(&encode(CALLBACK), &encode(uri));
        assert_shown_here(&session.browser.go(&other).await.reply);
    }
}

#[tokio::test]
async fn c014_a_fragment_or_a_mode_of_it_gives_no_code() {
    let (world, _) = with_the_implicit_grant();
    let mut session = world.session();
    drop(session.code(&world.web).await);
    for kind in ["code+token", "token+code", "code+id_token", "code+id_token+token", "token+token", "TOKEN"] {
        let target = url(&world.web.id, &[]).replace("response_type=code&", &format!("response_type={kind}&"));
        let callback = answered(&session.browser.go(&target).await);
        assert!(callback.code.is_none() && !callback.url.as_str().contains("access_token"), "{}", callback.url);
        assert!(callback.url.as_str().contains("error=unsupported_response_type"), "{kind}: {}", callback.url);
    }
}
