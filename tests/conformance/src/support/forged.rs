//! Tokens that an attacker made.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harness::RegisteredClient;
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::support::session::Session;
use crate::support::world::{ALGORITHMS, World};

/// Encodes one part of a compact JWT.
pub(crate) fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs a JWT with the attacker's key; header and claims are taken as they are.
pub(crate) fn signed_by_the_attacker(header: &str, claims: &str) -> String {
    signed_with(header, claims, &attacker(), Algorithm::EdDSA)
}

/// Signs a JWT with an HMAC secret. HMAC fills a short key up with zeros, so one zero stands for an empty secret, which
/// the library refuses.
pub(crate) fn signed_with_secret(header: &str, claims: &str, secret: &[u8], algorithm: Algorithm) -> String {
    let secret = if secret.is_empty() { &[0] } else { secret };
    signed_with(header, claims, &EncodingKey::from_secret(secret).expect("a secret"), algorithm)
}

fn signed_with(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = sign(message.as_bytes(), key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

/// The attacker's Ed25519 key: PKCS #8 (RFC 8410 §7) around 32 known bytes.
fn attacker() -> EncodingKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[&head[..], &[7; 32]].concat())
}

/// The public half of the attacker's key, as a JWK.
pub(crate) fn attacker_jwk(kid: &str) -> Value {
    let public = [
        0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e, 0xc5, 0xf9, 0x95, 0x47,
        0x76, 0xae, 0xbe, 0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69, 0x14, 0x46, 0xd2, 0x2c,
    ];
    json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": part(public)})
}

/// Returns every form in which a published key could be mistaken for an HMAC secret: its JSON, its numbers, and its
/// `SubjectPublicKeyInfo` as DER and PEM.
pub(crate) fn secrets_of(key: &Value) -> Vec<Vec<u8>> {
    let number = |name: &str| key[name].as_str().map(|text| URL_SAFE_NO_PAD.decode(text).expect("base64url"));
    let texts = ["n", "x", "y", "kid"].map(|name| key[name].as_str().unwrap_or_default().as_bytes().to_vec());
    let mut secrets = vec![key.to_string().into_bytes()];
    secrets.extend(texts.into_iter().filter(|text| !text.is_empty()));
    secrets.extend(["n", "x", "y"].into_iter().filter_map(number));
    let info = match (number("n"), number("e"), number("x"), number("y")) {
        (Some(n), Some(e), ..) => rsa_info(&n, &e),
        (_, _, Some(x), Some(y)) => [&P256_INFO[..], &x, &y].concat(),
        (_, _, Some(x), None) => [&ED25519_INFO[..], &x].concat(),
        _ => panic!("a key of a kind that is not known: {key}"),
    };
    let pem = pem(&info);
    secrets.extend([info, pem.trim_end().as_bytes().to_vec(), pem.into_bytes()]);
    secrets
}

const ED25519_INFO: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

const P256_INFO: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3,
    0x42, 0, 4,
];

const RSA_ALGORITHM: [u8; 15] = [0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

fn rsa_info(n: &[u8], e: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| der(2, &[&[0][..], bytes].concat());
    let exponent = der(2, e);
    let key = der(0x30, &[number(n), exponent].concat());
    let bits = der(3, &[&[0][..], &key].concat());
    der(0x30, &[&RSA_ALGORITHM[..], &bits].concat())
}

/// Encodes a DER value with its tag and its length, which is less than 65536 here.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(value.len()).expect("a short value").to_be_bytes();
    let length = match value.len() {
        0..=127 => vec![low],
        128..=255 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [&[tag][..], &length, value].concat()
}

fn pem(info: &[u8]) -> String {
    let text = STANDARD.encode(info);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

#[test]
fn the_attackers_public_key_verifies_what_the_attacker_signs() {
    let token = signed_by_the_attacker(r#"{"alg":"EdDSA"}"#, r#"{"sub":"x"}"#);
    let jwk = serde_json::from_value(attacker_jwk("k")).expect("a JWK");
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("a key");
    let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    assert_eq!(jsonwebtoken::decode::<Value>(&token, &key, &validation).expect("verified").claims["sub"], "x");
}

/// Returns a valid token for each algorithm, for the API that uses it.
pub(crate) async fn one_of_each(session: &Session<'_>) -> Vec<String> {
    let mut good = Vec::new();
    for (_, api) in ALGORITHMS {
        good.push(session.machine(&session.world.service, &[("resource", api)]).await.string("access_token"));
    }
    good
}

/// Registers a client that may introspect tokens for every API, so that only the token can be at fault.
pub(crate) fn auditor(world: &World) -> RegisteredClient {
    let apis: Vec<&str> = ALGORITHMS.iter().flat_map(|(_, api)| ["--introspects", api]).collect();
    world.stack.cli().create_client("Auditor", &apis)
}

/// Asserts that each forged token is `{"active":false}` and nothing more, and that the good ones stay active.
pub(crate) async fn all_inactive(session: &Session<'_>, good: &[String], forged: impl IntoIterator<Item = String>) {
    let auditor = auditor(session.world);
    for token in forged {
        assert_eq!(session.introspect(&auditor, &token).await, json!({"active": false}), "{token}");
    }
    for token in good {
        assert_eq!(session.introspect(&auditor, token).await["active"], true, "{token}");
    }
}

pub(crate) fn parts_of(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().expect("a compact JWT")
}
