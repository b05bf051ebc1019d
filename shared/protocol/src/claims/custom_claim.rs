//! Claims with names that an operator chooses.

use serde_json::Value;

use crate::claims::claim::Claim;
use crate::claims::claim_value::is_text;
use crate::claims::malformed_claim::MalformedClaim;

const MAX_NAME_BYTES: usize = 128;

/// The names that have a meaning in a token or an answer of this server, or that verifiers give one: a claim of a
/// person or a client must not be taken for it (RFC 7519 §4.1, RFC 7662 §2.2, RFC 8693 §4, RFC 7800 §3.1, RFC 9068
/// §2.2, OpenID Connect Core §2, §3.3.2.11, §5.6.2, Back-Channel Logout §2.4).
const RESERVED: [&str; 37] = [
    "_claim_names",
    "_claim_sources",
    "acr",
    "act",
    "active",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "authorization_details",
    "azp",
    "c_hash",
    "client_id",
    "cnf",
    "events",
    "exp",
    "iat",
    "iss",
    "jti",
    "may_act",
    "nbf",
    "nonce",
    "rat",
    "s_hash",
    "scope",
    "scp",
    "sid",
    "sub",
    "sub_id",
    "sub_jwk",
    "toe",
    "token_type",
    "token_use",
    "txn",
    "typ",
    "username",
    "vot",
];

/// The name of a claim that has no meaning of its own here, such as `tenant` or `https://acme.example/plan`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CustomClaim(String);

impl CustomClaim {
    /// Reads a name that an operator chose.
    ///
    /// # Errors
    /// [`MalformedClaim`] when it is reserved, is that of another claim, or cannot be a name.
    pub(crate) fn parse(name: &str) -> Result<Self, MalformedClaim> {
        let legal = |byte: u8| byte.is_ascii_graphic() && !b"\"\\=".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(legal) || Claim::parse(name).is_some() {
            return Err(MalformedClaim::Name(name.to_owned()));
        }
        let reserved = RESERVED.iter().any(|known| known.eq_ignore_ascii_case(name));
        if reserved { Err(MalformedClaim::Reserved(name.to_owned())) } else { Ok(Self(name.to_owned())) }
    }

    /// The name in JSON.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `value` if a custom claim can have it: anything but null, and no empty or very long text.
    pub(crate) fn checked(&self, value: Value) -> Result<Value, MalformedClaim> {
        let good = match &value {
            Value::Null => false,
            Value::String(text) => is_text(text),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
        };
        if good { Ok(value) } else { Err(MalformedClaim::Custom(self.0.clone())) }
    }
}

/// Converts `text` from a command line: `true`, `false`, lists and objects are JSON, and anything else is a text.
/// Numbers stay texts, because most of them are names such as `007`.
pub(crate) fn read(text: &str) -> Value {
    let structured = |value: &Value| value.is_boolean() || value.is_array() || value.is_object();
    serde_json::from_str(text).ok().filter(structured).unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn c177_a_name_that_means_something_is_reserved_in_any_case() {
        assert!(RESERVED.is_sorted());
        for name in RESERVED {
            assert_eq!(CustomClaim::parse(name), Err(MalformedClaim::Reserved(name.to_owned())));
        }
        for name in ["SUB", "Client_ID", "Exp"] {
            assert_eq!(CustomClaim::parse(name), Err(MalformedClaim::Reserved(name.to_owned())));
        }
        let long = "a".repeat(129);
        for name in ["", "a b", "a\"", "a\\", "a=b", "é", "a\n", &long, "email", "roles"] {
            assert_eq!(CustomClaim::parse(name), Err(MalformedClaim::Name(name.to_owned())), "{name:?}");
        }
        for name in ["tenant", "https://acme.example/plan", "entitlements", "cognito:groups"] {
            assert_eq!(CustomClaim::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_value_is_json_where_it_has_a_structure_and_a_text_otherwise() {
        let rows = [
            ("acme", json!("acme")),
            ("true", json!(true)),
            ("[1,2]", json!([1, 2])),
            (r#"{"a":"b"}"#, json!({"a": "b"})),
            ("007", json!("007")),
            ("12345678901234567890123", json!("12345678901234567890123")),
            ("null", json!("null")),
            ("\"quoted\"", json!("\"quoted\"")),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text), expected, "{text}");
        }
        let name = CustomClaim::parse("tenant").unwrap();
        for bad in [json!(null), json!(""), json!("a\u{0}"), json!("a".repeat(1025))] {
            assert_eq!(name.checked(bad.clone()), Err(MalformedClaim::Custom("tenant".to_owned())), "{bad}");
        }
    }
}
