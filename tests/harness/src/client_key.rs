//! The key of a client: it signs proofs of possession and assertions, without Jeton's code.

use std::time::SystemTime;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Pkce;

/// The `kid` of every key.
const KID: &str = "harness";
/// The value of `client_assertion_type` (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A P-256 key of a client.
#[derive(Debug)]
pub struct ClientKey(EcdsaKeyPair);

impl ClientKey {
    /// Makes a key that nobody has.
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    /// The public half as an uncompressed point: a byte that says so, and two coordinates of 32 bytes.
    pub fn point(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    /// The public half as a JWK, with nothing but its own members.
    pub fn jwk(&self) -> Value {
        let point = self.point();
        let (x, y) = point.split_at(1).1.split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)})
    }

    /// The JWK Set with which a client registers the key.
    pub fn key_set(&self) -> Value {
        let mut jwk = self.jwk();
        let more =
            [("kid", KID), ("alg", "ES256"), ("use", "sig")].map(|(name, value)| (name.to_owned(), value.into()));
        jwk.as_object_mut().expect("an object").extend(more);
        json!({ "keys": [jwk] })
    }

    /// Signs a proof for a request (RFC 9449 §4.2), and for the access token that it is sent with.
    pub fn proof(&self, method: &str, url: &str, token: Option<&str>) -> String {
        let mut claims = json!({"htm": method, "htu": url, "iat": now(), "jti": Pkce::new().verifier});
        let hash = token.map(|token| ("ath".to_owned(), URL_SAFE_NO_PAD.encode(Sha256::digest(token)).into()));
        claims.as_object_mut().expect("an object").extend(hash);
        self.sign(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()}), &claims)
    }

    /// The two form fields with which a client authenticates to `issuer` (RFC 7523 §2.2).
    pub fn assertion(&self, client: &str, issuer: &str) -> [(&'static str, String); 2] {
        let (now, jti) = (now(), Pkce::new().verifier);
        let claims = json!({"iss": client, "sub": client, "aud": issuer, "iat": now, "exp": now + 60, "jti": jti});
        let assertion = self.sign(&json!({"alg": "ES256", "typ": "JWT", "kid": KID}), &claims);
        [("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", assertion)]
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Default for ClientKey {
    fn default() -> Self {
        Self::new()
    }
}

/// The time in seconds since 1970. The server runs on this machine, so its clock is the same.
fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_secs()
}
