//! Claims and lifetimes of access tokens (RFC 9068).

use harness::Jwt;
use serde_json::json;

use crate::support::forged::one_of_each;
use crate::support::relying_party::{app, person};
use crate::support::session::{self, assert_granted, assert_rfc_9068, reach, tokens};
use crate::support::world::{ALGORITHMS, ORDERS, PARCELS, VAULT, World};

#[tokio::test]
async fn c091_c078_its_token_is_an_rfc_9068_jwt_about_the_service_itself() {
    let world = World::shared();
    let reply = world.session().machine(&world.service, &[("resource", ORDERS), ("scope", "read")]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((jwt.text("typ"), jwt.text("alg")), ("at+jwt", "RS256"));
    assert!(!jwt.text("kid").is_empty(), "{jwt:?}");
    assert_eq!(jwt.text("iss"), world.stack.issuer());
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*world.service.id, &*world.service.id));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert_eq!(jwt.text("scope"), "read");
    assert_eq!(jwt.number("exp") - jwt.number("iat"), 900);
    assert!(!jwt.text("jti").is_empty(), "{jwt:?}");
}

#[tokio::test]
async fn c091_a_token_without_resource_is_for_the_apis_of_the_client() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--api", PARCELS, "--audience", "all"];
    let both = cli.create_client("Both", &more);
    let (audience, scope) = reach(&session.machine(&both, &[]).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
    let (audience, scope) = reach(&session.machine(&both, &[("scope", "ship")]).await);
    assert_eq!(audience, [PARCELS], "the API that the scope is of");
    assert_eq!(scope, ["ship"]);
}

#[tokio::test]
async fn c091_a_client_of_no_api_gets_tokens_for_the_issuer() {
    let world = World::shared();
    let client = world.stack.cli().create_client("Alone", &["--grant", "client_credentials", "--scope", "self"]);
    let (audience, scope) = reach(&world.session().machine(&client, &[]).await);
    assert_eq!(audience, [world.stack.issuer()]);
    assert_eq!(scope, ["self"]);
}

#[tokio::test]
async fn c101_a_token_is_not_from_the_future() {
    let session = session::shared();
    let world = session.world;
    let token = session.machine(&world.service, &[("resource", ALGORITHMS[0].1)]).await.string("access_token");
    assert!(Jwt::read(&token).number("iat") <= jsonwebtoken::get_current_timestamp());
}

