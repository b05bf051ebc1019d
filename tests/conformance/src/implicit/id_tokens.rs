//! ID tokens straight from the authorization endpoint, where the implicit grant is on (`OpenID` Connect Core §3.2).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Callback, Jwt, Stack, authorization_url};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::support::published::{DOCUMENTS, document, keys, strings, verify};
use crate::support::self_registration::{Registration, assert_refused_for, metadata, open, register};
use crate::support::world::{CALLBACK, World};

/// A stack with the implicit grant, where anybody can register clients.
fn world() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| {
        let stack = Stack::builder().arg("--registration").arg("open").env("JETON_ALLOW_IMPLICIT_GRANT", "true");
        let world = World::on(stack.start());
        world.stack.cli().run(&["user", "update", "ana", "--claim", "name=Ana", "--claim", "email=ana@example.com"]);
        world
    });
    &WORLD
}

/// Registers a client for these response types.
async fn app(response_types: &[&str]) -> Registration {
    let asked = json!({ "grant_types": ["implicit"], "response_types": response_types });
    Registration::of(&register(world(), None, &metadata(&asked)).await)
}

/// Returns the parameters in the fragment of an answer.
async fn answered(client: &Registration, response_type: &str, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let kind = form(&[("response_type", response_type), ("client_id", client.id()), ("redirect_uri", CALLBACK)]);
    let target = format!("/authorize?{kind}&{}", form(more));
    let ana = &world().ana;
    let callback: Callback = world().session().browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
    assert_eq!(callback.url.query(), None, "{}", callback.url);
    let fragment = callback.url.fragment().unwrap_or_else(|| panic!("no fragment: {}", callback.url));
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn claims(client: &Registration, told: &BTreeMap<String, String>) -> Value {
    let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&world().stack.http()).await })).expect("a key set");
    verify(&set, &told["id_token"], world().stack.issuer(), client.id()).expect("a good ID token")
}

#[tokio::test]
async fn o24_an_id_token_alone_tells_the_claims_of_its_scope() {
    let client = app(&["id_token"]).await;
    let asked = [("scope", "openid email profile"), ("nonce", "n"), ("state", "s")];
    let told = answered(&client, "id_token", &asked).await;
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["id_token", "iss", "state"]);
    let claims = claims(&client, &told).await;
    assert_eq!((&claims["nonce"], &claims["sub"]), (&json!("n"), &json!(world().ana.sub)));
    assert_eq!((&claims["name"], &claims["email"]), (&json!("Ana"), &json!("ana@example.com")));
    assert!(claims.get("at_hash").is_none(), "{claims}");
}

#[tokio::test]
async fn o24_o27_an_id_token_beside_a_token_has_its_hash_and_the_token_opens_userinfo() {
    for response_type in ["id_token token", "token id_token"] {
        let client = app(&[response_type]).await;
        let told = answered(&client, response_type, &[("scope", "openid email"), ("nonce", "n")]).await;
        let names: Vec<&str> = told.keys().map(String::as_str).collect();
        assert_eq!(names, ["access_token", "expires_in", "id_token", "iss", "scope", "token_type"]);
        let claims = claims(&client, &told).await;
        let hash = digest(&SHA256, told["access_token"].as_bytes());
        assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
        assert!(claims.get("email").is_none(), "{claims}");
        let session = world().session();
        assert_eq!(session.userinfo(&told["access_token"]).await.json()["email"], "ana@example.com");
        assert!(Jwt::read(&told["access_token"]).number("exp") - Jwt::read(&told["access_token"]).number("iat") <= 300);
    }
}

#[tokio::test]
async fn o24_a_request_for_an_id_token_that_is_bound_to_nothing_is_refused() {
    let client = app(&["id_token"]).await;
    for (response_type, more, error) in [
        ("id_token", &[("scope", "openid")][..], "invalid_request"),
        ("id_token", &[("scope", "email"), ("nonce", "n")], "invalid_scope"),
        ("id_token", &[("nonce", "n")], "invalid_scope"),
        ("id_token", &[("scope", "openid"), ("nonce", "n"), ("response_mode", "query")], "invalid_request"),
        // This client is registered for an ID token only.
        ("id_token token", &[("scope", "openid"), ("nonce", "n")], "unauthorized_client"),
        ("token", &[("scope", "openid")], "unauthorized_client"),
    ] {
        // No session exists: without `prompt=none` the request would wait for a person (C141).
        let told = answered(&client, response_type, &[more, &[("prompt", "none")]].concat()).await;
        assert_eq!((told["error"].as_str(), told.get("id_token")), (error, None), "{response_type} {more:?}");
    }
}

#[tokio::test]
async fn o24_an_id_token_may_come_in_a_form() {
    let client = app(&["id_token"]).await;
    let more = [("scope", "openid"), ("nonce", "n"), ("response_mode", "form_post")];
    let target = format!(
        "/authorize?{}&{}",
        form(&[("response_type", "id_token"), ("client_id", client.id()), ("redirect_uri", CALLBACK)]),
        form(&more)
    );
    let mut browser = world().session().browser;
    let mut landing = browser.go(&target).await;
    for filled in [&[("username", "ana"), ("password", world().ana.password.as_str())][..], &[("decision", "allow")]] {
        landing = browser.submit(&landing, &landing.form(), filled).await;
    }
    let posted = landing.form();
    assert_eq!(posted.action.as_deref(), Some(CALLBACK));
    assert!(posted.input("id_token").is_some(), "{posted:?}");
}

#[tokio::test]
async fn c014_o04_id_tokens_from_the_authorization_endpoint_are_off_until_the_implicit_grant_is_on() {
    let off = open();
    let asked = metadata(&json!({ "grant_types": ["implicit"], "response_types": ["id_token"] }));
    assert_refused_for(&register(off, None, &asked).await, "invalid_client_metadata", "grant_types");
    let pkce = harness::Pkce::new();
    let url = authorization_url(&off.web.id, CALLBACK, &pkce, &[("scope", "openid"), ("nonce", "n")]);
    let landing = off.session().browser.go(&url.replace("response_type=code", "response_type=id_token")).await;
    let error = landing.callback().and_then(|callback| callback.error);
    assert_eq!(error.as_deref(), Some("unsupported_response_type"));
    for path in DOCUMENTS {
        let document = document(&world().stack.http(), path).await;
        let types = strings(&document["response_types_supported"]);
        assert!(types.is_superset(&["code", "id_token", "token id_token", "id_token token"].into()), "{types:?}");
    }
}
