//! K. Other grants, logout, and what is written down.

use harness::{Pkce, Stack};

use crate::forged::signed_by_the_attacker;
use crate::published::{DOCUMENTS, document, strings};
use crate::session::{Code, assert_refused, tokens};
use crate::world::{ORDERS, PARCELS, World};

#[tokio::test]
async fn c130_no_secret_code_token_verifier_or_password_is_ever_logged() {
    let world = World::on(Stack::builder().env("RUST_LOG", "trace").start());
    let mut session = world.session();
    let mut secrets =
        vec![world.ana.password.clone(), world.web.secret().to_owned(), world.service.secret().to_owned()];
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let pkce = Pkce::new();
        let callback = session.authorize(client, &pkce, &[("state", "the-state-of-the-app")]).await;
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        let first = tokens(&session.redeem(client, &code).await);
        let second = tokens(&session.refresh(client, &first.refresh).await);
        assert!(session.is_active(&second.access).await);
        drop(session.redeem(client, &code).await);
        drop(session.refresh(client, &second.refresh).await);
        drop(session.revoke(client, &first.access).await);
        secrets.extend([code.code, code.verifier, first.access, first.refresh, second.access, second.refresh]);
    }
    secrets.push(session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token"));
    drop(session.http.post("/token").basic(&world.service.id, "a-wrong-secret-of-a-client").send().await);
    drop(session.http.post("/token").header("authorization", "Bearer a-secret-in-the-wrong-place").send().await);
    drop(session.http.post("/token?client_secret=a-secret-in-the-query").send().await);
    secrets.extend(
        ["a-wrong-secret-of-a-client", "a-secret-in-the-wrong-place", "a-secret-in-the-query"].map(str::to_owned),
    );
    secrets.extend(session.browser.cookies.values().cloned());
    let log = world.stack.log();
    assert!(log.contains(&world.spa.id), "nothing was logged of all this");
    for secret in secrets {
        // The middle of it is enough to find it, whatever surrounds it.
        let middle = &secret[secret.len() / 4..secret.len() * 3 / 4];
        assert!(!log.contains(middle), "the log holds {secret}");
    }
}

/// A grant type that is not built is unsupported for every client, whatever it brings along, and is not advertised.
async fn unsupported(grant: &str, fields: &[(&str, &str)]) {
    let world = World::shared();
    let session = world.session();
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
    let world = World::shared();
    let mut session = world.session();
    let token = session.tokens(&world.web).await.access;
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let fields = [("subject_token", &*token), ("subject_token_type", kind), ("audience", PARCELS)];
    unsupported("urn:ietf:params:oauth:grant-type:token-exchange", &fields).await;
    assert!(session.is_active(&token).await);
}

#[tokio::test]
async fn c127_a_jwt_is_no_grant() {
    let world = World::shared();
    let mut session = world.session();
    let token = session.tokens(&world.web).await.access;
    let head = r#"{"alg":"EdDSA","typ":"oauth-id-jag+jwt"}"#;
    let claims = format!("{{\"iss\":\"https://idp.example\",\"aud\":\"{}\",\"sub\":\"x\"}}", world.stack.issuer());
    for assertion in [&*token, &*signed_by_the_attacker(head, &claims), "a.b.c"] {
        unsupported("urn:ietf:params:oauth:grant-type:jwt-bearer", &[("assertion", assertion)]).await;
    }
}

#[tokio::test]
async fn c128_c129_there_is_no_logout_endpoint_and_none_is_advertised() {
    let http = World::shared().stack.http();
    for path in ["/logout", "/end_session", "/connect/endsession", "/oauth2/logout", "/backchannel_logout"] {
        let target = format!("{path}?post_logout_redirect_uri=https%3A%2F%2Fevil.example");
        for reply in [http.get(&target).send().await, http.post(&target).raw_form("logout_token=x").send().await] {
            assert_eq!((reply.status, reply.header("location")), (404, None), "{path}");
        }
    }
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        let names = [
            "end_session_endpoint",
            "backchannel_logout_supported",
            "backchannel_logout_session_supported",
            "frontchannel_logout_supported",
        ];
        for name in names {
            assert!(document.get(name).is_none_or(|on| on == false), "{name} in {document}");
        }
    }
}
