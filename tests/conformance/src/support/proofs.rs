//! DPoP proofs, made by a key of the tests and not by the product.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Ask, Reply};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde_json::{Value, json};

use crate::support::session::assert_no_store;
use crate::support::signed_assertions::{Signer, now};
use crate::support::world::World;

/// The key of a client that proves it.
pub(crate) struct Prover(Signer);

impl Prover {
    /// Makes a new P-256 key.
    pub(crate) fn new() -> Self {
        Self::of(Algorithm::ES256)
    }

    pub(crate) fn of(algorithm: Algorithm) -> Self {
        Self(Signer::new(algorithm, "proof"))
    }

    /// Returns the public key, with nothing but its own members.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = self.0.public();
        for member in ["kid", "alg", "use"] {
            jwk.as_object_mut().expect("a key").remove(member);
        }
        jwk
    }

    /// Returns the thumbprint, as computed by the library.
    pub(crate) fn thumbprint(&self) -> String {
        let jwk: Jwk = serde_json::from_value(self.jwk()).expect("a key");
        jwk.thumbprint(ThumbprintHash::SHA256).expect("a thumbprint")
    }

    pub(crate) fn head(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": self.0.algorithm, "jwk": self.jwk() })
    }

    pub(crate) fn sign(&self, head: &Value, claims: &Value) -> String {
        self.0.assertion_with(head, claims).0
    }

    /// Signs a proof with these claims.
    pub(crate) fn proof(&self, claims: &Value) -> String {
        self.sign(&self.head(), claims)
    }

    /// Signs a proof for the token endpoint.
    pub(crate) fn for_token(&self, world: &World) -> String {
        self.proof(&claims(world, "/token"))
    }

    /// Signs a proof for the UserInfo endpoint and a token.
    pub(crate) fn for_userinfo(&self, world: &World, token: &str) -> String {
        self.proof(&userinfo_claims(world, token))
    }
}

/// Returns the claims of a good proof for `POST` at a path, with a fresh `jti`.
pub(crate) fn claims(world: &World, path: &str) -> Value {
    let jti = harness::Pkce::new().verifier;
    json!({ "htm": "POST", "htu": format!("{}{path}", world.stack.issuer()), "iat": now(), "jti": jti })
}

/// Returns the claims of a good proof for `GET` at the UserInfo endpoint with a token.
pub(crate) fn userinfo_claims(world: &World, token: &str) -> Value {
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
    with(&with(&claims(world, "/userinfo"), "htm", json!("GET")), "ath", json!(hash))
}

/// Returns a document with one member changed; `null` leaves it out.
pub(crate) fn with(document: &Value, name: &str, value: Value) -> Value {
    let mut document = document.clone();
    if value.is_null() {
        document.as_object_mut().expect("an object").remove(name);
    } else {
        document[name] = value;
    }
    document
}

/// Adds a proof of the key to a request of the token endpoint.
pub(crate) fn proven(ask: Ask, world: &World, key: &Prover) -> Ask {
    ask.header("dpop", key.for_token(world))
}

/// Asks the UserInfo endpoint with a bound token and this proof.
pub(crate) async fn userinfo(world: &World, token: &str, proof: &str) -> Reply {
    let ask = world.stack.http().get("/userinfo").header("authorization", format!("DPoP {token}"));
    ask.header("dpop", proof).send().await
}

/// C184: asserts a token response of the type `DPoP`, and returns the access token.
pub(crate) fn assert_bound(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_no_store(reply);
    assert_eq!(reply.string("token_type"), "DPoP");
    reply.string("access_token")
}

/// Asserts that a resource refused a token or a proof, with a challenge for the scheme `DPoP` that lists algorithms.
pub(crate) fn assert_challenged(reply: &Reply, error: &str) {
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    assert_eq!(reply.status, 401, "{reply:?}");
    assert!(challenge.starts_with("DPoP ") && challenge.contains(&format!("error=\"{error}\"")), "{reply:?}");
    assert!(challenge.contains("algs=\"ES256 ES384 EdDSA Ed25519 PS256 PS384 PS512\""), "{challenge}");
    assert_no_store(reply);
}
