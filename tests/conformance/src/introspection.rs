//! Introspection (RFC 7662): which caller learns what about which token.

use harness::{Jwt, RegisteredClient};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, get_current_timestamp};
use serde_json::{Value, json};

use crate::support::handles::COUNTED;
use crate::support::published::{DOCUMENTS, document, keys, strings};
use crate::support::session::{self, Session, assert_no_store, assert_refused, server_time, tokens, until, words};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, VAULT};

fn assert_describes(described: &Value, expected: &[(&str, &str)]) {
    assert_eq!(described["active"], true, "{described}");
    for (name, value) in expected {
        assert_eq!(described[name], *value, "{name} in {described}");
    }
    assert!(described["exp"].as_u64() > described["iat"].as_u64(), "{described}");
}

#[tokio::test]
async fn c109_a_token_for_another_api_is_inactive_and_nothing_more() {
    let mut session = session::shared();
    let world = session.world;
    let cli = world.stack.cli();
    let stranger = cli.create_client("Stranger", &["--introspects", PARCELS]);
    let jwt = session.tokens(&world.web).await.access;
    let opaque = session.tokens(&world.opaque_spa).await.access;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    for token in [&jwt, &opaque, &machine] {
        // `Session::introspect` checks that every inactive answer is exactly that.
        assert_eq!(session.introspect(&stranger, token).await, json!({"active": false}));
        // The client that received the token is not an API, so it learns nothing either.
        assert_eq!(session.introspect(&world.service, token).await, json!({"active": false}));
        assert!(session.is_active(token).await);
    }
}

#[tokio::test]
async fn c109_c092_what_is_no_access_token_is_inactive() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    assert!(!session.is_active(&code.code).await);
    let tokens = tokens(&session.redeem(&world.spa, &code).await);
    assert!(!session.is_active(&tokens.refresh).await);
    for garbage in ["x", "....", "a.b.c", "é", " ", "null", &"a".repeat(4096), &"a".repeat(9_000)] {
        assert!(!session.is_active(garbage).await, "{garbage}");
    }
}

#[tokio::test]
async fn c109_a_public_client_does_not_introspect() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.spa).await.access;
    let reply = session.http.post("/introspect").client(&world.spa).field("token", &token).send().await;
    assert_refused(&reply, "invalid_client");
}

#[tokio::test]
async fn a_jwt_of_a_person_is_described_as_it_describes_itself() {
    let mut session = session::shared();
    let world = session.world;
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
    let mut session = session::shared();
    let world = session.world;
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
    let session = session::shared();
    let world = session.world;
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let described = session.introspect(&world.gateway, &token).await;
    assert_describes(&described, &[("sub", &*world.service.id), ("client_id", &*world.service.id)]);
}

#[tokio::test]
async fn the_hint_is_only_a_hint() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.opaque_spa).await.access;
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let ask = session.http.post("/introspect").client(&world.gateway);
        let reply = ask.fields(&[("token", &token), ("token_type_hint", hint)]).send().await;
        assert_eq!(reply.json()["active"], true, "{hint}");
    }
}

#[tokio::test]
async fn c109_only_a_client_that_introspects_and_proves_it_is_told_anything() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    let gateway = &world.gateway;
    let ask = || session.http.post("/introspect").field("token", &token);
    let asks = [
        ask(),
        ask().field("client_id", &gateway.id),
        ask().basic(&gateway.id, "wrong"),
        ask().basic(&gateway.id, ""),
        ask().basic("nobody", gateway.secret()),
        ask().header("authorization", format!("Bearer {token}")),
        ask().header("authorization", format!("Bearer {}", gateway.secret())),
        ask().field("client_id", &world.spa.id),
    ];
    for ask in asks {
        let reply = ask.send().await;
        assert_refused(&reply, "invalid_client");
        assert!(!reply.text().contains("active"), "{reply:?}");
    }
    let body = ask().field("client_id", &gateway.id).field("client_secret", gateway.secret()).send().await;
    assert_eq!((body.status, &body.json()["active"]), (200, &json!(true)), "{body:?}");
    assert!(session.is_active(&token).await);
}

#[tokio::test]
async fn c109_an_expired_token_is_inactive_and_nothing_more() {
    let mut session = session::shared();
    let cli = session.world.stack.cli();
    let (jwts, handles) = ("https://short-jwt.example", "https://short-opaque.example");
    cli.create_api(jwts, "a", &["--lifetime", "2"]);
    cli.create_api(handles, "b", &["--lifetime", "2", "--token-format", "opaque"]);
    let caller = cli.create_client("Short caller", &["--introspects", jwts, "--introspects", handles]);
    let mut short = Vec::new();
    for api in [jwts, handles] {
        let service = cli.create_client("Short service", &["--grant", "client_credentials", "--api", api]);
        let app = ["--grant", "authorization_code", "--auth-method", "none", "--redirect-uri", CALLBACK, "--api", api];
        let app = cli.create_client("Short app", &app);
        short.push(session.machine(&service, &[]).await.string("access_token"));
        let code = session.code(&app).await;
        short.push(session.redeem(&app, &code).await.string("access_token"));
    }
    assert_eq!(session.introspect(&caller, &short[3]).await["active"], true);
    let now = server_time(&session).await;
    until(&session, now + 3).await;
    for token in short {
        assert_eq!(session.introspect(&caller, &token).await, json!({"active": false}));
    }
}

