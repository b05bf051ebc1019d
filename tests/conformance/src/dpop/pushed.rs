//! Proofs beside pushed requests (RFC 9449 §10.1).

use harness::Pkce;

use crate::support::proofs::{Prover, assert_bound, claims, proven};
use crate::support::pushed::{assert_pushed, at, request};
use crate::support::session::{self, Code, assert_refused};
use crate::support::world::CALLBACK;

#[tokio::test]
async fn c187_a_proof_with_a_pushed_request_binds_its_code_as_dpop_jkt_does() {
    let mut session = session::shared();
    let (world, key, other) = (session.world, Prover::new(), Prover::new());
    let thumbprint = key.thumbprint();
    for (client, named) in [(&world.spa, ""), (&world.web, &*thumbprint)] {
        let pkce = Pkce::new();
        let push = request(&session, &pkce, &[("dpop_jkt", named)]).client(client);
        let pushed = push.header("dpop", key.proof(&claims(world, "/par"))).send().await;
        let target = at(&client.id, &assert_pushed(&pushed));
        let ana = &world.ana;
        let callback = session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        let redeem = || {
            let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
            session.redemption(client, &fields)
        };
        assert_refused(&redeem().send().await, "invalid_grant");
        assert_refused(&proven(redeem(), world, &other).send().await, "invalid_grant");
        assert_bound(&proven(redeem(), world, &key).send().await);
    }
}

#[tokio::test]
async fn c183_c187_a_pushed_request_with_a_bad_proof_or_one_of_another_key_is_refused() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let of_another = Prover::new().thumbprint();
    let rows = [
        (key.proof(&claims(world, "/par")), &*of_another),
        (key.proof(&claims(world, "/token")), ""),
        ("e30.e30.".to_owned(), ""),
    ];
    for (proof, named) in rows {
        let push = request(&session, &Pkce::new(), &[("dpop_jkt", named)]).client(&world.web);
        assert_refused(&push.header("dpop", &proof).send().await, "invalid_dpop_proof");
    }
}
