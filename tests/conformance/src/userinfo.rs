//! The UserInfo endpoint, and the claims that an app receives.

use harness::Jwt;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::support::published::{keys, verify};
use crate::support::relying_party::{app, person};
use crate::support::session::{assert_no_store, challenge};
use crate::support::world::{ORDERS, World};

#[tokio::test]
async fn o27_userinfo_is_told_by_get_and_post_with_the_token_in_header_or_body() {
    let world = World::shared();
    let (mut session, sub) = person(world, "o27");
    let client = app(world, "O27", &[]);
    let reply = session.signed_in("o27", &client, &[("scope", "openid")]).await;
    let token = reply.string("access_token");
    let bearer = format!("Bearer {token}");
    let asks = [
        session.http.get("/userinfo").header("authorization", &bearer),
        session.http.get("/userinfo").header("authorization", bearer.replace("Bearer", "bearer")),
        session.http.post("/userinfo").header("authorization", &bearer),
        session.http.post("/userinfo").field("access_token", &token),
    ];
    for ask in asks {
        let told = ask.send().await;
        assert_eq!(told.status, 200, "{told:?}");
        assert!(told.header("content-type").unwrap_or_default().starts_with("application/json"), "{told:?}");
        assert_eq!(told.header("access-control-allow-origin"), Some("*"));
        assert_no_store(&told);
        assert_eq!(told.json(), json!({ "sub": sub }));
    }
    assert_eq!(session.identity(&client, &reply).await["sub"], json!(sub));
}

#[tokio::test]
async fn o27_what_is_no_good_token_is_told_nothing() {
    let world = World::shared();
    let (mut session, _) = person(world, "o27bad");
    let client = app(world, "O27 bad", &[]);
    let reply = session.signed_in("o27bad", &client, &[("scope", "openid read")]).await;
    let (token, id_token) = (reply.string("access_token"), reply.string("id_token"));
    let other = session.signed_in("o27bad", &client, &[("scope", "read")]).await.string("access_token");
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let refused = |told: harness::Reply, status: u16, error: &str| {
        assert_eq!(told.status, status, "{told:?}");
        assert!(challenge(&told).starts_with("Bearer ") && challenge(&told).contains(error), "{told:?}");
        assert_no_store(&told);
    };
    let missing = session.http.get("/userinfo").send().await;
    assert!(!challenge(&missing).contains("error"), "{missing:?}");
    refused(missing, 401, "Bearer");
    refused(session.http.get(&format!("/userinfo?access_token={token}")).send().await, 401, "Bearer");
    for bad in [&id_token, &reply.string("refresh_token"), "nonsense", &format!("{token}A")] {
        refused(session.userinfo(bad).await, 401, "invalid_token");
    }
    for without in [&other, &machine] {
        refused(session.userinfo(without).await, 403, "insufficient_scope");
    }
    let twice = session.http.post("/userinfo").header("authorization", format!("Bearer {token}"));
    refused(twice.field("access_token", &token).send().await, 400, "invalid_request");
    let unreadable = session.http.post("/userinfo").raw_form("access_token=%zz").send().await;
    refused(unreadable, 400, "invalid_request");
    let long = "a".repeat(9_000);
    for malformed in ["a b", "a\"b", "", &*long] {
        refused(session.userinfo(malformed).await, 401, "invalid_token");
    }
    // Another scheme is no authentication: the challenge has no error code (RFC 6750 §3.1).
    let basic = session.http.get("/userinfo").basic("app", "secret").send().await;
    assert!(!challenge(&basic).contains("error"), "{basic:?}");
    refused(basic, 401, "Bearer");
    assert_eq!(session.http.ask("PUT", "/userinfo").send().await.status, 405);
    assert_eq!(session.userinfo(&token).await.status, 200);
    assert_eq!(session.revoke(&client, &token).await.status, 200);
    refused(session.userinfo(&token).await, 401, "invalid_token");
}

#[tokio::test]
async fn o26_o28_each_scope_brings_its_claims_at_userinfo_and_none_in_the_id_token() {
    let world = World::shared();
    let (mut session, sub) = person(world, "o28");
    let client = app(world, "O28", &[]);
    let scope = "openid profile email address phone";
    let reply = session.signed_in("o28", &client, &[("scope", scope)]).await;
    let told = session.userinfo(&reply.string("access_token")).await.json();
    assert!(told["updated_at"].is_u64(), "{told}");
    let expected = json!({
        "sub": sub, "name": "Ada Lovelace", "given_name": "Ada", "birthdate": "1815-12-10", "preferred_username": "o28",
        "email": "ada@example.com", "email_verified": true, "phone_number": "+44 20 7946 0000",
        "phone_number_verified": false, "updated_at": told["updated_at"],
        "address": { "formatted": "12 St James's Square\nLondon", "country": "GB" },
    });
    assert_eq!(told, expected);
    let identity = session.identity(&client, &reply).await;
    for name in ["name", "email", "address", "phone_number", "preferred_username"] {
        assert!(identity.get(name).is_none(), "{name}: {identity}");
    }
    let email = session.signed_in("o28", &client, &[("scope", "openid email")]).await;
    let told = session.userinfo(&email.string("access_token")).await.json();
    assert_eq!(told, json!({ "sub": sub, "email": "ada@example.com", "email_verified": true }));
    // The endpoint returns the current claims.
    let change = ["user", "update", "o28", "--claim", "email=countess@example.com", "--claim", "email_verified="];
    world.stack.cli().run(&change);
    let told = session.userinfo(&email.string("access_token")).await.json();
    assert_eq!(told, json!({ "sub": sub, "email": "countess@example.com" }));
    world.stack.cli().run(&["user", "disable", "o28"]);
    assert_eq!(session.userinfo(&email.string("access_token")).await.status, 401);
}

