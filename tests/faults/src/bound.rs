//! Redemptions with a DPoP proof: what is issued is bound to the key of the proof, and a lost answer changes no key.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Pkce, RegisteredClient, Reply};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{CALLBACK, Code, Place, is_refused};

/// The key of an app.
struct Key(EncodingKey);

impl Key {
    fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let der = pair.to_pkcs8v1().expect("a private key");
        Self(EncodingKey::from_ec_der(der.as_ref()))
    }

    /// Signs a new proof for the token endpoint.
    #[expect(clippy::disallowed_methods, reason = "a client has a clock of its own")]
    fn proof(&self, place: &Place) -> String {
        let jwk = serde_json::to_value(Jwk::from_encoding_key(&self.0, Algorithm::ES256).expect("a key"));
        let mut jwk = jwk.expect("a JWK");
        for member in ["kid", "alg", "use"] {
            jwk.as_object_mut().expect("an object").remove(member);
        }
        let iat = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
        let htu = format!("{}/token", place.stack.issuer());
        let head = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let claims = json!({"htm": "POST", "htu": htu, "iat": iat, "jti": Pkce::new().verifier});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&head), part(&claims));
        let signature = crypto::sign(message.as_bytes(), &self.0, Algorithm::ES256).expect("a signature");
        format!("{message}.{signature}")
    }
}

async fn ask(place: &Place, key: &Key, grant_type: &str, fields: &[(&str, &str)]) -> Reply {
    let app: &RegisteredClient = &place.spa;
    let ask = place.http.post("/token").client(app).field("grant_type", grant_type).fields(fields);
    ask.header("dpop", key.proof(place)).send().await
}

async fn redeem(place: &Place, key: &Key, code: &Code) -> Reply {
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    ask(place, key, "authorization_code", &fields).await
}

async fn refresh(place: &Place, key: &Key, token: &str) -> Reply {
    ask(place, key, "refresh_token", &[("refresh_token", token)]).await
}

fn is_bound(reply: &Reply) -> bool {
    reply.status == 200 && reply.string("token_type") == "DPoP"
}

/// Asserts that the tokens work with this key, and that no other key gets a token from them.
async fn assert_bound_to(place: &Place, key: &Key, reply: &Reply) {
    assert!(is_bound(reply), "{reply:?}");
    let told = place.introspect(&reply.string("access_token")).await.json();
    assert!(told["active"] == true && told["cnf"]["jkt"].is_string(), "{told}");
    let stolen = refresh(place, &Key::new(), &reply.string("refresh_token")).await;
    assert!(is_refused(&stolen), "{stolen:?}");
    let next = refresh(place, key, &reply.string("refresh_token")).await;
    assert!(is_bound(&next), "{next:?}");
    let again = place.introspect(&next.string("access_token")).await.json();
    assert_eq!(told["cnf"], again["cnf"]);
}

/// A public app redeems a code with a proof.
struct BoundRedemption;

impl Flow for BoundRedemption {
    type Ready = (Code, Key);

    async fn prepare(&self, place: &Place) -> (Code, Key) {
        (place.code(&place.spa).await, Key::new())
    }

    async fn act(&self, place: &Place, (code, key): &mut (Code, Key)) -> Reply {
        redeem(place, key, code).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_bound(reply)
    }

    async fn settle(&self, place: &Place, mut ready: (Code, Key), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        let (code, key) = &ready;
        // The code may have been used, and its tokens never shown: then this was its second use.
        if is_bound(&reply) {
            assert_bound_to(place, key, &reply).await;
        } else {
            assert!(is_refused(&reply), "{reply:?}");
        }
        let second = redeem(place, key, code).await;
        assert!(is_refused(&second), "{second:?}");
    }
}

/// A public app refreshes its tokens with a proof.
struct BoundRefresh;

impl Flow for BoundRefresh {
    type Ready = (String, Key);

    async fn prepare(&self, place: &Place) -> (String, Key) {
        let (code, key) = BoundRedemption.prepare(place).await;
        let reply = redeem(place, &key, &code).await;
        assert!(is_bound(&reply), "{reply:?}");
        (reply.string("refresh_token"), key)
    }

    async fn act(&self, place: &Place, (token, key): &mut (String, Key)) -> Reply {
        refresh(place, key, token).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_bound(reply)
    }

    /// An honest app asks again with the token that it has, and is never mistaken for a thief.
    async fn settle(&self, place: &Place, mut ready: (String, Key), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        assert_bound_to(place, &ready.1, &reply).await;
    }
}

#[tokio::test]
async fn c186_tokens_are_bound_to_the_key_of_a_proof() {
    tokio::join!(
        under_every_fault("redemption with a proof", BoundRedemption),
        under_every_fault("refresh with a proof", BoundRefresh),
    );
}
