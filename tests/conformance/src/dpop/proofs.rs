//! Proofs at the token endpoint: which are accepted, and that a bad one uses up nothing.

use harness::Jwt;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::fapi::fixture::Bank;
use crate::support::counted::nothing_is_written;
use crate::support::forged::part;
use crate::support::proofs::{Prover, assert_bound, claims, proven, with};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, Session, assert_granted, assert_refused};
use crate::support::signed_assertions::{self, Signer, now};
use crate::support::world::{ORDERS, World};

/// Requests a service's token with these proofs.
async fn token_with(session: &Session<'_>, proofs: &[&str]) -> harness::Reply {
    let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
    let ask = session.http.post("/token").client(&session.world.service).fields(&fields);
    proofs.iter().fold(ask, |ask, proof| ask.header("dpop", proof)).send().await
}

#[tokio::test]
async fn c103_c184_c190_a_token_is_bound_to_a_key_of_each_kind() {
    let session = session::shared();
    for algorithm in
        [Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512]
    {
        let key = Prover::of(algorithm);
        let token = assert_bound(&token_with(&session, &[&key.for_token(session.world)]).await);
        assert_eq!(Jwt::read(&token).claims["cnf"], json!({ "jkt": key.thumbprint() }), "{algorithm:?}");
    }
    for path in DOCUMENTS {
        let listed = document(&session.http, path).await;
        let listed: Vec<&str> = strings(&listed["dpop_signing_alg_values_supported"]).into_iter().collect();
        assert_eq!(listed, ["ES256", "ES384", "Ed25519", "EdDSA", "PS256", "PS384", "PS512"], "{path}");
    }
}

/// Heads that are refused, each with its name.
fn bad_heads(key: &Prover) -> Vec<(&'static str, Value)> {
    let head = key.head();
    let with_member = |name: &str, value: Value| with(&head, "jwk", with(&key.jwk(), name, value));
    vec![
        ("no typ", with(&head, "typ", Value::Null)),
        ("another typ", with(&head, "typ", json!("JWT"))),
        ("no alg", with(&head, "alg", Value::Null)),
        ("alg none", with(&head, "alg", json!("none"))),
        ("alg HS256", with(&head, "alg", json!("HS256"))),
        ("alg RS256", with(&head, "alg", json!("RS256"))),
        ("alg of another key", with(&head, "alg", json!("ES384"))),
        ("no jwk", with(&head, "jwk", Value::Null)),
        ("a private jwk", with_member("d", json!("AAAA"))),
        ("a shared jwk", with(&head, "jwk", json!({ "kty": "oct", "k": "AAAA" }))),
        ("a point off its curve", with_member("y", key.jwk()["x"].clone())),
        ("another curve", with_member("crv", json!("secp256k1"))),
        ("another key", with(&head, "jwk", Prover::new().jwk())),
        ("crit", with(&head, "crit", json!(["x"]))),
    ]
}

/// Claims that are refused, each with its name.
fn bad_claims(world: &World) -> Vec<(&'static str, Value)> {
    let good = claims(world, "/token");
    let issuer = world.stack.issuer();
    let mut bad: Vec<_> = ["htm", "htu", "iat", "jti"].map(|name| (name, with(&good, name, Value::Null))).into();
    bad.extend([
        ("htm of another method", with(&good, "htm", json!("GET"))),
        ("htm in another case", with(&good, "htm", json!("post"))),
        ("htu of another endpoint", with(&good, "htu", json!(format!("{issuer}/userinfo")))),
        ("htu of another server", with(&good, "htu", json!("https://other.example/token"))),
        ("htu in a list", with(&good, "htu", json!([format!("{issuer}/token")]))),
        ("iat an hour ago", with(&good, "iat", json!(now() - 3600))),
        ("iat in an hour", with(&good, "iat", json!(now() + 3600))),
        ("iat as a text", with(&good, "iat", json!(now().to_string()))),
        ("an empty jti", with(&good, "jti", json!(""))),
        ("a long jti", with(&good, "jti", json!("j".repeat(257)))),
    ]);
    bad
}

/// Texts that are no good proof for the token endpoint, each with its name.
fn bad_proofs(world: &World) -> Vec<(&'static str, String)> {
    let key = Prover::new();
    let good = key.for_token(world);
    let (message, _) = good.rsplit_once('.').expect("a signature");
    let unsigned = format!("{}.{}.", part(json!({"typ": "dpop+jwt", "alg": "none"}).to_string()), part("{}"));
    let texts = [
        ("a word", "x".to_owned()),
        ("no signature", format!("{message}.")),
        ("a broken signature", format!("{message}.{}", part([1; 64]))),
        ("two proofs in one header", format!("{good},{}", key.for_token(world))),
        ("too long", key.proof(&with(&claims(world, "/token"), "x", json!("x".repeat(9000))))),
        ("unsigned", unsigned),
    ];
    let heads = bad_heads(&key).into_iter().map(|(name, head)| (name, key.sign(&head, &claims(world, "/token"))));
    let bodies = bad_claims(world).into_iter().map(|(name, claims)| (name, key.proof(&claims)));
    texts.into_iter().chain(heads).chain(bodies).collect()
}