#[tokio::test]
async fn o16_single_claims_come_where_they_were_asked_for() {
    let world = World::shared();
    let (mut session, sub) = person(world, "o16");
    let client = app(world, "O16", &["--scope", "openid profile email read"]);
    let asked = json!({
        "userinfo": { "name": { "essential": true }, "phone_number": null, "shoe_size": null },
        "id_token": { "email": null, "auth_time": { "essential": true } },
    });
    let more = [("scope", "openid"), ("claims", &asked.to_string())];
    let reply = session.signed_in("o16", &client, &more).await;
    let told = session.userinfo(&reply.string("access_token")).await.json();
    // The client is not registered for the scope that includes phone numbers.
    assert_eq!(told, json!({ "sub": sub, "name": "Ada Lovelace" }));
    let identity = session.identity(&client, &reply).await;
    assert_eq!(identity["email"], "ada@example.com");
    assert!(identity.get("name").is_none(), "{identity}");
}

#[tokio::test]
async fn o29_a_client_can_have_its_answers_signed() {
    let world = World::shared();
    let (mut session, sub) = person(world, "o29");
    for algorithm in ["RS256", "ES256"] {
        let client = app(world, "O29", &["--userinfo-alg", algorithm]);
        let reply = session.signed_in("o29", &client, &[("scope", "openid email"), ("nonce", "n")]).await;
        let told = session.userinfo(&reply.string("access_token")).await;
        assert_eq!((told.status, told.header("content-type")), (200, Some("application/jwt")), "{told:?}");
        let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&session.http).await })).expect("a key set");
        let jwt = Jwt::read(told.text());
        assert_eq!(jwt.header["alg"], algorithm);
        let expected: Value = json!({
            "iss": world.stack.issuer(), "aud": client.id, "sub": sub, "email": "ada@example.com", "email_verified": true,
        });
        assert_eq!(jwt.claims, expected);
        // A signed UserInfo response has no expiry; its signature is checked like that of a token with one.
        let error = verify(&set, told.text(), world.stack.issuer(), &client.id).expect_err("no exp");
        assert!(error.to_string().contains("exp"), "{error}");
    }
}

#[tokio::test]
async fn a_pairwise_client_knows_a_person_by_a_name_that_only_its_sector_knows() {
    let world = World::shared();
    let (mut session, sub) = person(world, "pairwise");
    let pairwise = ["--subject-type", "pairwise"];
    let one = app(world, "Pairwise", &pairwise);
    let same_sector = app(world, "Pairwise too", &pairwise);
    let other = app(world, "Pairwise elsewhere", &[&pairwise[..], &["--sector", "other.example"]].concat());
    let mut names = Vec::new();
    for client in [&one, &same_sector, &other] {
        let reply = session.signed_in("pairwise", client, &[("scope", "openid read")]).await;
        let name = session.identity(client, &reply).await["sub"].as_str().expect("sub").to_owned();
        assert_eq!(session.userinfo(&reply.string("access_token")).await.json(), json!({ "sub": name }));
        assert_eq!(Jwt::read(&reply.string("access_token")).text("sub"), name);
        assert_eq!(session.introspect(&world.gateway, &reply.string("access_token")).await["sub"], json!(name));
        names.push(name);
    }
    let [first, second, third] = &names[..] else { panic!("three names") };
    assert_eq!(first, second);
    assert!(first != third && *first != sub && *third != sub, "{names:?}");
}

#[tokio::test]
async fn c177_roles_groups_and_custom_claims_come_with_their_scopes() {
    let world = World::shared();
    let (mut session, sub) = person(world, "c177info");
    let cli = world.stack.cli();
    let more =
        ["--role", "admin", "--group", "ops", "--group", "dev", "--claim", "tenant=acme", "--claim", "beta=true"];
    cli.run(&[&["user", "update", "c177info"][..], &more].concat());
    let client = app(world, "C177 info", &[]);
    let rows = [
        ("openid", json!({ "sub": sub })),
        ("openid roles", json!({ "sub": sub, "roles": ["admin"] })),
        ("openid groups", json!({ "sub": sub, "groups": ["dev", "ops"] })),
    ];
    for (scope, expected) in rows {
        let reply = session.signed_in("c177info", &client, &[("scope", scope)]).await;
        assert_eq!(session.userinfo(&reply.string("access_token")).await.json(), expected, "{scope}");
    }
    let reply = session.signed_in("c177info", &client, &[("scope", "openid profile")]).await;
    let token = reply.string("access_token");
    let told = session.userinfo(&token).await.json();
    assert_eq!((&told["tenant"], &told["beta"]), (&json!("acme"), &json!(true)));
    assert!(told.get("roles").is_none() && told.get("groups").is_none(), "{told}");
    cli.run(&["user", "update", "c177info", "--claim", "tenant=", "--claim", r#"beta={"since":2026}"#]);
    let told = session.userinfo(&token).await.json();
    assert_eq!((told.get("tenant"), &told["beta"]), (None, &json!({ "since": 2026 })));
    // A client gets no more than it is registered for, whatever a request asks for.
    let narrow = app(world, "C177 narrow", &["--scope", "openid profile read"]);
    let asked = json!({ "userinfo": { "roles": { "essential": true } } }).to_string();
    let reply = session.signed_in("c177info", &narrow, &[("scope", "openid"), ("claims", &asked)]).await;
    assert_eq!(session.userinfo(&reply.string("access_token")).await.json(), json!({ "sub": sub }));
}
