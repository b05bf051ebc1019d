//! `DPoP` (RFC 9449) is not built: a proof or a key thumbprint binds nothing.

use harness::{Jwt, Pkce};
use serde_json::json;

use crate::support::forged::{attacker_jwk, signed_by_the_attacker};
use crate::support::published::{DOCUMENTS, document};
use crate::support::session::{self, assert_granted};
use crate::support::world::ORDERS;

#[tokio::test]
async fn c051_a_dpop_key_at_the_authorization_endpoint_changes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let thumbprint = Pkce::new().challenge;
    let code = session.code_with(&world.spa, &[("dpop_jkt", &thumbprint)]).await;
    let reply = session.redeem(&world.spa, &code).await;
    // `assert_granted` checks that the token type is Bearer.
    assert_granted(&reply);
    assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
}

#[tokio::test]
async fn c103_a_dpop_proof_binds_nothing_and_the_token_stays_a_bearer_token() {
    let mut session = session::shared();
    let world = session.world;
    let head = json!({"alg": "EdDSA", "typ": "dpop+jwt", "jwk": attacker_jwk("k")}).to_string();
    let claims = json!({"htm": "POST", "htu": format!("{}/token", world.stack.issuer()), "iat": 1, "jti": "x"});
    let proof = signed_by_the_attacker(&head, &claims.to_string());
    for proof in [&*proof, "x"] {
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
        let ask = session.http.post("/token").client(&world.service).header("dpop", proof);
        let reply = ask.fields(&fields).send().await;
        assert_granted(&reply);
        assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
        let code = session.code(&world.spa).await;
        let fields = [("code", &*code.code), ("code_verifier", &*code.verifier)];
        let reply = session.redemption(&world.spa, &fields).header("dpop", proof).send().await;
        assert_granted(&reply);
        assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
    }
    for path in DOCUMENTS {
        assert!(document(&session.http, path).await.get("dpop_signing_alg_values_supported").is_none(), "{path}");
    }
}