#[tokio::test]
async fn c181_c182_c190_a_bad_proof_is_refused_and_writes_nothing() {
    let replies = nothing_is_written(|counted, http| {
        let ask =
            || http.post("/token").client(&counted.world.opaque_service).field("grant_type", "client_credentials");
        bad_proofs(&counted.world)
            .into_iter()
            .map(|(name, proof)| (name.to_owned(), ask().header("dpop", proof)))
            .collect()
    })
    .await;
    for (name, reply) in replies {
        assert_eq!(reply.status, 400, "{name}: {reply:?}");
        assert_refused(&reply, "invalid_dpop_proof");
        assert_eq!(reply.header("dpop-nonce"), None);
    }
}

#[tokio::test]
async fn c181_there_is_one_header_with_a_proof() {
    let session = session::shared();
    let key = Prover::new();
    let proofs = [key.for_token(session.world), key.for_token(session.world)];
    assert_refused(&token_with(&session, &[&proofs[0], &proofs[1]]).await, "invalid_dpop_proof");
    // The same proof may come again: nothing was spent on it, and it gives nothing without the client's secret.
    assert_bound(&token_with(&session, &[&proofs[0]]).await);
}

#[tokio::test]
async fn c182_the_target_is_compared_in_its_normal_form_and_the_time_within_a_window() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let good = claims(world, "/token");
    let issuer = world.stack.issuer();
    let upper = issuer.replace("http", "HTTP");
    let mut accepted: Vec<Value> =
        ["?x=y", "#fragment", "?a#b"].map(|more| json!(format!("{issuer}/token{more}"))).into();
    accepted.extend([
        json!(format!("{upper}/token")),
        json!(format!("{issuer}/%74oken")),
        json!(format!("{issuer}/./token")),
    ]);
    for target in accepted {
        assert_bound(&token_with(&session, &[&key.proof(&with(&good, "htu", target))]).await);
    }
    for iat in [now() - 10, now() + 10] {
        assert_bound(&token_with(&session, &[&key.proof(&with(&good, "iat", json!(iat)))]).await);
    }
    // The target is that of the issuer, whatever host the request names.
    for name in ["host", "x-forwarded-host", "forwarded"] {
        let ask = |proof: &str| {
            let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
            let ask = session.http.post("/token").client(&world.service).fields(&fields);
            ask.header(name, "other.example").header("dpop", proof).send()
        };
        assert_bound(&ask(&key.for_token(world)).await);
        let other = key.proof(&with(&good, "htu", json!("http://other.example/token")));
        assert_refused(&ask(&other).await, "invalid_dpop_proof");
    }
    // Claims that have no meaning in a proof are ignored.
    let more = with(&with(&with(&good, "exp", json!(1)), "nbf", json!(now() + 3600)), "aud", json!(7));
    assert_bound(&token_with(&session, &[&key.proof(&more)]).await);
}

#[tokio::test]
async fn c183_a_bad_proof_uses_up_no_code_and_no_refresh_token() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let code = session.code(&world.spa).await;
    let fields = [("code", &*code.code), ("code_verifier", &*code.verifier)];
    let bad = key.proof(&claims(world, "/userinfo"));
    for _ in 0..2 {
        let reply = session.redemption(&world.spa, &fields).header("dpop", &bad).send().await;
        assert_refused(&reply, "invalid_dpop_proof");
    }
    let reply = proven(session.redemption(&world.spa, &fields), world, &key).send().await;
    assert_bound(&reply);
    let refresh = reply.string("refresh_token");
    let ask = || {
        let ask = session.http.post("/token").client(&world.spa).field("grant_type", "refresh_token");
        ask.field("refresh_token", &refresh)
    };
    assert_refused(&ask().header("dpop", &bad).send().await, "invalid_dpop_proof");
    assert_bound(&proven(ask(), world, &key).send().await);
}

