//! The claims of a request object (RFC 9101 §4): the form of an authorization request that its client signed.

use serde_json::{Map, Value};

use crate::requests::authorization::ReceivedRequestError;
use crate::values::names::ClientId;
use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

/// The members that describe the object itself, and are no parameters of the request (RFC 7519 §4.1).
const ABOUT_THE_OBJECT: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// The parameters that are one text and are read here. A list in its place would be several values.
const TEXTS: [&str; 15] = [
    "acr_values",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "redirect_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
];

/// A well-formed request object. Its signature is verified elsewhere.
#[derive(Clone)]
pub struct RequestObject {
    /// `iss`: the client that made the object.
    pub issuer: String,
    /// `aud`: the servers that the object is for.
    pub audience: Vec<String>,
    /// `exp`: the time when it expires, in seconds since 1970, if it does (RFC 9101 §4).
    pub expires_at: Option<u64>,
    /// `nbf`: the time before which it is not valid, in seconds since 1970, if there is one.
    pub not_before: Option<u64>,
    /// `iat`: the time when it was made, in seconds since 1970, if it says so.
    pub issued_at: Option<u64>,
    /// The parameters of the authorization request.
    pub parameters: Parameters,
}

/// A request object, as it was sent with a request (RFC 9101 §5.1).
#[derive(Clone, Debug)]
pub struct SentObject {
    /// The client that sends the request.
    pub client_id: ClientId,
    /// The signed text of the request.
    pub object: Secret,
}

/// The reasons why the claims are not those of a request object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRequestObject {
    /// `iss` is missing, or is not a text.
    #[error("iss of the request object is missing")]
    Issuer,
    /// `aud` is missing, or is neither a text nor a list of texts.
    #[error("aud of the request object is missing")]
    Audience,
    /// `exp`, `nbf` or `iat` is not a number.
    #[error("exp, nbf or iat of the request object is not a time")]
    Times,
    /// `sub` is present, so the object could be taken for a client assertion (RFC 9101 §10.8).
    #[error("a request object must not have sub")]
    Subject,
    /// The object has a request object, or refers to one (RFC 9101 §4).
    #[error("a request object must not have request or request_uri")]
    Nested,
    /// A parameter has a value that none can have.
    #[error("a member of the request object has a value of the wrong type")]
    Value,
}

impl SentObject {
    /// The parameters of a request that has a request object. All others are ignored (RFC 9101 §6.3).
    pub const PARAMETERS: [&str; 2] = ["client_id", "request"];

    /// Finds the request object of a request; `None` if the request has none.
    ///
    /// # Errors
    /// [`ReceivedRequestError`] when there are two, or the client cannot be read.
    pub fn find(parameters: &Parameters) -> Result<Option<Self>, ReceivedRequestError> {
        let object = parameters.one("request").map_err(|_| ReceivedRequestError::TwoRequests)?;
        let Some(object) = object else { return Ok(None) };
        if parameters.has("request_uri") {
            return Err(ReceivedRequestError::TwoRequests);
        }
        let client_id = parameters.one("client_id").ok().flatten().and_then(|text| ClientId::parse(text).ok());
        let client_id = client_id.ok_or(ReceivedRequestError::ClientId)?;
        Ok(Some(Self { client_id, object: Secret::new(object.to_owned()) }))
    }
}

impl RequestObject {
    /// Reads the claims of a request object.
    ///
    /// # Errors
    /// [`MalformedRequestObject`] for the first fault.
    pub fn read(claims: &Map<String, Value>) -> Result<Self, MalformedRequestObject> {
        use MalformedRequestObject as E;
        if claims.contains_key("sub") {
            return Err(E::Subject);
        }
        if ["request", "request_uri"].into_iter().any(|name| claims.contains_key(name)) {
            return Err(E::Nested);
        }
        let sent = |name| claims.get(name).filter(|value| !value.is_null());
        let time = |name| sent(name).map(|value| seconds(value).ok_or(E::Times)).transpose();
        let mut parameters = Parameters::default();
        for (name, value) in claims.iter().filter(|(name, _)| !ABOUT_THE_OBJECT.contains(&name.as_str())) {
            for text in texts(name, value)? {
                parameters.add(name, text);
            }
        }
        Ok(Self {
            issuer: claims.get("iss").and_then(Value::as_str).ok_or(E::Issuer)?.to_owned(),
            audience: claims.get("aud").and_then(audience).ok_or(E::Audience)?,
            expires_at: time("exp")?,
            not_before: time("nbf")?,
            issued_at: time("iat")?,
            parameters,
        })
    }
}

