//! The server's published metadata and keys, read as a client or an API reads them.

use std::collections::BTreeSet;

use harness::{Http, Jwt};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, get_current_timestamp};
use serde_json::Value;

pub(crate) const DOCUMENTS: [&str; 2] =
    ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

pub(crate) async fn document(http: &Http, path: &str) -> Value {
    let reply = http.get(path).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.header("content-type").unwrap_or_default().starts_with("application/json"), "{reply:?}");
    reply.json()
}

pub(crate) async fn keys(http: &Http) -> Vec<Value> {
    let uri = document(http, DOCUMENTS[0]).await["jwks_uri"].as_str().expect("jwks_uri").to_owned();
    document(http, &uri).await["keys"].as_array().expect("keys").clone()
}

pub(crate) fn strings(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Verifies a token as an API does: finds the key by its `kid`, and takes the algorithm from the key, never from the
/// token.
pub(crate) fn verify(
    set: &JwkSet,
    token: &str,
    issuer: &str,
    audience: &str,
) -> Result<Value, jsonwebtoken::errors::Error> {
    let jwt = Jwt::read(token);
    let key: &Jwk = set.find(jwt.text("kid")).expect("the key of the token");
    let algorithm = key.common.key_algorithm.expect("the algorithm of the key");
    let mut validation = Validation::new(Algorithm::try_from(algorithm).expect("a signature algorithm"));
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.leeway = 0;
    let claims = decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims;
    // C101: no clock of a client can find it issued in the future.
    assert!(claims["iat"].as_u64().is_some_and(|at| at <= get_current_timestamp()), "{claims}");
    Ok(claims)
}
