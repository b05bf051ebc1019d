//! Request objects (OpenID Connect Core §6), which are not supported.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::pages::{answered, shown_here, url};
use crate::support::published::{DOCUMENTS, document};
use crate::support::session::{self};
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn o15_c028_a_request_object_is_refused_by_value_and_by_reference() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let good = url(&world.web.id, &[("state", "s")]);
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6InJlYWQifQ.";
    let rows = [
        (format!("request={unsigned}"), "request_not_supported"),
        ("request=x".to_owned(), "request_not_supported"),
        ("request_uri=https%3A%2F%2Fapp.example%2Fr".to_owned(), "request_uri_not_supported"),
        ("request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax".to_owned(), "request_uri_not_supported"),
        ("request_uri=x".to_owned(), "request_uri_not_supported"),
    ];
    for (more, error) in rows {
        let callback = answered(&session.browser.go(&format!("{good}&{more}")).await);
        assert_eq!((callback.error.as_deref(), callback.code), (Some(error), None), "{more}");
        assert_eq!(callback.state.as_deref(), Some("s"), "{more}");
    }
    let both = answered(&session.browser.go(&format!("{good}&request=a.b.c&request_uri=x")).await);
    assert!(both.code.is_none() && both.error.is_some(), "{}", both.url);
    // An empty parameter counts as absent (C016).
    answered(&session.browser.go(&format!("{good}&request=&request_uri=")).await).assert_granted();
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert_eq!(document["request_parameter_supported"], false);
        assert_eq!(document["request_uri_parameter_supported"], false);
    }
}

#[tokio::test]
async fn c028_the_claims_of_a_request_object_replace_nothing() {
    let world = World::shared();
    let claims = format!("{{\"client_id\":\"{}\",\"redirect_uri\":\"{CALLBACK}\"}}", world.spa.id);
    let object = format!("eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(claims));
    shown_here(&[
        format!("request={object}"),
        format!("client_id={}&request={object}", world.opaque_spa.id.to_uppercase() + "X"),
        format!("client_id={}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&request={object}", world.spa.id),
        "request_uri=https%3A%2F%2Fapp.example%2Fr&client_id=nobody".to_owned(),
    ])
    .await;
}
