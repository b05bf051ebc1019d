//! The algorithms that sign assertions.

use std::collections::BTreeSet;

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::client_assertions::fixture::{ask_at, client_with, granted, refused, usual};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{OF_EVERY_ENDPOINT, assert_granted, assert_refused};
use crate::support::signed_assertions::{Signer, claims, keys_in_file};
use crate::support::world::World;

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

#[tokio::test]
async fn c069_c070_a_key_of_each_algorithm_authenticates_its_client_at_each_endpoint() {
    let world = World::shared();
    for algorithm in ALGORITHMS {
        let signer = Signer::new(algorithm, "one");
        let client = client_with(world, &signer, &[]);
        assert!(client.secret.is_none());
        for place in 0..5 {
            granted(world, place, &signer.assertion(&claims(world, &client.id))).await;
        }
        let named = ask_at(world, 0).field("client_id", &client.id);
        let reply = named.fields(&signer.assertion(&claims(world, &client.id)).fields()).send().await;
        assert_granted(&reply);
    }
}

#[tokio::test]
async fn c070_eddsa_goes_by_its_newer_name_too() {
    let world = World::shared();
    let signer = Signer::new(Algorithm::EdDSA, "newer");
    let mut key = signer.public();
    key["alg"] = json!("Ed25519");
    let file = keys_in_file(world, "newer.json", &[key]);
    let with_key = ["--auth-method", "private_key_jwt", "--jwks", &file];
    let client = world.stack.cli().create_client("With a newer key", &[&OF_EVERY_ENDPOINT[..], &with_key].concat());
    for (place, name) in ["Ed25519", "EdDSA", "Ed25519"].into_iter().enumerate() {
        let header = json!({"alg": name, "typ": "JWT", "kid": "newer"});
        granted(world, place, &signer.assertion_with(&header, &claims(world, &client.id))).await;
    }
    let wrong = json!({"alg": "Ed448", "kid": "newer"});
    refused(world, 0, &signer.assertion_with(&wrong, &claims(world, &client.id))).await;
}

#[tokio::test]
async fn o43_a_client_that_is_registered_for_one_algorithm_signs_with_no_other() {
    let world = World::shared();
    let rsa = Signer::new(Algorithm::PS256, "rsa");
    let mut public = rsa.public();
    public.as_object_mut().expect("a key").remove("alg");
    let file = keys_in_file(world, "one-algorithm.json", &[public]);
    let with_key = ["--auth-method", "private_key_jwt", "--jwks", &file, "--assertion-alg", "PS256"];
    let client = world.stack.cli().create_client("Only PS256", &[&OF_EVERY_ENDPOINT[..], &with_key].concat());
    granted(world, 0, &rsa.assertion(&claims(world, &client.id))).await;
    let rs256 = rsa.with(Algorithm::RS256);
    refused(world, 0, &rs256.assertion(&claims(world, &client.id))).await;
}

#[tokio::test]
async fn c176_the_metadata_list_the_algorithms_that_are_verified_and_another_one_is_told_them() {
    let world = World::shared();
    let of_secrets = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    let names = ALGORITHMS.into_iter().chain(of_secrets).map(|algorithm| format!("{algorithm:?}"));
    let names: BTreeSet<String> = names.chain(["Ed25519".to_owned()]).collect();
    for path in DOCUMENTS {
        let document = document(&world.stack.http(), path).await;
        for endpoint in ["token", "introspection", "revocation"] {
            let listed = strings(&document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")]);
            assert_eq!(listed, names.iter().map(String::as_str).collect());
        }
    }
    let (world, signer, client) = usual();
    for unknown in ["ES512", "ES256K", "none", "RS1"] {
        for id in [&*client.id, "nobody"] {
            let assertion = signer.assertion_with(&json!({ "alg": unknown }), &claims(world, id));
            let reply = ask_at(world, 0).fields(&assertion.fields()).send().await;
            assert_refused(&reply, "invalid_client");
            let told = reply.string("error_description");
            assert!(told.contains("alg ") && told.contains("RS384") && told.contains("HS512"), "{told}");
        }
    }
    let of_another = signer.assertion_with(&json!({"alg": "RS384"}), &claims(world, &client.id));
    let reply = ask_at(world, 0).fields(&of_another.fields()).send().await;
    assert_refused(&reply, "invalid_client");
    assert!(reply.string("error_description").contains("alg "), "{reply:?}");
}

#[tokio::test]
async fn c176_a_secret_signs_with_each_hash() {
    let world = World::shared();
    let shared = [&OF_EVERY_ENDPOINT[..], &["--auth-method", "client_secret_jwt"]].concat();
    let client = world.stack.cli().create_client("Signs with each", &shared);
    // RFC 7518 §3.2: the secret is as long as the longest hash, and libraries insist on it.
    assert!(client.secret().len() >= 64);
    for (place, algorithm) in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512].into_iter().enumerate() {
        let signer = Signer::of_secret(client.secret()).with(algorithm);
        granted(world, place, &signer.assertion(&claims(world, &client.id))).await;
    }
    let only = world.stack.cli().create_client("Only HS512", &[&shared[..], &["--assertion-alg", "HS512"]].concat());
    let signer = |algorithm| Signer::of_secret(only.secret()).with(algorithm).assertion(&claims(world, &only.id));
    granted(world, 0, &signer(Algorithm::HS512)).await;
    refused(world, 0, &signer(Algorithm::HS256)).await;
}