#[tokio::test]
async fn c110_introspection_reads_what_was_written_last() {
    let counted = COUNTED.lock().await;
    let world = &counted.world;
    let mut session = world.session();
    let mut live = Vec::new();
    for client in [&world.spa, &world.opaque_spa] {
        live.push(session.tokens(client).await.access);
    }
    live.push(session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token"));
    live.push(session.machine(&world.opaque_service, &[]).await.string("access_token"));
    let grants = world.stack.env_file().get("JETON_TABLE_GRANTS");
    for token in &live {
        assert!(session.is_active(token).await);
        counted.proxy.reset();
        assert!(session.is_active(token).await);
        // A read of the grants only, or of grants and people together, which names no single table.
        let of_grants = |call: &harness::Call| call.table == grants || call.operation == "BatchGetItem";
        let reads: Vec<_> = counted.proxy.calls().into_iter().filter(of_grants).collect();
        assert!(!reads.is_empty() && reads.iter().all(|call| call.consistent), "{reads:?}");
    }
}

/// Verifies a signed response as an API does, and returns its header and what it says of the token.
async fn signed(session: &Session<'_>, caller: &RegisteredClient, token: &str) -> (Value, Value) {
    let ask = session.http.post("/introspect").client(caller).header("accept", "application/token-introspection+jwt");
    let reply = ask.field("token", token).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/token-introspection+jwt"), "{reply:?}");
    assert_no_store(&reply);
    let response = reply.text().to_owned();
    let header = Jwt::read(&response).header;
    let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&session.http).await })).expect("a key set");
    let key = set.find(header["kid"].as_str().expect("kid")).expect("the key of the response");
    let algorithm = key.common.key_algorithm.expect("the algorithm of the key");
    let mut validation = Validation::new(Algorithm::try_from(algorithm).expect("a signature algorithm"));
    validation.set_issuer(&[session.world.stack.issuer()]);
    validation.set_audience(&[&caller.id]);
    validation.set_required_spec_claims(&["iss", "aud"]);
    let claims = decode::<Value>(&response, &DecodingKey::from_jwk(key).expect("a key"), &validation);
    let claims = claims.expect("a signature").claims;
    let mut names: Vec<&str> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "iat", "iss", "token_introspection"], "{claims}");
    assert!(claims["iat"].as_u64().is_some_and(|at| at <= get_current_timestamp()), "{claims}");
    assert!(!session.is_active(&response).await, "a response is no token");
    (header, claims["token_introspection"].clone())
}

#[tokio::test]
async fn c112_a_response_is_signed_for_its_caller_on_request_also_about_an_inactive_token() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    let (header, told) = signed(&session, &world.gateway, &token).await;
    assert_eq!((&header["typ"], &header["alg"]), (&json!("token-introspection+jwt"), &json!("RS256")));
    assert_eq!(told, session.introspect(&world.gateway, &token).await);
    assert_eq!(told["active"], true);
    let (_, told) = signed(&session, &world.gateway, "x").await;
    assert_eq!(told, json!({ "active": false }));
    let other = world.stack.cli().create_client("ES256", &["--introspects", ORDERS, "--introspection-alg", "ES256"]);
    let (header, told) = signed(&session, &other, &token).await;
    assert_eq!((&header["alg"], &told["active"]), (&json!("ES256"), &json!(true)));
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert!(strings(&document["introspection_signing_alg_values_supported"]).contains("RS256"), "{document}");
    }
}

#[tokio::test]
async fn c112_nobody_gets_a_signed_response_without_naming_it() {
    let session = session::shared();
    for accept in ["application/jwt", "*/*", "application/json", "application/*"] {
        let ask = session.http.post("/introspect").client(&session.world.gateway).header("accept", accept);
        let reply = ask.field("token", "x").send().await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{reply:?}");
    }
}

#[tokio::test]
async fn a_token_of_a_person_says_when_and_how_the_person_signed_in() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    let (jwt, told) = (Jwt::read(&token), session.introspect(&world.gateway, &token).await);
    for claims in [&jwt.claims, &told] {
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("pwd"), &json!(["pwd"])), "{claims}");
        assert!(claims["auth_time"].as_u64() <= claims["iat"].as_u64() && claims["auth_time"].is_u64(), "{claims}");
    }
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let told = session.introspect(&world.gateway, &machine).await;
    for name in ["acr", "amr", "auth_time"] {
        assert!(told.get(name).is_none() && Jwt::read(&machine).claims.get(name).is_none(), "{name}");
    }
}
