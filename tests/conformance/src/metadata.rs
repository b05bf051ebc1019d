//! What a client finds out by itself: metadata (RFC 8414, `OpenID` Connect Discovery) and keys (RFC 7517).

use std::collections::BTreeSet;

use harness::{Http, Jwt};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

use crate::session::assert_granted;
use crate::world::{ALGORITHMS, World};

const DOCUMENTS: [&str; 2] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

async fn document(http: &Http, path: &str) -> Value {
    let reply = http.get(path).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.header("content-type").unwrap_or_default().starts_with("application/json"), "{reply:?}");
    reply.json()
}

async fn keys(http: &Http) -> Vec<Value> {
    let uri = document(http, DOCUMENTS[0]).await["jwks_uri"].as_str().expect("jwks_uri").to_owned();
    document(http, &uri).await["keys"].as_array().expect("keys").clone()
}

fn strings(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn c113_both_documents_are_served_and_tell_the_same() {
    let world = World::shared();
    let http = world.stack.http();
    let [oauth, openid] = [document(&http, DOCUMENTS[0]).await, document(&http, DOCUMENTS[1]).await];
    for document in [&oauth, &openid] {
        assert_eq!(document["issuer"], world.stack.issuer(), "{document}");
    }
    let endpoints =
        ["authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"];
    for endpoint in endpoints {
        let url = oauth[endpoint].as_str().unwrap_or_else(|| panic!("no {endpoint} in {oauth}"));
        assert!(url.starts_with(&format!("{}/", world.stack.issuer())), "{url}");
        assert_eq!(oauth[endpoint], openid[endpoint]);
    }
}

#[tokio::test]
async fn c026_c114_c115_they_advertise_what_is_on_and_nothing_else() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        let grants = BTreeSet::from(["authorization_code", "client_credentials", "refresh_token"]);
        assert_eq!(strings(&document["grant_types_supported"]), grants);
        let methods = BTreeSet::from(["client_secret_basic", "client_secret_post", "none"]);
        assert_eq!(strings(&document["token_endpoint_auth_methods_supported"]), methods);
        for off in ["registration_endpoint", "pushed_authorization_request_endpoint", "device_authorization_endpoint"] {
            assert!(document.get(off).is_none(), "{off}");
        }
    }
}

#[tokio::test]
async fn c040_the_issuer_is_configuration_and_not_what_a_request_says() {
    let world = World::shared();
    let http = world.stack.http();
    for (name, value) in
        [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("host", "evil.example")]
    {
        let reply = http.get(DOCUMENTS[0]).header(name, value).send().await;
        assert!(!reply.text().contains("evil"), "{reply:?}");
    }
}

#[tokio::test]
async fn c095_every_key_has_a_name_and_one_algorithm_and_no_private_part() {
    let keys = keys(&World::shared().stack.http()).await;
    let mut names = BTreeSet::new();
    for key in &keys {
        let name = key["kid"].as_str().unwrap_or_default();
        assert!(!name.is_empty() && names.insert(name), "{key}");
        assert_eq!(key["use"], "sig");
        assert!(ALGORITHMS.iter().any(|(algorithm, _)| key["alg"] == *algorithm), "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
    for (algorithm, _) in ALGORITHMS {
        assert!(keys.iter().any(|key| key["alg"] == algorithm), "no key for {algorithm}");
    }
}

#[tokio::test]
async fn c094_rsa_keys_have_2048_bits_at_least() {
    use base64::Engine;
    for key in keys(&World::shared().stack.http()).await {
        if let Some(modulus) = key["n"].as_str() {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(modulus).expect("base64url");
            assert!(bytes.len() >= 256 && bytes[0] >= 0x80, "{} bytes", bytes.len());
        }
    }
}

/// What an API does: finds the key by its name, and takes the algorithm from the key, never from the token.
fn verify(set: &JwkSet, token: &str, issuer: &str, audience: &str) -> Result<Value, jsonwebtoken::errors::Error> {
    let jwt = Jwt::read(token);
    let key: &Jwk = set.find(jwt.text("kid")).expect("the key of the token");
    let algorithm = key.common.key_algorithm.expect("the algorithm of the key");
    let mut validation = Validation::new(Algorithm::try_from(algorithm).expect("a signature algorithm"));
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.leeway = 0;
    Ok(decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims)
}

#[tokio::test]
async fn c093_c115_a_token_of_each_algorithm_is_verified_with_the_published_keys() {
    let world = World::shared();
    let session = world.session();
    let set: JwkSet = serde_json::from_value(json!({"keys": keys(&session.http).await})).expect("a JWK set");
    for (algorithm, api) in ALGORITHMS {
        let reply = session.machine(&world.service, &[("resource", api)]).await;
        assert_granted(&reply);
        let token = reply.string("access_token");
        assert_eq!(Jwt::read(&token).text("alg"), algorithm);
        let claims = verify(&set, &token, world.stack.issuer(), api).expect(algorithm);
        assert_eq!(claims["sub"], *world.service.id);
        // The verifier is one: it refuses what it should.
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
        let touched = format!("{signed}.{flipped}{}", &signature[1..]);
        assert!(verify(&set, &touched, world.stack.issuer(), api).is_err(), "{algorithm}");
        assert!(verify(&set, &token, world.stack.issuer(), "https://other.example").is_err(), "{algorithm}");
    }
}

#[tokio::test]
async fn c101_a_token_is_not_from_the_future() {
    let world = World::shared();
    let session = world.session();
    let token = session.machine(&world.service, &[("resource", ALGORITHMS[0].1)]).await.string("access_token");
    assert!(Jwt::read(&token).number("iat") <= jsonwebtoken::get_current_timestamp());
}
