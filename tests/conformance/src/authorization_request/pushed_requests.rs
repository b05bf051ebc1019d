//! Pushed authorization requests (RFC 9126) are not built: nothing advertises them, and nothing accepts them.

use harness::Pkce;

use crate::support::pages::{answered, signed_in, url};
use crate::support::published::{DOCUMENTS, document};
use crate::support::world::{CALLBACK, World};

/// The paths where other servers have this endpoint.
const PATHS: [&str; 6] =
    ["/par", "/as/par", "/request", "/authorize/par", "/pushed_authorization_request", "/oauth2/par"];

#[tokio::test]
async fn c029_c104_c105_there_is_no_endpoint_for_pushed_requests() {
    let world = World::shared();
    let http = world.stack.http();
    for path in PATHS {
        let pkce = Pkce::new();
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("code_challenge", &*pkce.challenge),
            ("code_challenge_method", "S256"),
        ];
        let reply = http.post(path).client(&world.web).fields(&fields).send().await;
        assert_eq!(reply.status, 404, "{path}: {reply:?}");
        assert!(!reply.text().contains("urn:ietf:params:oauth:request_uri"), "{path}: {reply:?}");
    }
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        for name in ["pushed_authorization_request_endpoint", "require_pushed_authorization_requests"] {
            assert!(document.get(name).is_none(), "{name} in {document}");
        }
    }
}

#[tokio::test]
async fn c106_c107_c108_a_request_uri_from_nowhere_is_refused() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let uri = "urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc_11ACC5bwc014ltc14eY22c";
    let bare = format!("client_id={}&request_uri={uri}", world.web.id);
    // A client with one registered redirect URI could receive the error; it gets no code either way.
    let landing = session.browser.go(&format!("/authorize?{bare}")).await;
    assert!(landing.callback().is_none_or(|callback| callback.code.is_none()), "{:?}", landing.reply);
    for client in [&world.web, &world.spa] {
        let landing = session.browser.go(&url(&client.id, &[])).await;
        let whole = format!("{}&request_uri={uri}", landing.url.path().to_owned() + "?" + landing.url.query().unwrap());
        let callback = answered(&session.browser.go(&whole).await);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("request_uri_not_supported"), None));
    }
}