#[tokio::test]
async fn two_tokens_never_have_the_same_jti() {
    let session = session::shared();
    let world = session.world;
    let mut ids = Vec::new();
    for _ in 0..8 {
        let reply = session.machine(&world.service, &[("resource", ORDERS)]).await;
        ids.push(Jwt::read(&reply.string("access_token")).text("jti").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

#[tokio::test]
async fn an_api_of_opaque_tokens_gets_opaque_tokens() {
    let session = session::shared();
    let world = session.world;
    let reply = session.machine(&world.opaque_service, &[]).await;
    assert_granted(&reply);
    let token = reply.string("access_token");
    assert!(!token.contains('.'), "an opaque token tells nothing: {token}");
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
    let described = session.introspect(&world.gateway, &token).await;
    assert_eq!(described["active"], true);
    assert_eq!(
        (&described["sub"], &described["client_id"]),
        (&world.opaque_service.id.clone().into(), &world.opaque_service.id.clone().into())
    );
    assert_eq!(described["aud"], serde_json::json!([VAULT]));
}

#[tokio::test]
async fn a_lifetime_of_an_api_is_the_lifetime_of_its_tokens() {
    let world = World::shared();
    let cli = world.stack.cli();
    cli.create_api("https://brief.example", "read", &["--lifetime", "60"]);
    let client = cli.create_client("Brief", &["--grant", "client_credentials", "--api", "https://brief.example"]);
    let reply = world.session().machine(&client, &[]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((reply.json()["expires_in"].as_u64(), jwt.number("exp") - jwt.number("iat")), (Some(60), 60));
}

#[tokio::test]
async fn c091_every_claim_of_rfc_9068_is_in_every_token() {
    let mut session = session::shared();
    let world = session.world;
    let mut all = one_of_each(&session).await;
    for client in [&world.spa, &world.web] {
        let live = session.tokens(client).await;
        all.extend([live.access, tokens(&session.refresh(client, &live.refresh).await).access]);
    }
    for token in all {
        assert_rfc_9068(world, &token);
    }
}

#[tokio::test]
async fn c177_an_api_that_takes_jwt_as_typ_gets_it_and_its_tokens_are_good_here_too() {
    let world = World::shared();
    let (mut session, _) = person(world, "c177typ");
    let (cli, api) = (world.stack.cli(), "https://spring.example");
    assert_eq!(cli.create_api(api, "brew", &["--token-type", "JWT"])["token_type"], "JWT");
    let caller = cli.create_client("C177 caller", &["--introspects", api]);
    let service = cli.create_client("C177 machine", &["--grant", "client_credentials", "--api", api]);
    let client = app(world, "C177 typ", &["--api", api]);
    let reply = session.signed_in("c177typ", &client, &[("scope", "openid brew"), ("resource", api)]).await;
    let person = reply.string("access_token");
    let machine = session.machine(&service, &[]).await.string("access_token");
    for token in [&person, &machine] {
        let jwt = Jwt::read(token);
        assert_eq!((jwt.text("typ"), jwt.text("alg")), ("JWT", "RS256"));
        assert_eq!(session.introspect(&caller, token).await["active"], true);
    }
    assert_eq!(session.userinfo(&person).await.status, 200);
    for (owner, token) in [(&client, &person), (&service, &machine)] {
        assert_eq!(session.revoke(owner, token).await.status, 200);
        assert_eq!(session.introspect(&caller, token).await, json!({ "active": false }));
    }
    // ID tokens have the same typ, and are no access tokens.
    let id_token = reply.string("id_token");
    assert_eq!(Jwt::read(&id_token).header["typ"], "JWT");
    assert_eq!(session.introspect(&caller, &id_token).await, json!({ "active": false }));
    let usual = session.signed_in("c177typ", &client, &[("scope", "openid read"), ("resource", ORDERS)]).await;
    assert_eq!(Jwt::read(&usual.string("access_token")).text("typ"), "at+jwt");
}

#[tokio::test]
async fn c177_an_api_gets_the_roles_groups_and_custom_claims_that_it_wants() {
    let world = World::shared();
    let (mut session, _) = person(world, "c177api");
    let cli = world.stack.cli();
    let more = ["--role", "admin", "--group", "ops", "--claim", "tenant=acme", "--claim", "plan=free"];
    cli.run(&[&["user", "update", "c177api"][..], &more].concat());
    for (api, scope, format) in [("https://roles.example", "role", "jwt"), ("https://hidden.example", "hide", "opaque")]
    {
        let made = cli.create_api(api, scope, &["--claims", "roles groups tenant", "--token-format", format]);
        assert_eq!(made["claims"], "roles groups tenant");
        let caller = cli.create_client("C177 caller", &["--introspects", api]);
        let client = app(world, "C177 api", &["--api", api]);
        let reply = session.signed_in("c177api", &client, &[("scope", scope), ("resource", api)]).await;
        let told = |claims: &serde_json::Value| {
            ["roles", "groups", "tenant", "plan", "email"].map(|name| claims.get(name).cloned())
        };
        let wanted = [Some(json!(["admin"])), Some(json!(["ops"])), Some(json!("acme")), None, None];
        let token = reply.string("access_token");
        assert_eq!(told(&session.introspect(&caller, &token).await), wanted, "{format}");
        if format == "jwt" {
            assert_eq!(told(&Jwt::read(&token).claims), wanted);
        }
        // Introspection tells what is true now, and so does a token of a refresh.
        cli.run(&["user", "update", "c177api", "--add-role", "auditor", "--remove-group", "ops", "--claim", "tenant="]);
        let now = [Some(json!(["admin", "auditor"])), None, None, None, None];
        assert_eq!(told(&session.introspect(&caller, &token).await), now, "{format}");
        let refreshed = session.refresh(&client, &reply.string("refresh_token")).await.string("access_token");
        assert_eq!(told(&session.introspect(&caller, &refreshed).await), now, "{format}");
        if format == "jwt" {
            assert_eq!(told(&Jwt::read(&refreshed).claims), now);
        }
        let back = ["--remove-role", "auditor", "--group", "ops", "--claim", "tenant=acme"];
        cli.run(&[&["user", "update", "c177api"][..], &back].concat());
    }
    // Another API gets nothing of it.
    let client = app(world, "C177 other", &[]);
    let reply = session.signed_in("c177api", &client, &[("scope", "read")]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert!(["roles", "groups", "tenant"].iter().all(|name| jwt.claims.get(*name).is_none()), "{jwt:?}");
}
