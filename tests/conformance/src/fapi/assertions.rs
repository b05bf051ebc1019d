//! The modules about the authentication of clients.

use harness::{Ask, Pkce};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::fapi::fixture::Bank;
use crate::support::case::Case;
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::pushed::{assert_pushed, request};
use crate::support::session::{self, Session, assert_refused};
use crate::support::signed_assertions::{Assertion, Signer, claims, claims_but, now, token_endpoint};
use crate::support::world::World;

/// Builds a push, and a request of the token endpoint with a proof, to which only the assertion is missing.
fn requests(session: &Session<'_>, key: &Prover) -> [Ask; 2] {
    let machine = session.http.post("/token").field("grant_type", "client_credentials");
    [request(session, &Pkce::new(), &[]), proven(machine, session.world, key)]
}

/// Assertions of a client that are refused, each with its name.
async fn bad(world: &World, bank: &Bank) -> Vec<(String, Assertion)> {
    let (id, issuer) = (&*bank.client.id, world.stack.issuer());
    let rows: [(&str, Value); 13] = [
        ("aud", json!([issuer])),
        ("aud", json!([issuer, "https://other.example"])),
        ("aud", json!(token_endpoint(world).await)),
        ("aud", json!(format!("{issuer}/par"))),
        ("aud", json!("https://other.example")),
        ("aud", Value::Null),
        ("iss", json!("other")),
        ("sub", json!("other")),
        ("exp", json!(now() - 300)),
        ("exp", Value::Null),
        ("nbf", json!(now() + 60)),
        ("iat", json!(now() + 60)),
        ("jti", Value::Null),
    ];
    let signed = |(name, value): (&str, Value)| {
        let label = format!("{name}: {value}");
        (label, bank.signer.assertion(&claims_but(world, id, name, value)))
    };
    let mut bad: Vec<_> = rows.into_iter().map(signed).collect();
    for algorithm in [Algorithm::RS256, Algorithm::ES384, Algorithm::ES256] {
        let stranger = Signer::new(algorithm, "bank");
        bad.push((format!("another key, {algorithm:?}"), stranger.assertion(&claims(world, id))));
    }
    bad
}

#[tokio::test]
async fn o43_c201_an_assertion_of_the_profile_names_the_issuer_as_one_string_and_is_fresh() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Asserts", &["--grant", "client_credentials"]);
    for (name, assertion) in bad(world, &bank).await {
        let _case = Case::new(name);
        for ask in requests(&session, &key) {
            assert_refused(&ask.fields(&assertion.fields()).send().await, "invalid_client");
        }
    }
    for (name, later) in [("nbf", 8), ("iat", 8)] {
        let assertion = || bank.signer.assertion(&claims_but(world, &bank.client.id, name, json!(now() + later)));
        let [push, token] = requests(&session, &key);
        assert_pushed(&push.fields(&assertion().fields()).send().await);
        assert_bound(&token.fields(&assertion().fields()).send().await);
    }
    for ask in requests(&session, &key) {
        let reply = ask.field("client_id", &bank.client.id).send().await;
        assert_refused(&reply, "invalid_client");
    }
}

#[tokio::test]
async fn o43_c094_c201_only_ps256_es256_and_eddsa_authenticate() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    for (algorithm, good) in [
        (Algorithm::PS256, true),
        (Algorithm::ES256, true),
        (Algorithm::EdDSA, true),
        (Algorithm::RS256, false),
        (Algorithm::PS384, false),
        (Algorithm::ES384, false),
    ] {
        let _case = Case::new(format!("{algorithm:?}"));
        let more = ["--profile", "fapi2", "--grant", "client_credentials"];
        let bank = Bank::signing_with(world, &format!("Asserts {algorithm:?}"), algorithm, &more);
        for ask in requests(&session, &key) {
            let reply = bank.authenticated(ask, world).send().await;
            if good {
                assert!([200, 201].contains(&reply.status), "{reply:?}");
            } else {
                assert_refused(&reply, "invalid_client");
                assert!(reply.string("error_description").contains("FAPI 2.0"), "{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn o44_a_code_or_a_refresh_token_with_the_id_of_another_client_is_refused() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let (bank, other) = (Bank::register(world, "Owns", &[]), Bank::register(world, "Owns nothing", &[]));
    let code = bank.code(&mut session, &[]).await;
    let mixed = proven(bank.redeeming(&session, &code), world, &key).field("client_id", &other.client.id);
    let reply = mixed.send().await;
    assert!(["invalid_client", "invalid_request"].contains(&&*reply.string("error")), "{reply:?}");
    assert_refused(&other.redeem(&session, &code, &key).await, "invalid_grant");
    let reply = bank.redeem(&session, &code, &key).await;
    assert_bound(&reply);
    assert_refused(&other.refresh(&session, &reply.string("refresh_token"), &key).await, "invalid_grant");
}
