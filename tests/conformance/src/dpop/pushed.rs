//! Proofs beside pushed requests (RFC 9449 §10.1).

use harness::Pkce;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::fapi::fixture::Bank;
use crate::support::proofs::{Prover, assert_bound, claims, proven, with};
use crate::support::pushed::{assert_pushed, at, request};
use crate::support::session::{self, Code, assert_refused};
use crate::support::signed_assertions;
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

#[tokio::test]
async fn c183_a_proof_that_a_pushed_request_is_refused_for_uses_up_no_client_assertion() {
    let session = session::shared();
    let (world, key, pkce) = (session.world, Prover::new(), Pkce::new());
    let bank = Bank::register(world, "Pushes a proof", &[]);
    let assertion = bank.signer.assertion(&signed_assertions::claims(world, &bank.client.id));
    let ahead = with(&claims(world, "/par"), "iat", json!(signed_assertions::now() + 200));
    let good = || key.proof(&claims(world, "/par"));
    let rows = [
        (Prover::of(Algorithm::ES384).proof(&claims(world, "/par")), String::new()),
        (key.proof(&ahead), String::new()),
        (good(), Prover::new().thumbprint()),
    ];
    let push = |named: &str| request(&session, &pkce, &[("dpop_jkt", named)]).fields(&assertion.fields());
    for (proof, named) in rows {
        assert_refused(&push(&named).header("dpop", proof).send().await, "invalid_dpop_proof");
    }
    assert_pushed(&push("").header("dpop", good()).send().await);
    assert_refused(&push("").header("dpop", good()).send().await, "invalid_client");
}
