//! The consent page: the request it shows, and the decision.

use harness::{Pkce, Stack, authorization_url};
use serde_json::json;

use crate::support::pages::{answered, as_far_as_consent, asks_for_consent, assert_turned_down, sign_in, url};
use crate::support::relying_party::{app, person};
use crate::support::session::{self};
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn a_person_sees_which_claims_are_asked_for_one_by_one() {
    let world = World::shared();
    let (mut session, _) = person(world, "seen");
    let client = app(world, "Seen", &[]);
    session.signed_in("seen", &client, &[("scope", "openid")]).await;
    let claims = json!({ "userinfo": { "phone_number": null } }).to_string();
    let more = [("scope", "openid"), ("claims", &*claims)];
    let url = authorization_url(&client.id, CALLBACK, &Pkce::new(), &more);
    let page = session.browser.go(&url).await;
    assert!(page.reply.text().contains("See your phone number"), "{:?}", page.reply);
    let allowed = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    allowed.callback().expect("a callback").assert_granted();
    // The person consented already and is not asked again.
    session.browser.go(&url).await.callback().expect("a callback").assert_granted();
}

#[tokio::test]
async fn c033_a_person_sees_who_asks_for_what() {
    let world = World::shared();
    let more = [("scope", "read ship"), ("state", "s")];
    let page = as_far_as_consent(world, &mut world.stack.browser(), &more).await;
    for fact in ["Spa", "ana", "read", "ship", "app.example", ORDERS] {
        assert!(page.reply.text().contains(fact), "{fact}: {:?}", page.reply);
    }
    assert!(!page.reply.text().contains("write"), "{:?}", page.reply);
}

#[tokio::test]
async fn c033_a_scope_is_described_by_its_api_and_the_list_has_the_order_of_the_request() {
    let world = World::on(Stack::start());
    let (cli, api) = (world.stack.cli(), "https://described.example");
    let made = cli.run(&[
        "api",
        "create",
        "--identifier",
        api,
        "--scope",
        "write",
        "--scope",
        "read=Read <your> orders, and their parcels",
    ]);
    let described = json!({ "read": "Read <your> orders, and their parcels" });
    assert_eq!((&made["scope"], &made["scope_descriptions"]), (&json!("read write"), &described));
    assert_eq!(cli.run(&["api", "show", api]), made);
    let more = ["--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", api];
    let client = cli.create_client("Described", &more);
    let ask = |scope: &str| authorization_url(&client.id, CALLBACK, &Pkce::new(), &[("scope", scope)]);
    let mut browser = world.stack.browser();
    let page = browser.go(&ask("write openid read")).await;
    let page = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    let text = page.reply.text();
    assert!(text.contains("<span>Read &#60;your&#62; orders, and their parcels</span> <code>read</code>"), "{text}");
    let places = ["<code>write</code>", "<code>openid</code>", "<code>read</code>", "value=\"allow\""];
    assert!(places.map(|part| text.find(part).expect("a part of the page")).is_sorted(), "{text}");
    assert!(text.contains(&format!("<span>Your profile here</span> <code>{}</code>", world.stack.issuer())), "{text}");
    let alone = browser.go(&ask("openid")).await;
    assert!(!alone.reply.text().contains("APIs it may use"), "{:?}", alone.reply);
}

#[tokio::test]
async fn a_person_who_says_no_is_believed() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(world, &mut browser, &[("state", "s 1")]).await;
    let landing = browser.submit(&page, &page.form(), &[("decision", "deny")]).await;
    assert_eq!(landing.reply.status, 303, "{:?}", landing.reply);
    let callback = landing.callback().expect("an answer to the client");
    assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}?")), "{}", callback.url);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("access_denied"), None));
    assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (Some("s 1"), Some(world.stack.issuer())));
}

#[tokio::test]
async fn no_decision_is_no_consent() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = as_far_as_consent(world, &mut browser, &[]).await;
    for filled in [&[][..], &[("decision", "")], &[("decision", "Allow")], &[("decision", "yes")]] {
        assert_turned_down(&browser.submit(&page, &page.form(), filled).await);
    }
}

#[tokio::test]
async fn what_was_not_agreed_to_is_asked_for() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Careful", &more);
    drop(session.code_with(&client, &[("scope", "read")]).await);
    let read = session.browser.go(&url(&client.id, &[("scope", "read")])).await;
    assert!(!asks_for_consent(&read));
    let more = session.browser.go(&url(&client.id, &[("scope", "read write")])).await;
    assert!(asks_for_consent(&more));
    // Another person has not consented to anything.
    let bea = world.stack.cli().create_user("bea", "another good password");
    let mut other = world.stack.browser();
    let page = other.go(&url(&client.id, &[("scope", "read")])).await;
    let filled = [("username", &*bea.username), ("password", &*bea.password)];
    assert!(asks_for_consent(&other.submit(&page, &page.form(), &filled).await));
}

#[tokio::test]
async fn c033_a_person_is_warned_of_an_app_on_the_own_device() {
    let world = World::shared();
    for uri in ["http://127.0.0.1/cb", "com.example.phone:/cb"] {
        let more = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", uri];
        let native = world.stack.cli().create_client("Native and nameless", &more);
        let mut browser = world.stack.browser();
        let page = browser.go(&authorization_url(&native.id, uri, &Pkce::new(), &[])).await;
        let consent = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
        assert!(consent.reply.text().contains("An app on this device"), "{uri}: {:?}", consent.reply);
    }
    let web = as_far_as_consent(world, &mut world.stack.browser(), &[]).await;
    assert!(!web.reply.text().contains("An app on this device"), "{:?}", web.reply);
}

#[tokio::test]
async fn c034_a_native_app_is_asked_about_each_time_and_never_silently_let_in() {
    let world = World::shared();
    for uri in ["http://127.0.0.1/cb", "com.example.phone:/cb"] {
        let more = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", uri];
        let native = world.stack.cli().create_client("Native again", &more);
        let mut browser = world.stack.browser();
        let ask = |more: &[(&str, &str)]| authorization_url(&native.id, uri, &Pkce::new(), more);
        let ana = &world.ana;
        browser.sign_in_and_consent(&ask(&[]), &ana.username, &ana.password).await.assert_granted();
        assert!(asks_for_consent(&browser.go(&ask(&[])).await), "{uri}");
        let silent = answered(&browser.go(&ask(&[("prompt", "none")])).await);
        assert_eq!((silent.error.as_deref(), silent.code), (Some("consent_required"), None), "{uri}");
    }
}
