//! Exchange of tokens that are bound to a key, and tokens that become bound.

use serde_json::json;

use crate::support::exchanges::{ARCHIVE, BILLING, Exchanges, exchanged};
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::session::{assert_refused, assert_refused_with};
use crate::support::world::{ORDERS, VAULT};

#[tokio::test]
async fn c224_a_bound_subject_token_needs_the_proof_of_its_holder() {
    let apis = Exchanges::shared();
    let session = apis.world.session();
    let (world, key, other) = (&apis.world, Prover::new(), Prover::new());
    for (service, api) in [(&world.service, ORDERS), (&world.opaque_service, VAULT)] {
        let ask = session.http.post("/token").client(service).field("grant_type", "client_credentials");
        let token = assert_bound(&proven(ask.field("resource", api), world, &key).send().await);
        let ask = || session.exchange_of(&apis.orders, &token).field("resource", ARCHIVE);
        assert_refused(&ask().send().await, "invalid_request");
        assert_refused(&proven(ask(), world, &other).send().await, "invalid_request");
        assert_refused_with(&ask().header("dpop", "x").send().await, 400, "invalid_dpop_proof");
        let next = assert_bound(&proven(ask(), world, &key).send().await);
        let told = session.introspect(&apis.archive, &next).await;
        assert_eq!((&told["cnf"], &told["token_type"]), (&json!({ "jkt": key.thumbprint() }), &json!("DPoP")));
        // The result is bound as well, and goes no further without its key.
        let again = || session.exchange_of(&apis.archive, &next).field("resource", BILLING);
        assert_refused(&again().send().await, "invalid_request");
    }
}

#[tokio::test]
async fn c223_a_proof_of_the_client_binds_the_new_token() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let (world, key) = (&apis.world, Prover::new());
    let token = session.tokens(&world.web).await.access;
    for target in [BILLING, ARCHIVE] {
        let ask = session.exchange_of(&apis.orders, &token).field("resource", target);
        let next = assert_bound(&proven(ask, world, &key).send().await);
        let told = session.introspect(apis.client_of(target), &next).await;
        assert_eq!(told["cnf"]["jkt"], key.thumbprint());
    }
    // A client that is registered for bound tokens gets no other.
    let bound = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", BILLING, "--dpop-bound-access-tokens"];
    let bound = world.stack.cli().create_client("Bound", &bound);
    assert_refused(&session.exchange(&bound, &token, &[]).await, "invalid_request");
    assert_bound(&proven(session.exchange_of(&bound, &token), world, &key).send().await);
    exchanged(&session.exchange(&apis.orders, &token, &[("resource", BILLING)]).await);
}
