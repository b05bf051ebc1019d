//! Nonces: required of every proof, or of none, as the deployment says.

use std::sync::LazyLock;

use harness::{Ask, Reply};
use serde_json::json;

use crate::support::proofs::{Prover, assert_bound, assert_challenged, claims, userinfo, userinfo_claims, with};
use crate::support::session::{assert_granted, assert_no_store, assert_refused};
use crate::support::world::{CALLBACK, World};

static NONCES: LazyLock<World> = LazyLock::new(|| World::with("JETON_DPOP_NONCE", "required"));

fn machine() -> Ask {
    NONCES.stack.http().post("/token").client(&NONCES.opaque_service).field("grant_type", "client_credentials")
}

/// Returns the nonce of an answer, of which there is one at most.
fn nonce(reply: &Reply) -> String {
    assert_no_store(reply);
    reply.header("dpop-nonce").unwrap_or_else(|| panic!("no nonce: {reply:?}")).to_owned()
}

#[tokio::test]
async fn c188_a_proof_without_the_nonce_is_400_at_the_token_endpoint_and_uses_up_nothing() {
    let (world, key) = (&*NONCES, Prover::new());
    let mut session = world.session();
    let code = session.code_with(&world.web, &[("scope", "openid")]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let refused = session.redemption(&world.web, &fields).header("dpop", key.for_token(world)).send().await;
    assert_refused(&refused, "use_dpop_nonce");
    let claims = with(&claims(world, "/token"), "nonce", json!(nonce(&refused)));
    let given = session.redemption(&world.web, &fields).header("dpop", key.proof(&claims)).send().await;
    let token = assert_bound(&given);
    // Each answer has the nonce for the next request.
    let reply = userinfo(world, &token, &key.for_userinfo(world, &token)).await;
    assert_challenged(&reply, "use_dpop_nonce");
    let claims = with(&userinfo_claims(world, &token), "nonce", json!(nonce(&given)));
    let reply = userinfo(world, &token, &key.proof(&claims)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let exposed = reply.header("access-control-expose-headers").unwrap_or_default().to_owned();
    assert!(exposed.contains("dpop-nonce") && exposed.contains("www-authenticate"), "{reply:?}");
    nonce(&reply);
}

#[tokio::test]
async fn c188_a_nonce_is_this_servers_and_replaces_the_clock_of_the_client() {
    let (world, key) = (&*NONCES, Prover::new());
    let first = machine().header("dpop", key.for_token(world)).send().await;
    let good = with(&claims(world, "/token"), "nonce", json!(nonce(&first)));
    for iat in [0, 4_000_000_000_u64] {
        assert_bound(&machine().header("dpop", key.proof(&with(&good, "iat", json!(iat)))).send().await);
    }
    for other in ["", "x", "eyJ7S_zG.eyJH0-Z.HX4w-7v", &nonce(&first)[1..]] {
        let reply = machine().header("dpop", key.proof(&with(&good, "nonce", json!(other)))).send().await;
        assert_refused(&reply, "use_dpop_nonce");
        nonce(&reply);
    }
    let other_server = World::with("JETON_DPOP_NONCE", "required");
    let claims = with(&claims(&other_server, "/token"), "nonce", json!(nonce(&first)));
    let ask = other_server.stack.http().post("/token").client(&other_server.service);
    let reply = ask.field("grant_type", "client_credentials").header("dpop", key.proof(&claims)).send().await;
    assert_refused(&reply, "use_dpop_nonce");
}

#[tokio::test]
async fn c188_requests_without_a_proof_have_no_nonce_and_neither_has_a_deployment_without_them() {
    let reply = machine().send().await;
    assert_granted(&reply);
    assert_eq!(reply.header("dpop-nonce"), None);
    let shared = World::shared();
    let ask = shared.stack.http().post("/token").client(&shared.service).field("grant_type", "client_credentials");
    let ask = ask.field("resource", crate::support::world::ORDERS);
    let reply = ask.header("dpop", Prover::new().for_token(shared)).send().await;
    assert_bound(&reply);
    assert_eq!(reply.header("dpop-nonce"), None);
}
