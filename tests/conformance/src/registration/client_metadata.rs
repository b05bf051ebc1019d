//! Faults in the metadata of a client, and documents that its registration points to.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::self_registration::{
    Registration, ask, assert_denied, assert_refused_for, initial_token, metadata, register, registered, started,
    with_tokens,
};
use crate::support::session::{assert_refused, server_time, until};
use crate::support::signed_assertions::{KeyServer, Signer, claims};
use crate::support::world::CALLBACK;

/// Returns members with invalid values, and the error expected for each.
fn faults() -> Vec<(&'static str, Value, &'static str)> {
    let private = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "d": "AAAA" }] });
    vec![
        ("redirect_uris", json!([]), "invalid_redirect_uri"),
        ("redirect_uris", json!("https://app.example/cb"), "invalid_redirect_uri"),
        ("redirect_uris", json!(["https://app.example/cb#x"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["http://app.example/cb"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["javascript:alert(1)"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["myapp:/cb"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["com.example.app://app.example/cb"]), "invalid_redirect_uri"),
        ("sector_identifier_uri", json!("http://app.example/s"), "invalid_client_metadata"),
        ("sector_identifier_uri", json!("https://10.0.0.1/s"), "invalid_client_metadata"),
        ("initiate_login_uri", json!("http://app.example/login"), "invalid_client_metadata"),
        ("initiate_login_uri", json!(7), "invalid_client_metadata"),
        ("jwks_uri", json!("https://169.254.169.254/keys"), "invalid_client_metadata"),
        ("jwks", private, "invalid_client_metadata"),
        ("jwks", json!("x"), "invalid_client_metadata"),
        ("scope", json!(["openid"]), "invalid_client_metadata"),
        ("grant_types", json!("authorization_code"), "invalid_client_metadata"),
        ("grant_types", json!(["client_credentials"]), "invalid_client_metadata"),
        ("grant_types", json!(["magic"]), "invalid_client_metadata"),
        ("response_types", json!(["token"]), "invalid_client_metadata"),
        ("token_endpoint_auth_method", json!("tls_client_auth"), "invalid_client_metadata"),
        ("id_token_signed_response_alg", json!("none"), "invalid_client_metadata"),
        ("request_object_signing_alg", json!("none"), "invalid_client_metadata"),
        ("request_object_signing_alg", json!("HS256"), "invalid_client_metadata"),
        ("require_pushed_authorization_requests", json!("true"), "invalid_client_metadata"),
        ("subject_type", json!("secret"), "invalid_client_metadata"),
        ("default_max_age", json!("1"), "invalid_client_metadata"),
        ("dpop_bound_access_tokens", json!("yes"), "invalid_client_metadata"),
        ("software_statement", json!("e30.e30."), "unapproved_software_statement"),
    ]
}

#[tokio::test]
async fn o30_o31_each_fault_of_the_metadata_is_named() {
    let world = with_tokens();
    let token = initial_token(world, &["--uses", "2"]);
    let token = token["registration_token"].as_str();
    for (member, value, code) in faults() {
        let _case = Case::new(format!("{member}: {value}"));
        let reply = register(world, token, &metadata(&json!({ member: value }))).await;
        assert_refused_for(&reply, code, member);
    }
    for (member, fault) in [
        ("id_token_encrypted_response_alg", "encrypted_response"),
        ("userinfo_encrypted_response_enc", "encrypted_response"),
        ("request_object_encryption_alg", "request_object_encryption"),
    ] {
        let reply = register(world, token, &metadata(&json!({ member: "RS256" }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", fault);
    }
    // None of the refused requests used up the token.
    for _ in 0..2 {
        Registration::of(&register(world, token, &metadata(&json!({}))).await);
    }
    assert_denied(&register(world, token, &metadata(&json!({}))).await);
}

#[tokio::test]
async fn o31_c119_a_sector_lists_every_redirect_uri_and_is_asked_once() {
    let world = with_tokens();
    let token = initial_token(world, &["--uses", "9"]);
    let token = token["registration_token"].as_str();
    let server = KeyServer::start(&[]);
    let asked = || metadata(&json!({ "sector_identifier_uri": server.uri(), "subject_type": "pairwise" }));
    for (status, body) in [
        ("200 OK", json!(["https://other.example/cb"]).to_string()),
        ("200 OK", json!({ "redirect_uris": [CALLBACK] }).to_string()),
        ("200 OK", "no JSON".to_owned()),
        ("404 Not Found", json!([CALLBACK]).to_string()),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", json!([CALLBACK]).to_string()),
        ("200 OK", format!("[\"{CALLBACK}\", \"{}\"]", "x".repeat(70_000))),
    ] {
        server.say(status, &body);
        let before = server.visits();
        assert_refused_for(&register(world, token, &asked()).await, "invalid_client_metadata", "sector_identifier_uri");
        assert_eq!(server.visits(), before + 1, "{status}");
    }
    server.say("200 OK", &json!(["https://other.example/cb", CALLBACK]).to_string());
    let registration = Registration::of(&register(world, token, &asked()).await);
    assert_eq!(registration.document["sector_identifier_uri"], server.uri());
    assert_eq!(registration.document["subject_type"], "pairwise");
    // The sector document is not fetched for a request that is refused anyway, or for a request without a token.
    let before = server.visits();
    let mut bad = asked();
    bad["grant_types"] = json!(["password"]);
    assert_refused_for(&register(world, token, &bad).await, "invalid_client_metadata", "grant_types");
    assert_eq!(register(world, None, &asked()).await.status, 401);
    assert_denied(&register(world, Some("jti_x"), &asked()).await);
    assert_eq!(server.visits(), before);
}

#[tokio::test]
async fn c153_an_attempt_counts_before_anything_is_fetched_for_it_and_so_does_a_replacement() {
    let world = with_tokens();
    let token = initial_token(world, &[]);
    let token = token["registration_token"].as_str();
    let server = KeyServer::start(&[]);
    server.say("200 OK", "no list");
    let asked = metadata(&json!({ "sector_identifier_uri": server.uri(), "subject_type": "pairwise" }));
    for _ in 0..10 {
        assert_refused_for(&register(world, token, &asked).await, "invalid_client_metadata", "sector_identifier_uri");
    }
    let before = server.visits();
    let late = register(world, token, &asked).await;
    assert_eq!((late.status, late.header("retry-after").is_some()), (429, true), "{late:?}");
    assert_eq!(server.visits(), before, "nothing was fetched");
    // The token was not used up, and a registration that needs no fetch is not limited.
    let registration = Registration::of(&register(world, token, &metadata(&json!({}))).await);
    let replacement = metadata(&json!({ "client_id": registration.id() }));
    for number in 0..31 {
        let reply = registration.ask("PUT", &replacement).await;
        assert_eq!(reply.status, if number < 30 { 200 } else { 429 }, "{number}: {reply:?}");
    }
    assert_eq!(registration.ask("GET", &json!(null)).await.status, 200);
}

#[tokio::test]
async fn c153_fetches_are_counted_for_each_source_and_so_are_those_for_a_replacement() {
    let world = started("open");
    let server = KeyServer::start(&[]);
    server.say("200 OK", &json!([CALLBACK]).to_string());
    let asked = metadata(&json!({ "sector_identifier_uri": server.uri() }));
    let first = Registration::of(&register(&world, None, &asked).await);
    let replace = async || {
        let mut whole = asked.clone();
        whole["client_id"] = json!(first.id());
        let at = first.document["registration_client_uri"].as_str().expect("a URL");
        ask(&world.stack.http(), "PUT", at, Some(first.token()), &whole).send().await
    };
    for _ in 0..58 {
        Registration::of(&register(&world, None, &asked).await);
    }
    assert_eq!((replace().await.status, server.visits()), (200, 60));
    for late in [register(&world, None, &asked).await, replace().await] {
        assert_eq!((late.status, late.header("retry-after").is_some()), (429, true), "{late:?}");
    }
    assert_eq!(server.visits(), 60, "nothing was fetched");
    // Other sources are served, and so is a registration that needs no fetch.
    let elsewhere = world.stack.http_from([127, 0, 9, 2]);
    Registration::of(&ask(&elsewhere, "POST", "/register", None, &asked).send().await);
    assert_eq!(server.visits(), 61);
    Registration::of(&register(&world, None, &metadata(&json!({}))).await);
}

#[tokio::test]
async fn o32_a_client_that_registered_where_its_keys_are_may_change_them() {
    let world = with_tokens();
    let (old, new) = (Signer::new(Algorithm::ES256, "old"), Signer::new(Algorithm::RS256, "new"));
    let server = KeyServer::start(&[old.public()]);
    let asked = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": server.uri() });
    let registration = registered(&metadata(&asked)).await;
    assert_eq!(server.visits(), 0, "nobody needs the keys yet");
    let ask = |signer: &Signer| {
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code").field("code", "x");
        ask.fields(&signer.assertion(&claims(world, registration.id())).fields()).send()
    };
    assert_refused(&ask(&old).await, "invalid_grant");
    assert_refused(&ask(&new).await, "invalid_client");
    server.serve(&[new.public()]);
    let session = world.session();
    let now = server_time(&session).await;
    until(&session, now + 11).await;
    assert_refused(&ask(&new).await, "invalid_grant");
}