#[tokio::test]
async fn c183_a_bad_proof_uses_up_no_client_assertion() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let signer = Signer::new(Algorithm::ES256, "asserts");
    let keys = signer.file(world, "asserts-and-proves.json");
    let more = ["--grant", "client_credentials", "--auth-method", "private_key_jwt", "--jwks", &keys, "--api", ORDERS];
    let client = world.stack.cli().create_client("Asserts and proves", &more);
    let assertion = signer.assertion(&signed_assertions::claims(world, &client.id));
    let ask = |proof: &str| {
        let ask = session.http.post("/token").field("grant_type", "client_credentials").fields(&assertion.fields());
        ask.header("dpop", proof).send()
    };
    for bad in ["x", &key.proof(&claims(world, "/par")), &key.proof(&with(&claims(world, "/token"), "iat", json!(1)))] {
        assert_refused(&ask(bad).await, "invalid_dpop_proof");
    }
    assert_bound(&ask(&key.for_token(world)).await);
    assert_refused(&ask(&key.for_token(world)).await, "invalid_client");
}

#[tokio::test]
async fn c183_a_proof_that_is_missing_or_against_the_profile_uses_up_no_client_assertion() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let signer = Signer::new(Algorithm::ES256, "owes");
    let keys = signer.file(world, "owes-a-proof.json");
    let more = ["--grant", "client_credentials", "--auth-method", "private_key_jwt", "--jwks", &keys, "--api", ORDERS];
    let owes = [&more[..], &["--dpop-bound-access-tokens"]].concat();
    let owes = world.stack.cli().create_client("Owes a proof", &owes);
    let bank = Bank::register(world, "Owes a proof of the profile", &["--grant", "client_credentials"]);
    let of_profile =
        [Prover::of(Algorithm::ES384).for_token(world), key.proof(&with(&claims(world, "/token"), "iat", ahead()))];
    for (client, signer, bad) in [(&owes, &signer, &[][..]), (&bank.client, &bank.signer, &of_profile[..])] {
        let assertion = signer.assertion(&signed_assertions::claims(world, &client.id));
        let ask = || session.http.post("/token").field("grant_type", "client_credentials").fields(&assertion.fields());
        assert_refused(&ask().send().await, "invalid_request");
        for proof in bad {
            assert_refused(&ask().header("dpop", proof).send().await, "invalid_dpop_proof");
        }
        assert_bound(&proven(ask(), world, &key).send().await);
        assert_refused(&proven(ask(), world, &key).send().await, "invalid_client");
    }
}

#[tokio::test]
async fn c175_c183_a_client_that_owes_a_proof_no_more_gets_its_token_at_once() {
    let session = session::shared();
    let (world, cli) = (session.world, session.world.stack.cli());
    let signer = Signer::new(Algorithm::ES256, "owed");
    let keys = signer.file(world, "owed-a-proof.json");
    let more = ["--grant", "client_credentials", "--auth-method", "private_key_jwt", "--jwks", &keys, "--api", ORDERS];
    let client = cli.create_client("Owed a proof", &[&more[..], &["--dpop-bound-access-tokens"]].concat());
    let assertion = signer.assertion(&signed_assertions::claims(world, &client.id));
    let ask = || session.http.post("/token").field("grant_type", "client_credentials").fields(&assertion.fields());
    assert_refused(&ask().send().await, "invalid_request");
    cli.run(&["client", "update", &client.id, "--dpop-bound-access-tokens=false"]);
    assert_granted(&ask().send().await);
    assert_refused(&ask().send().await, "invalid_client");
}

/// Returns a time that a profile does not allow in a proof, and this server does.
fn ahead() -> Value {
    json!(now() + 200)
}

#[tokio::test]
async fn c190_an_rsa_key_has_2048_to_4096_bits_or_its_signature_is_not_looked_at() {
    let session = session::shared();
    let (key, claims) = (Prover::of(Algorithm::PS256), claims(session.world, "/token"));
    let told = async |jwk: Value| {
        let proof = key.sign(&with(&key.head(), "jwk", jwk), &claims);
        let reply = token_with(&session, &[&proof]).await;
        assert_refused(&reply, "invalid_dpop_proof");
        reply.string("error_description")
    };
    // A key that could have signed it, and did not.
    let not_signed = told(Prover::of(Algorithm::PS256).jwk()).await;
    for bytes in [128, 255, 513, 1024, 2048] {
        let modulus = part([&[0x80][..], &vec![1; bytes - 1]].concat());
        let refused = told(with(&key.jwk(), "n", json!(modulus))).await;
        assert_ne!(refused, not_signed, "{bytes} bytes");
    }
    let refused = told(with(&key.jwk(), "e", json!(part([1; 256])))).await;
    assert_ne!(refused, not_signed, "a long exponent");
    assert_bound(&token_with(&session, &[&key.proof(&claims)]).await);
}
