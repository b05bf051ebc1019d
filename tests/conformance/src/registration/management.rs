//! Management of a registration by its client (RFC 7592).

use serde_json::{Value, json};

use crate::support::self_registration::{
    ask, assert_denied, assert_refused_for, initial_token, metadata, registered, with_tokens,
};
use crate::support::session::{assert_fails, assert_refused, challenge};
use crate::support::signed_assertions::{Signer, claims};

#[tokio::test]
async fn o30_a_registration_is_replaced_as_a_whole() {
    let registration = registered(&metadata(&json!({ "logo_uri": "https://app.example/l", "scope": "openid" }))).await;
    let (id, old) = (registration.id(), registration.client());
    let put = |more: &Value| {
        let mut asked = metadata(&json!({ "client_id": id }));
        asked.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        asked
    };
    for (spoiled, member) in [
        (json!({ "client_id": null }), "client_id"),
        (json!({ "client_id": "dyn_other" }), "client_id"),
        (json!({ "client_secret": "wrong" }), "client_secret"),
    ] {
        assert_refused_for(&registration.ask("PUT", &put(&spoiled)).await, "invalid_client_metadata", member);
    }
    assert_eq!(registration.ask("GET", &json!(null)).await.json()["logo_uri"], "https://app.example/l");
    let reply = registration.ask("PUT", &put(&json!({ "client_name": "New", "client_secret": old.secret() }))).await;
    let told = reply.json();
    assert_eq!(
        (reply.status, &told["client_name"], &told["client_secret"]),
        (200, &json!("New"), &json!(old.secret()))
    );
    assert_eq!(told["client_id_issued_at"], registration.document["client_id_issued_at"]);
    assert_eq!(told["registration_access_token"], registration.token());
    assert!(told.get("logo_uri").is_none() && told["scope"] != "openid", "{told}");
    let read = registration.ask("GET", &json!(null)).await.json();
    assert!(read.get("client_secret").is_none() && read["client_name"] == "New", "{read}");
    // A new kind of secret means a new secret; a method without a secret has none.
    let signing = registration.ask("PUT", &put(&json!({ "token_endpoint_auth_method": "client_secret_jwt" }))).await;
    let secret = signing.string("client_secret");
    assert_ne!(secret, old.secret());
    let same = put(&json!({ "token_endpoint_auth_method": "client_secret_jwt", "client_secret": secret }));
    assert_eq!(registration.ask("PUT", &same).await.status, 200);
    // It may send the secret that it had until then.
    for sent in [json!({ "client_secret": secret }), json!({})] {
        let mut none = put(&json!({ "token_endpoint_auth_method": "none" }));
        none.as_object_mut().expect("members").extend(sent.as_object().expect("members").clone());
        let public = registration.ask("PUT", &none).await;
        assert_eq!(public.status, 200, "{public:?}");
        let public = public.json();
        assert!(public.get("client_secret").is_none() && public.get("client_secret_expires_at").is_none(), "{public}");
    }
}

#[tokio::test]
async fn c175_a_client_that_named_no_method_keeps_both_when_it_sends_back_what_it_was_told() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let client = registration.client();
    let told = &registration.document["token_endpoint_auth_method"];
    let body = |more: Value| {
        let mut body = metadata(&json!({ "client_id": registration.id() }));
        body.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
        body
    };
    let ask = || world.stack.http().post("/token").field("grant_type", "authorization_code").field("code", "x");
    let post = || ask().field("client_id", &client.id).field("client_secret", client.secret());
    assert_refused(&post().send().await, "invalid_grant");
    let same = registration.ask("PUT", &body(json!({ "token_endpoint_auth_method": told }))).await;
    assert_eq!((same.status, &same.json()["token_endpoint_auth_method"]), (200, told));
    assert_refused(&post().send().await, "invalid_grant");
    assert_refused(&ask().client(&client).send().await, "invalid_grant");
    // Another method works at once.
    let named = registration.ask("PUT", &body(json!({ "token_endpoint_auth_method": "client_secret_post" }))).await;
    assert_eq!(named.status, 200);
    assert_refused(&post().send().await, "invalid_grant");
    let key = registration.ask("PUT", &body(json!({ "token_endpoint_auth_method": "client_secret_jwt" }))).await;
    let secret = key.string("client_secret");
    let assertion = Signer::of_secret(&secret).assertion(&claims(world, &client.id));
    assert_refused(&ask().fields(&assertion.fields()).send().await, "invalid_grant");
}

#[tokio::test]
async fn o30_a_deleted_client_is_gone_and_its_token_opens_nothing() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let reply = registration.ask("DELETE", &json!(null)).await;
    assert_eq!((reply.status, reply.text()), (204, ""));
    for method in ["GET", "PUT", "DELETE"] {
        let body = metadata(&json!({ "client_id": registration.id() }));
        assert_denied(&registration.ask(method, &body).await);
    }
    let client = registration.client();
    let reply = world.stack.http().post("/token").client(&client).field("grant_type", "authorization_code");
    assert_refused(&reply.field("code", "x").send().await, "invalid_client");
    assert_fails(&world.stack.cli().finish(&["client", "show", registration.id()], ""), "there is no client");
}

#[tokio::test]
async fn o30_nobody_opens_a_registration_but_with_its_own_token() {
    let world = with_tokens();
    let (one, other) = (registered(&metadata(&json!({}))).await, registered(&metadata(&json!({}))).await);
    let made = initial_token(world, &[]);
    let body = metadata(&json!({ "client_id": one.id() }));
    for method in ["GET", "PUT", "DELETE"] {
        let none = one.ask_with(method, None, &body).await;
        assert_eq!((none.status, challenge(&none).starts_with("Bearer ")), (401, true), "{none:?}");
        let secret = one.client();
        let bad = [other.token(), made["registration_token"].as_str().expect("a token"), "jtg_x", secret.secret()];
        for token in bad {
            assert_denied(&one.ask_with(method, Some(token), &body).await);
        }
        for id in ["dyn_0", &world.web.id, "x%20y"] {
            let there = format!("/register/{id}");
            assert_denied(&ask(&world.stack.http(), method, &there, Some(one.token()), &body).send().await);
        }
    }
    let cli = world.stack.cli();
    cli.run(&["client", "disable", other.id()]);
    assert_denied(&other.ask("GET", &json!(null)).await);
    assert_eq!(one.ask("GET", &json!(null)).await.status, 200);
}

#[tokio::test]
async fn o30_a_wrong_method_is_told_the_right_ones() {
    let http = with_tokens().stack.http();
    for (path, methods, wrong) in [
        ("/register", "POST", ["GET", "PUT", "DELETE"]),
        ("/register/dyn_0", "GET, HEAD, PUT, DELETE", ["POST", "PATCH", "LINK"]),
    ] {
        for method in wrong {
            let reply = http.ask(method, path).send().await;
            assert_eq!((reply.status, reply.header("allow")), (405, Some(methods)), "{method} {path}");
        }
    }
    assert_eq!(http.get("/registered").send().await.status, 404);
}
