//! Mutual TLS (RFC 8705) is not built: no certificate authenticates a client or binds a token.

use harness::Jwt;

use crate::support::published::{DOCUMENTS, document};
use crate::support::session::{self, assert_refused};
use crate::support::world::ORDERS;

#[tokio::test]
async fn c040_a_header_with_a_client_certificate_proves_nothing() {
    let session = session::shared();
    let world = session.world;
    let names = [
        "x-client-cert",
        "x-ssl-client-cert",
        "x-ssl-client-verify",
        "x-forwarded-client-cert",
        "x-amzn-mtls-clientcert",
        "x-amzn-mtls-clientcert-subject",
        "client-cert",
        "ssl-client-cert",
    ];
    for name in names {
        let ask = || session.http.post("/token").header(name, format!("CN={}", world.service.id));
        let fields = [("grant_type", "client_credentials"), ("client_id", &*world.service.id)];
        assert_refused(&ask().fields(&fields).send().await, "invalid_client");
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
        let reply = ask().client(&world.service).fields(&fields).send().await;
        assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn c076_a_token_is_bound_to_no_certificate_and_none_is_advertised() {
    let session = session::shared();
    let world = session.world;
    let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
    let ask = session.http.post("/token").client(&world.service).header("x-amzn-mtls-clientcert", "MIIB");
    let token = ask.fields(&fields).send().await.string("access_token");
    assert!(Jwt::read(&token).claims.get("cnf").is_none());
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert!(document.get("tls_client_certificate_bound_access_tokens").is_none_or(|on| on == false));
        assert!(document.get("mtls_endpoint_aliases").is_none());
    }
}
