//! PKCE or a nonce for self-registered clients, unless they are excused.

use std::sync::LazyLock;

use harness::{Stack, free_port, jeton, run_bounded};
use serde_json::json;

use crate::support::pages::{answered, asks_for_a_password, assert_stays, encode, url};
use crate::support::self_registration::{
    Registration, initial_token, metadata, open, register, registered, registered_openly, with_tokens,
};
use crate::support::world::{CALLBACK, World};

/// Returns the error of a request without PKCE, if there is one.
async fn without_pkce(world: &World, client: &str, more: &str) -> Option<String> {
    let request = format!("/authorize?response_type=code&client_id={client}&state=s{more}&prompt=none");
    let error = answered(&world.stack.browser().go(&request).await).error;
    error.filter(|error| error != "login_required")
}

async fn assert_needs(world: &World, registration: &Registration, neither: bool, nonce: bool) {
    let refused = |needed: bool| needed.then(|| "invalid_request".to_owned());
    assert_eq!(without_pkce(world, registration.id(), "&scope=openid").await, refused(neither));
    assert_eq!(without_pkce(world, registration.id(), "&scope=openid&nonce=n").await, refused(nonce));
    assert_eq!(without_pkce(world, registration.id(), "&scope=profile&nonce=n").await, refused(neither));
    let pkce = format!("&code_challenge={}&code_challenge_method=S256", "A".repeat(43));
    assert_eq!(without_pkce(world, registration.id(), &pkce).await, None);
}

#[tokio::test]
async fn c142_a_client_that_registers_itself_needs_pkce_or_if_it_is_confidential_a_nonce() {
    let world = with_tokens();
    let confidential = registered(&metadata(&json!({}))).await;
    assert_needs(world, &confidential, true, false).await;
    let public = registered(&metadata(&json!({ "token_endpoint_auth_method": "none" }))).await;
    assert_needs(world, &public, true, true).await;
    let shown = |id: &str| world.stack.cli().run(&["client", "show", id])["pkce"].clone();
    assert_eq!([shown(confidential.id()), shown(public.id())], [json!("nonce"), json!("required")]);
}

#[tokio::test]
async fn c142_a_token_or_the_deployment_excuses_confidential_clients() {
    let world = with_tokens();
    let made = initial_token(world, &["--pkce", "optional", "--uses", "2"]);
    assert_eq!(made["pkce"], "optional");
    assert_eq!(initial_token(world, &[])["pkce"], "required");
    let token = made["registration_token"].as_str();
    let excused = Registration::of(&register(world, token, &metadata(&json!({}))).await);
    assert_needs(world, &excused, false, false).await;
    assert_eq!(world.stack.cli().run(&["client", "show", excused.id()])["pkce"], "optional");
    let public = metadata(&json!({ "token_endpoint_auth_method": "none" }));
    assert_needs(world, &Registration::of(&register(world, token, &public).await), true, true).await;
    assert_needs(open(), &Registration::of(&register(open(), None, &metadata(&json!({}))).await), true, false).await;
    let lenient = Stack::builder().arg("--registration").arg("open").env("JETON_REGISTRATION_PKCE", "optional");
    let lenient = World::on(lenient.start());
    assert_eq!(lenient.stack.env_file().get("JETON_REGISTRATION_PKCE"), "optional");
    let excused = Registration::of(&register(&lenient, None, &metadata(&json!({}))).await);
    assert_needs(&lenient, &excused, false, false).await;
}

/// A further stack, where confidential clients need no PKCE.
static EXCUSED: LazyLock<World> = LazyLock::new(|| {
    let stack = Stack::builder().arg("--registration").arg("open").env("JETON_REGISTRATION_PKCE", "optional");
    World::on(stack.start())
});

/// Builds a request without PKCE.
fn bare_request(client: &str, more: &str) -> String {
    format!("/authorize?response_type=code&client_id={client}&redirect_uri={}{more}", encode(CALLBACK))
}

#[tokio::test]
async fn c142_a_confidential_client_that_registered_itself_needs_pkce_or_a_nonce_unless_the_deployment_excuses_it() {
    let strict = open();
    let client = registered_openly(&json!({ "client_name": "Without PKCE" })).await;
    assert!(client.document["client_secret"].is_string(), "a confidential client");
    let go = async |world: &World, url: String| world.stack.browser().go(&url).await;
    for bare in ["&scope=openid", "", "&scope=openid&nonce="] {
        let silent = go(strict, bare_request(client.id(), &format!("{bare}&prompt=none"))).await;
        assert_eq!(silent.callback().and_then(|told| told.error).as_deref(), Some("invalid_request"), "{bare}");
        let page = go(strict, bare_request(client.id(), bare)).await;
        assert!(!asks_for_a_password(&page), "{bare}: {:?}", page.reply);
        assert_stays(&page);
    }
    for good in [bare_request(client.id(), "&scope=openid&nonce=n"), url(client.id(), &[("scope", "openid")])] {
        let page = go(strict, good).await;
        assert!(asks_for_a_password(&page), "{:?}", page.reply);
    }
    // A public client always needs PKCE, with or without a nonce, on every stack.
    for world in [strict, &*EXCUSED] {
        let public = metadata(&json!({ "token_endpoint_auth_method": "none" }));
        let public = Registration::of(&register(world, None, &public).await);
        let silent = go(world, bare_request(public.id(), "&scope=openid&nonce=n&prompt=none")).await;
        assert_eq!(silent.callback().and_then(|told| told.error).as_deref(), Some("invalid_request"));
    }
    let excused = Registration::of(&register(&EXCUSED, None, &metadata(&json!({}))).await);
    let page = go(&EXCUSED, bare_request(excused.id(), "&scope=openid")).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
}

#[test]
fn c142_a_deployment_that_says_something_else_does_not_start() {
    let args = ["dev", "--port", &free_port().to_string(), "--registration", "open"];
    let finished = run_bounded(&jeton(), &args, &[("JETON_REGISTRATION_PKCE", "sometimes")], "", 10);
    assert!(!finished.status.success() && finished.stderr.contains("JETON_REGISTRATION_PKCE"), "{finished:?}");
}
