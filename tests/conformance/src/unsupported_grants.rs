//! Grant types that are not built: device grant, token exchange, JWT bearer, and others.

use crate::support::forged::signed_by_the_attacker;
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, assert_refused};
use crate::support::world::{PARCELS, World};

#[tokio::test]
async fn c059_a_grant_type_that_is_not_served_is_unsupported_for_every_client() {
    let session = session::shared();
    let world = session.world;
    let unknown = [
        "implicit",
        "token",
        "authorization-code",
        "AUTHORIZATION_CODE",
        "authorization_code ",
        "client_credentials refresh_token",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
        "\u{0}",
    ];
    for grant in unknown {
        for client in [&world.service, &world.web, &world.spa, &world.gateway] {
            let reply = session.http.post("/token").client(client).field("grant_type", grant).send().await;
            assert_refused(&reply, "unsupported_grant_type");
        }
    }
}

/// Asserts that a grant type that is not built is unsupported for every client, whatever the parameters, and is not
/// advertised.
pub(crate) async fn unsupported(grant: &str, fields: &[(&str, &str)]) {
    let session = session::shared();
    let world = session.world;
    for client in [&world.service, &world.web, &world.spa] {
        let ask = session.http.post("/token").client(client).field("grant_type", grant);
        assert_refused(&ask.fields(fields).send().await, "unsupported_grant_type");
    }
    for path in DOCUMENTS {
        assert!(!strings(&document(&session.http, path).await["grant_types_supported"]).contains(grant), "{path}");
    }
}

#[tokio::test]
async fn c125_the_device_grant_is_unsupported_and_not_advertised() {
    unsupported("urn:ietf:params:oauth:grant-type:device_code", &[("device_code", "x")]).await;
    let world = World::shared();
    let http = world.stack.http();
    for path in ["/device_authorization", "/device", "/device/code", "/oauth2/device"] {
        let reply = http.post(path).client(&world.web).field("client_id", &world.web.id).send().await;
        assert_eq!(reply.status, 404, "{path}");
    }
    for path in DOCUMENTS {
        assert!(document(&http, path).await.get("device_authorization_endpoint").is_none(), "{path}");
    }
}

#[tokio::test]
async fn c126_token_exchange_is_unsupported_also_with_a_good_token() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let fields = [("subject_token", &*token), ("subject_token_type", kind), ("audience", PARCELS)];
    unsupported("urn:ietf:params:oauth:grant-type:token-exchange", &fields).await;
    assert!(session.is_active(&token).await);
}

#[tokio::test]
async fn c127_a_jwt_is_no_grant() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    let head = r#"{"alg":"EdDSA","typ":"oauth-id-jag+jwt"}"#;
    let claims = format!("{{\"iss\":\"https://idp.example\",\"aud\":\"{}\",\"sub\":\"x\"}}", world.stack.issuer());
    for assertion in [&*token, &*signed_by_the_attacker(head, &claims), "a.b.c"] {
        unsupported("urn:ietf:params:oauth:grant-type:jwt-bearer", &[("assertion", assertion)]).await;
    }
}
