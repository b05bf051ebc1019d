//! Client credentials: a service gets a token for itself (RFC 6749 §4.4).

use harness::Jwt;

use crate::session::{assert_granted, assert_refused, words};
use crate::world::{CALLBACK, ORDERS, PARCELS, VAULT, World};

#[tokio::test]
async fn c055_c056_c077_a_service_gets_a_token_and_no_refresh_token() {
    let world = World::shared();
    let reply = world.session().machine(&world.service, &[("resource", ORDERS)]).await;
    assert_granted(&reply);
    assert_eq!(reply.json()["expires_in"], 900);
    assert_eq!(words(&reply.string("scope")), ["read", "write"]);
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
}

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
async fn two_tokens_never_have_the_same_jti() {
    let world = World::shared();
    let session = world.session();
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
    let world = World::shared();
    let session = world.session();
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
async fn c059_c077_a_client_without_the_grant_type_is_unauthorized() {
    let world = World::shared();
    let session = world.session();
    assert_refused(&session.machine(&world.web, &[]).await, "unauthorized_client");
    // A public client is only named, and a name is no authentication.
    assert_refused(&session.machine(&world.spa, &[]).await, "unauthorized_client");
    let code = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
    let reply = session.http.post("/token").client(&world.service).fields(&code).send().await;
    assert_refused(&reply, "unauthorized_client");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let reply = session.http.post("/token").client(&world.service).fields(&refresh).send().await;
    assert_refused(&reply, "unauthorized_client");
}

#[tokio::test]
async fn a_new_client_works_at_once_and_a_disabled_one_does_not() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
    let new = cli.create_client("New", &["--grant", "client_credentials", "--api", PARCELS]);
    let off = cli.create_client("Off", &["--grant", "client_credentials", "--api", PARCELS]);
    cli.run(&["client", "disable", &off.id]);
    assert_granted(&session.machine(&new, &[]).await);
    assert_refused(&session.machine(&off, &[]).await, "invalid_client");
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
