//! Request objects: any text as the signed form, and any JSON as the claims of one.

use grants::request_object::accept;
use grants::{Client, Profile};
use keys::SignedRequestObject;
use protocol::{ClientId, Parameters, RequestObject, Secret};
use serde_json::Value;

use crate::fixtures::{ISSUER, NOW};

/// Fuzzes the reading of an object, and what is accepted of it.
pub(crate) fn target(data: &[u8]) {
    match serde_json::from_slice(data) {
        Ok(Value::Object(claims)) => {
            if let Ok(object) = RequestObject::read(&claims) {
                accepted(&object, &claims);
            }
        }
        Ok(_) | Err(_) => text(data),
    }
}

/// A text that no key signed has no claims, whatever its header says.
fn text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let secret = Secret::new(text.to_owned());
    let as_fapi = SignedRequestObject::parse(&secret, Profile::Fapi2);
    if let Ok(signed) = SignedRequestObject::parse(&secret, Profile::Baseline) {
        assert!(!signed.algorithm().as_str().eq_ignore_ascii_case("none"));
        assert!(signed.by_keys(&[]).is_none(), "{text}");
    } else {
        assert!(as_fapi.is_err(), "{text}");
    }
}

/// Asserts that an accepted object is about its client, this server and this time, and that its parameters survive
/// writing and reading.
fn accepted(object: &RequestObject, claims: &serde_json::Map<String, Value>) {
    assert!(["sub", "request", "request_uri"].into_iter().all(|name| !claims.contains_key(name)));
    let query = object.parameters.to_query();
    if let Ok(again) = Parameters::parse(query.as_bytes()) {
        assert_eq!(again.to_query(), query);
    }
    let Ok(client) = ClientId::parse("app").map(|id| Client::new(id, NOW)) else { return };
    let Ok(signed) = accept(object.clone(), &client, ISSUER, NOW) else { return };
    assert_eq!((object.issuer.as_str(), claims["iss"].as_str()), ("app", Some("app")));
    assert!(object.audience.iter().any(|audience| audience == ISSUER));
    assert!(object.not_before.is_none_or(|not_before| not_before <= NOW.seconds() + 10));
    assert_eq!(signed.in_time, object.expires_at.is_none_or(|expires_at| expires_at > NOW.seconds()));
    let parameters = signed.parameters;
    assert_eq!(parameters.one("client_id"), Ok(Some("app")));
    assert!(["iss", "aud", "exp", "nbf"].into_iter().all(|name| !parameters.has(name)));
}
