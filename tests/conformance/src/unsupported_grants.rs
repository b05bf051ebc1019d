//! Grant types that are not built.

use crate::support::session::{self, assert_refused};

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
        "token-exchange",
        "\u{0}",
    ];
    for grant in unknown {
        for client in [&world.service, &world.web, &world.spa, &world.gateway] {
            let reply = session.http.post("/token").client(client).field("grant_type", grant).send().await;
            assert_refused(&reply, "unsupported_grant_type");
        }
    }
}
