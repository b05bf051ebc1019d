//! Claims and lifetimes of access tokens (RFC 9068).

use harness::Jwt;

use crate::support::forged::one_of_each;
use crate::support::session::{self, assert_granted, reach, tokens};
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
        let jwt = Jwt::read(&token);
        assert_eq!((jwt.header["typ"].as_str(), jwt.text("iss")), (Some("at+jwt"), world.stack.issuer()));
        for name in ["sub", "client_id", "jti", "scope"] {
            assert!(!jwt.text(name).is_empty(), "{name} in {}", jwt.claims);
        }
        assert!(!jwt.audience().is_empty(), "{}", jwt.claims);
        assert!(jwt.number("exp") > jwt.number("iat"), "{}", jwt.claims);
        let known = ["alg", "typ", "kid"];
        assert!(
            jwt.header.as_object().expect("a header").keys().all(|name| known.contains(&&**name)),
            "{}",
            jwt.header
        );
    }
}
