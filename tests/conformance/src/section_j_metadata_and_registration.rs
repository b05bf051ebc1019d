//! J. What a client finds out by itself: metadata (RFC 8414, `OpenID` Connect Discovery) and registration.

use crate::published::{DOCUMENTS, document};
use crate::world::World;

#[tokio::test]
async fn c113_both_documents_are_served_and_tell_the_same() {
    let world = World::shared();
    let http = world.stack.http();
    let [oauth, openid] = [document(&http, DOCUMENTS[0]).await, document(&http, DOCUMENTS[1]).await];
    for document in [&oauth, &openid] {
        assert_eq!(document["issuer"], world.stack.issuer(), "{document}");
    }
    let endpoints =
        ["authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"];
    for endpoint in endpoints {
        let url = oauth[endpoint].as_str().unwrap_or_else(|| panic!("no {endpoint} in {oauth}"));
        assert!(url.starts_with(&format!("{}/", world.stack.issuer())), "{url}");
        assert_eq!(oauth[endpoint], openid[endpoint]);
    }
}
