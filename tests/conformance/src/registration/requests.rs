//! Registration requests, and clients that authenticate and sign people in with what they registered.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::pages::url;
use crate::support::relying_party::app;
use crate::support::self_registration::{assert_refused_for, initial_token, metadata, registered, with_tokens};
use crate::support::session::{assert_granted, assert_refused, tokens};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::world::CALLBACK;

#[tokio::test]
async fn o30_a_registration_is_told_whole_with_its_defaults() {
    let told = registered(&json!({ "redirect_uris": [CALLBACK] })).await.document;
    let id = told["client_id"].as_str().expect("an id");
    assert!(id.starts_with("dyn_"), "{told}");
    let issuer = with_tokens().stack.issuer();
    assert_eq!(told["registration_client_uri"], format!("{issuer}/register/{id}"));
    assert!(told["registration_access_token"].as_str().is_some_and(|token| token.len() >= 22), "{told}");
    assert!(told["client_secret"].as_str().is_some_and(|secret| secret.len() >= 43), "{told}");
    assert!(told["client_id_issued_at"].as_u64().is_some_and(|time| time > 1_700_000_000), "{told}");
    for (name, value) in [
        ("client_secret_expires_at", json!(0)),
        ("client_name", json!(id)),
        ("redirect_uris", json!([CALLBACK])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("scope", json!("address email offline_access openid phone profile")),
        ("application_type", json!("web")),
        ("subject_type", json!("public")),
        ("id_token_signed_response_alg", json!("RS256")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    for absent in ["jwks", "jwks_uri", "userinfo_signed_response_alg", "default_max_age", "request_uris"] {
        assert!(told.get(absent).is_none(), "{absent} in {told}");
    }
}

/// Returns every member that the server returns unchanged.
fn everything() -> Value {
    json!({
        "redirect_uris": [CALLBACK, "https://app.example/other?x=1"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "Äpp",
        "client_uri": "https://app.example/",
        "logo_uri": "https://app.example/logo.png",
        "policy_uri": "https://app.example/policy",
        "tos_uri": "https://app.example/tos",
        "contacts": ["ops@app.example"],
        "scope": "email openid",
        "application_type": "web",
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "RS256",
        "userinfo_signed_response_alg": "RS256",
        "default_max_age": 3600,
        "dpop_bound_access_tokens": true,
        "require_auth_time": true,
        "default_acr_values": ["pwd"],
        "initiate_login_uri": "https://app.example/login",
        "post_logout_redirect_uris": ["https://app.example/out"],
        "software_id": "4f5f",
        "software_version": "1.2",
    })
}

#[tokio::test]
async fn o30_everything_that_was_registered_is_echoed_and_nothing_else() {
    let signer = Signer::new(Algorithm::ES256, "mine");
    let asked = everything();
    let mut sent = asked.clone();
    sent["jwks"] = json!({ "keys": [signer.public()] });
    sent["request_uris"] = json!(["https://app.example/r"]);
    sent["frontchannel_magic"] = json!({ "a": 1 });
    let registration = registered(&sent).await;
    let told = registration.document.as_object().expect("an object");
    for (name, value) in asked.as_object().expect("an object") {
        assert_eq!(told.get(name), Some(value), "{name}");
    }
    assert_eq!(told["jwks"]["keys"][0]["kid"], "mine");
    assert!(told["jwks"]["keys"][0].get("d").is_none());
    for absent in ["request_uris", "frontchannel_magic", "client_secret", "client_secret_expires_at"] {
        assert!(!told.contains_key(absent), "{absent}");
    }
    let read = registration.ask("GET", &json!(null)).await;
    assert_eq!((read.status, read.json()), (200, registration.document));
}

#[tokio::test]
async fn o30_a_client_that_registered_itself_signs_a_person_in_at_once_and_without_pkce() {
    let registration = registered(&metadata(&json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
    let world = with_tokens();
    let (client, mut session) = (registration.client(), world.session());
    let query = format!("response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&nonce=n", client.id);
    let ana = &world.ana;
    let callback =
        session.browser.sign_in_and_consent(&format!("/authorize?{query}"), &ana.username, &ana.password).await;
    let fields = [("code", callback.code()), ("redirect_uri", CALLBACK)];
    let reply = session.redemption(&client, &fields).send().await;
    assert_granted(&reply);
    assert_eq!(session.identity(&client, &reply).await["nonce"], "n");
    let tokens = tokens(&reply);
    assert_eq!(session.userinfo(&tokens.access).await.status, 200);
    assert_granted(&session.refresh(&client, &tokens.refresh).await);
}

#[tokio::test]
async fn o30_c139_a_client_that_registered_itself_never_signs_in_silently_and_one_of_the_operator_does() {
    // A decision: nobody but its author knows such a client, so people allow it each time. Plans of a conformance suite in
    // which a silent sign-in has to work need clients of the operator (tests/README.md).
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let of_operator = app(world, "Suite of the operator", &[]);
    let (mut browser, ana) = (world.stack.browser(), &world.ana);
    for (client, error) in [(registration.id(), Some("consent_required")), (&*of_operator.id, None)] {
        let asked = [("scope", "openid"), ("nonce", "n")];
        browser.sign_in_and_consent(&url(client, &asked), &ana.username, &ana.password).await.assert_granted();
        let silent = browser.go(&url(client, &[&asked[..], &[("prompt", "none")]].concat())).await;
        let silent = silent.callback().expect("an answer");
        assert_eq!((silent.error.as_deref(), silent.code.is_none()), (error, error.is_some()), "{}", silent.url);
    }
}

#[tokio::test]
async fn o30_c068_c175_each_method_authenticates_as_it_was_registered() {
    let world = with_tokens();
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
        let registration = registered(&metadata(&json!({ "token_endpoint_auth_method": method }))).await;
        let client = registration.client();
        let assertion = Signer::of_secret(client.secret()).assertion(&claims(world, &client.id));
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code").field("code", "x");
        let (good, bad) = match method {
            "client_secret_basic" => (ask.clone().client(&client), ask.fields(&assertion.fields())),
            "client_secret_jwt" => {
                assert_eq!(registration.document["token_endpoint_auth_signing_alg"], "HS256");
                (ask.clone().fields(&assertion.fields()), ask.client(&client))
            }
            _ => (
                ask.clone().field("client_id", &client.id).field("client_secret", client.secret()),
                ask.client(&client),
            ),
        };
        assert_refused(&good.send().await, "invalid_grant");
        assert_refused(&bad.send().await, "invalid_client");
    }
    let either = registered(&metadata(&json!({}))).await.client();
    let ask = || world.stack.http().post("/token").field("grant_type", "authorization_code").field("code", "x");
    assert_refused(&ask().client(&either).send().await, "invalid_grant");
    let post = ask().field("client_id", &either.id).field("client_secret", either.secret());
    assert_refused(&post.send().await, "invalid_grant");
    let public = registered(&metadata(&json!({ "token_endpoint_auth_method": "none" }))).await;
    assert!(
        public.document.get("client_secret").is_none() && public.document.get("client_secret_expires_at").is_none()
    );
    let query =
        format!("response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&prompt=none", public.id());
    let landing = world.session().browser.go(&format!("/authorize?{query}")).await;
    assert_eq!(landing.callback().and_then(|callback| callback.error).as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn o30_what_is_no_json_object_of_16_kib_is_refused() {
    let world = with_tokens();
    let made = initial_token(world, &[]);
    let bearer = format!("Bearer {}", made["registration_token"].as_str().expect("a token"));
    let large = metadata(&json!({ "x": "x".repeat(16 * 1024) })).to_string();
    let post = |kind: &str, body: &str| {
        let ask = world.stack.http().ask("POST", "/register").header("authorization", &bearer);
        ask.header("content-type", kind).body(body.as_bytes())
    };
    for (kind, body) in [
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{"),
        ("application/json", "null"),
        ("application/json", &"[".repeat(10_000)),
        ("application/json", &large),
        ("text/plain", "{}"),
        ("application/x-www-form-urlencoded", "client_name=x"),
    ] {
        assert_refused_for(&post(kind, body).send().await, "invalid_client_metadata", "request");
    }
    let good = metadata(&json!({})).to_string();
    assert_eq!(post("Application/JSON; charset=utf-8", &good).send().await.status, 201);
}

#[tokio::test]
async fn o30_c167_scripts_of_any_origin_may_register() {
    let http = with_tokens().stack.http();
    for (path, methods) in [("/register", "POST"), ("/register/dyn_0", "GET, HEAD, PUT, DELETE")] {
        let _case = Case::new(path);
        let reply = http.ask("OPTIONS", path).header("origin", "https://app.example").send().await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, Some("*")));
        assert_eq!(reply.header("access-control-allow-methods"), Some(methods));
        assert_eq!(reply.header("access-control-allow-credentials"), None);
        let allowed = reply.header("access-control-allow-headers").unwrap_or_default();
        for name in ["authorization", "content-type", "mcp-protocol-version"] {
            assert!(allowed.split(", ").any(|known| known == name), "{name}: {allowed}");
        }
    }
    // What is registered may be read, changed and deleted by a script, which reads each answer.
    let made = registered(&metadata(&json!({}))).await;
    for (method, status) in [("GET", 200), ("PUT", 400), ("DELETE", 204), ("DELETE", 401)] {
        let reply = made.ask(method, &json!({})).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, Some("*")), "{method}");
        let exposed = reply.header("access-control-expose-headers").unwrap_or_default();
        assert!(exposed.contains("www-authenticate"), "{method}: {exposed}");
    }
}