/// Reads a time in seconds, which may have a fraction (RFC 7519 §2).
fn seconds(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = |fraction: f64| fraction as u64;
    value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(whole))
}

fn audience(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(only) => Some(vec![only.clone()]),
        Value::Array(several) => several.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// Returns the values of a parameter as a query would have them (RFC 9101 §4): everything but texts as its JSON, and each
/// member of a list as a value of its own where a parameter may repeat. Other lists are JSON too, as that of
/// `authorization_details` is (RFC 9396 §3): what is not known here is ignored.
fn texts(name: &str, value: &Value) -> Result<Vec<String>, MalformedRequestObject> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(several) if Parameters::may_repeat(name) => {
            let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(MalformedRequestObject::Value);
            several.iter().map(text).collect()
        }
        Value::Array(_) if TEXTS.contains(&name) => Err(MalformedRequestObject::Value),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) | Value::Array(_) => Ok(vec![value.to_string()]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Value {
        json!({
            "iss": "app", "aud": "https://issuer.example", "exp": 200, "nbf": 100.5, "iat": 100, "jti": "x",
            "client_id": "app", "state": "a b", "max_age": 300, "nonce": "", "prompt": null,
            "resource": ["https://a.example", "https://b.example"], "claims": {"userinfo": {"email": null}},
            "authorization_details": [{"type": "x"}],
        })
    }

    fn read(value: &Value) -> Result<RequestObject, MalformedRequestObject> {
        RequestObject::read(value.as_object().unwrap())
    }

    #[test]
    fn c195_the_parameters_of_an_object_are_those_that_a_query_would_have() {
        let object = read(&good()).unwrap();
        assert_eq!((object.issuer.as_str(), object.expires_at, object.not_before), ("app", Some(200), Some(100)));
        assert_eq!(object.audience, ["https://issuer.example"]);
        let one = |name| object.parameters.one(name).unwrap();
        assert_eq!((one("state"), one("max_age"), one("nonce")), (Some("a b"), Some("300"), None));
        assert_eq!((one("claims"), one("prompt")), (Some("{\"userinfo\":{\"email\":null}}"), None));
        assert_eq!((one("authorization_details"), object.issued_at), (Some("[{\"type\":\"x\"}]"), Some(100)));
        assert_eq!(object.parameters.all("resource").count(), 2);
        assert!(["iss", "aud", "exp", "nbf", "iat", "jti"].into_iter().all(|name| !object.parameters.has(name)));
        let mut timeless = good();
        timeless["exp"] = json!(null);
        timeless.as_object_mut().unwrap().remove("nbf");
        assert_eq!(read(&timeless).map(|object| (object.expires_at, object.not_before)), Ok((None, None)));
    }

    #[test]
    fn c195_each_fault_of_an_object_is_told_apart() {
        use MalformedRequestObject as E;
        let rows = [
            ("iss", json!(null), E::Issuer),
            ("iss", json!(1), E::Issuer),
            ("aud", json!(null), E::Audience),
            ("aud", json!([1]), E::Audience),
            ("exp", json!("200"), E::Times),
            ("nbf", json!(true), E::Times),
            ("nbf", json!(-1), E::Times),
            ("iat", json!("100"), E::Times),
            ("sub", json!("app"), E::Subject),
            ("request", json!("e30.e30."), E::Nested),
            ("request_uri", json!("urn:x"), E::Nested),
            ("state", json!(["a", "b"]), E::Value),
            ("scope", json!(["openid"]), E::Value),
            ("resource", json!([1]), E::Value),
        ];
        for (name, value, why) in rows {
            let mut claims = good();
            claims[name] = value.clone();
            assert_eq!(read(&claims).map(drop), Err(why), "{name}: {value}");
        }
    }
}
