//! Introspection (RFC 7662).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::Jwt;
use serde_json::{Value, json};

use crate::session::words;
use crate::world::{ORDERS, PARCELS, VAULT, World};

fn assert_describes(described: &Value, expected: &[(&str, &str)]) {
    assert_eq!(described["active"], true, "{described}");
    for (name, value) in expected {
        assert_eq!(described[name], *value, "{name} in {described}");
    }
    assert!(described["exp"].as_u64() > described["iat"].as_u64(), "{described}");
}

#[tokio::test]
async fn a_jwt_of_a_person_is_described_as_it_describes_itself() {
    let world = World::shared();
    let mut session = world.session();
    let token = session.tokens(&world.web).await.access;
    let described = session.introspect(&world.gateway, &token).await;
    let issuer = world.stack.issuer();
    let expected = [("sub", &*world.ana.sub), ("client_id", &*world.web.id), ("iss", issuer), ("token_type", "Bearer")];
    assert_describes(&described, &expected);
    let jwt = Jwt::read(&token);
    assert_eq!(words(described["scope"].as_str().unwrap()), ["read", "write"]);
    for name in ["exp", "iat", "jti"] {
        assert_eq!(described[name], jwt.claims[name], "{name}");
    }
    assert_eq!(described["aud"], json!([ORDERS]));
}

#[tokio::test]
async fn an_opaque_token_of_a_person_is_described() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code_with(&world.opaque_spa, &[("scope", "open")]).await;
    let reply = session.redeem(&world.opaque_spa, &code).await;
    let described = session.introspect(&world.gateway, &reply.string("access_token")).await;
    let expected = [("sub", &*world.ana.sub), ("client_id", &*world.opaque_spa.id), ("scope", "open")];
    assert_describes(&described, &expected);
    assert_eq!(described["aud"], json!([VAULT]));
    let lifetime = described["exp"].as_u64().unwrap() - described["iat"].as_u64().unwrap();
    assert_eq!(Some(lifetime), reply.json()["expires_in"].as_u64());
}

#[tokio::test]
async fn a_jwt_of_a_service_is_described() {
    let world = World::shared();
    let session = world.session();
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let described = session.introspect(&world.gateway, &token).await;
    assert_describes(&described, &[("sub", &*world.service.id), ("client_id", &*world.service.id)]);
}

#[tokio::test]
async fn the_hint_is_only_a_hint() {
    let world = World::shared();
    let mut session = world.session();
    let token = session.tokens(&world.opaque_spa).await.access;
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let ask = session.http.post("/introspect").client(&world.gateway);
        let reply = ask.fields(&[("token", &token), ("token_type_hint", hint)]).send().await;
        assert_eq!(reply.json()["active"], true, "{hint}");
    }
}

#[tokio::test]
async fn c109_a_token_for_another_api_is_inactive_and_nothing_more() {
    let world = World::shared();
    let mut session = world.session();
    let cli = world.stack.cli();
    let stranger = cli.create_client("Stranger", &["--introspects", PARCELS]);
    let jwt = session.tokens(&world.web).await.access;
    let opaque = session.tokens(&world.opaque_spa).await.access;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    for token in [&jwt, &opaque, &machine] {
        // `Session::introspect` holds every inactive answer to be exactly that.
        assert_eq!(session.introspect(&stranger, token).await, json!({"active": false}));
        // The client that got the token is no API, and is told nothing either.
        assert_eq!(session.introspect(&world.service, token).await, json!({"active": false}));
        assert!(session.is_active(token).await);
    }
}

#[tokio::test]
async fn c109_c092_what_is_no_access_token_is_inactive() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.spa).await;
    assert!(!session.is_active(&code.code).await);
    let tokens = crate::session::tokens(&session.redeem(&world.spa, &code).await);
    assert!(!session.is_active(&tokens.refresh).await);
    for garbage in ["x", "....", "a.b.c", "é", " ", "null", &"a".repeat(4096)] {
        assert!(!session.is_active(garbage).await, "{garbage}");
    }
}

#[tokio::test]
async fn c093_c098_c099_a_jwt_that_was_touched_is_inactive() {
    let world = World::shared();
    let session = world.session();
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    assert!(session.is_active(&token).await);
    let parts: Vec<&str> = token.split('.').collect();
    let jwt = Jwt::read(&token);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |value: &Value, name: &str, new: &str| {
        let mut value = value.clone();
        value[name] = json!(new);
        encode(&value)
    };
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let mut spoiled = vec![
        format!("{}.{}.{flipped}{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}.{}", parts[0], with(&jwt.claims, "scope", "admin"), parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "typ", "JWT"), parts[1], parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "kid", "../../etc/passwd"), parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
    ];
    for none in ["none", "None", "NONE", "nOnE", "HS256", ""] {
        spoiled.push(format!("{}.{}.", with(&jwt.header, "alg", none), parts[1]));
        spoiled.push(format!("{}.{}.{}", with(&jwt.header, "alg", none), parts[1], parts[2]));
    }
    for token in spoiled {
        assert!(!session.is_active(&token).await, "{token}");
    }
}

#[tokio::test]
async fn c109_a_public_client_does_not_introspect() {
    let world = World::shared();
    let mut session = world.session();
    let token = session.tokens(&world.spa).await.access;
    let reply = session.http.post("/introspect").client(&world.spa).field("token", &token).send().await;
    crate::session::assert_refused(&reply, "invalid_client");
}
