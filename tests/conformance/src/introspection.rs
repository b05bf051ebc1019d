//! I. Introspection (RFC 7662) and revocation (RFC 7009).

use harness::{Jwt, RegisteredClient};
use serde_json::{Value, json};

use crate::support::handles::COUNTED;
use crate::support::published::{DOCUMENTS, document};
use crate::support::session::{
    self, assert_granted, assert_no_store, assert_refused, server_time, tokens, until, words,
};
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
    for garbage in ["x", "....", "a.b.c", "é", " ", "null", &"a".repeat(4096)] {
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
async fn c110_a_revoked_access_token_is_inactive_at_once_and_the_grant_lives_on() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.web, &world.opaque_spa] {
        let first = session.tokens(client).await;
        let second = tokens(&session.refresh(client, &first.refresh).await);
        assert_eq!(session.revoke(client, &first.access).await.status, 200);
        assert!(!session.is_active(&first.access).await);
        assert!(session.is_active(&second.access).await);
        assert_granted(&session.refresh(client, &second.refresh).await);
    }
}

#[tokio::test]
async fn c110_a_services_tokens_are_revoked_one_by_one() {
    let session = session::shared();
    let world = session.world;
    for client in [&world.service, &world.opaque_service] {
        let more: &[_] = if client.id == world.service.id { &[("resource", ORDERS)] } else { &[] };
        let one = session.machine(client, more).await.string("access_token");
        let two = session.machine(client, more).await.string("access_token");
        assert_eq!(session.revoke(client, &one).await.status, 200);
        assert!(!session.is_active(&one).await);
        assert!(session.is_active(&two).await);
        assert_eq!(session.revoke(client, &one).await.status, 200);
    }
}

#[tokio::test]
async fn c111_c110_a_revoked_refresh_token_ends_the_grant() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let first = session.tokens(client).await;
        let second = tokens(&session.refresh(client, &first.refresh).await);
        let reply = session.revoke(client, &second.refresh).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_refused(&session.refresh(client, &second.refresh).await, "invalid_grant");
        assert!(!session.is_active(&first.access).await && !session.is_active(&second.access).await);
        // The token is revoked already, and revoking it again is no error.
        assert_eq!(session.revoke(client, &second.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn c111_another_clients_token_is_not_revoked() {
    let mut session = session::shared();
    let world = session.world;
    let jwt = session.tokens(&world.web).await;
    let opaque = session.tokens(&world.opaque_spa).await;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    for other in [&world.spa, &world.gateway] {
        for token in [&jwt.access, &jwt.refresh, &opaque.access, &opaque.refresh, &machine] {
            let reply = session.revoke(other, token).await;
            // RFC 7009 §2.1 allows an error here, but does not require one.
            assert!(matches!(reply.status, 200 | 400), "{reply:?}");
        }
    }
    for token in [&jwt.access, &opaque.access, &machine] {
        assert!(session.is_active(token).await);
    }
    assert_granted(&session.refresh(&world.web, &jwt.refresh).await);
    assert_granted(&session.refresh(&world.opaque_spa, &opaque.refresh).await);
}

#[tokio::test]
async fn c111_an_unknown_token_is_as_good_as_revoked() {
    let session = session::shared();
    let world = session.world;
    for token in ["x", "a.b.c", "....", &"a".repeat(4096)] {
        let reply = session.revoke(&world.spa, token).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_no_store(&reply);
    }
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
async fn an_older_refresh_token_of_the_grant_ends_it_as_well() {
    let mut session = session::shared();
    let world = session.world;
    let first = session.tokens(&world.spa).await;
    let second = tokens(&session.refresh(&world.spa, &first.refresh).await);
    assert_eq!(session.revoke(&world.spa, &first.refresh).await.status, 200);
    assert_refused(&session.refresh(&world.spa, &second.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn the_hint_of_a_revocation_is_only_a_hint() {
    let mut session = session::shared();
    let world = session.world;
    for hint in ["access_token", "refresh_token", "nonsense"] {
        let tokens = session.tokens(&world.spa).await;
        let ask = session.http.post("/revoke").client(&world.spa);
        let reply = ask.fields(&[("token", &tokens.refresh), ("token_type_hint", hint)]).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_refused(&session.refresh(&world.spa, &tokens.refresh).await, "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_that_is_given_back_or_left_alone_is_no_matter_of_revocation() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let reply = session.revoke(&world.spa, &code.code).await;
    assert_eq!(reply.status, 200, "{reply:?}");
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
    assert_refused(&body, "invalid_client");
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

#[tokio::test]
async fn c111_a_token_that_was_touched_revokes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.web, &world.opaque_spa] {
        let live = session.tokens(client).await;
        for token in [&live.access, &live.refresh] {
            let last = if token.ends_with('A') { 'Q' } else { 'A' };
            let touched = [
                format!("{}{last}", &token[..token.len() - 1]),
                format!("{token}A"),
                format!(" {token}"),
                token[..token.len() - 1].to_owned(),
                token.to_uppercase(),
            ];
            for touched in touched {
                assert_eq!(session.revoke(client, &touched).await.status, 200, "{touched}");
            }
        }
        assert!(session.is_active(&live.access).await);
        assert_granted(&session.refresh(client, &live.refresh).await);
    }
}

#[tokio::test]
async fn c111_who_does_not_authenticate_revokes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let live = session.tokens(&world.web).await;
    let unproven = RegisteredClient { secret: None, ..world.web.clone() };
    let mistaken = RegisteredClient { secret: Some("wrong".to_owned()), ..world.web.clone() };
    for client in [&unproven, &mistaken] {
        for token in [&live.access, &live.refresh, "x"] {
            assert_refused(&session.revoke(client, token).await, "invalid_client");
        }
    }
    assert_refused(&session.http.post("/revoke").field("token", &live.access).send().await, "invalid_client");
    assert!(session.is_active(&live.access).await);
}

#[tokio::test]
async fn c112_introspection_answers_json_and_never_a_jwt() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    for (token, active) in [(&*token, true), ("x", false)] {
        for accept in ["application/token-introspection+jwt", "application/jwt", "*/*"] {
            let ask = session.http.post("/introspect").client(&world.gateway).header("accept", accept);
            let reply = ask.field("token", token).send().await;
            assert_eq!(reply.status, 200, "{reply:?}");
            assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json")), "{reply:?}");
            assert_eq!(reply.json()["active"], active);
        }
    }
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert!(document.get("introspection_signing_alg_values_supported").is_none(), "{document}");
    }
}
