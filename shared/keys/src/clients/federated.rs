//! Tokens of other issuers that authenticate clients: verifies the signature and reads the claims.

use std::collections::BTreeMap;

use grants::{AssertionAlgorithm, AssertionClaims, ClientKey, FederatedClaims, Refusal};
use protocol::Secret;
use serde_json::{Map, Value};

use crate::clients::assertion::{SignedAssertion, UnreadableAssertion, Written};
use crate::clients::members::Members;

/// The accepted values of `typ`, in their short form. `typ` may be absent, but access tokens, identity assertions and other
/// kinds of JWT are refused (RFC 8725 §3.11). `JOSE` is one of a JWT-SVID (JWT-SVID §2.3).
const TYPES: [&str; 3] = ["jwt", "jose", "client-authentication+jwt"];

/// A token of another issuer whose signature is not yet verified.
pub struct SignedFederated<'j>(SignedAssertion<'j>);

impl<'j> SignedFederated<'j> {
    /// Reads the header of a token.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not a JWT of this kind, or its algorithm is not verified here.
    pub fn parse(jwt: &'j Secret) -> Result<Self, Refusal> {
        SignedAssertion::of_types(jwt, &TYPES).map(Self).map_err(|unreadable| match unreadable {
            UnreadableAssertion::Malformed => Refusal::IssuerNotSigned,
            UnreadableAssertion::Algorithm => Refusal::AssertionAlgorithmUnknown,
        })
    }

    /// The algorithm that the header names.
    pub const fn algorithm(&self) -> AssertionAlgorithm {
        self.0.algorithm()
    }

    /// Returns the claims if one of the issuer's `keys` signed them.
    pub fn by_keys(&self, keys: &[ClientKey]) -> Option<FederatedClaims> {
        let Members(mut members) = self.0.payload(keys)?;
        let issuer = members.get("iss").and_then(Value::as_str).map(str::to_owned);
        let (all, is_bound) = (texts(&members), members.contains_key("cnf"));
        // A JWT-SVID need not have `iss`, and a token for nobody is refused for its audience.
        members.entry("iss").or_insert_with(|| Value::String(String::new()));
        members.entry("aud").or_insert_with(|| Value::Array(Vec::new()));
        let written: Written = serde_json::from_value(Value::Object(members)).ok()?;
        let AssertionClaims { subject, audience, expires_at, issued_at, not_before, .. } = written.claims();
        Some(FederatedClaims { issuer, subject, audience, expires_at, issued_at, not_before, is_bound, all })
    }
}

/// Returns all claims that have a text: by name, and those inside others by JSON Pointer (RFC 6901).
fn texts(members: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    // A name that looks like a pointer could stand for a claim inside another.
    for (name, value) in members.iter().filter(|(name, _)| !name.starts_with('/')) {
        match text(value) {
            Some(text) => drop(all.insert(name.clone(), text)),
            None => add_inner(&mut all, &below("", name), value),
        }
    }
    all
}

fn add_inner(all: &mut BTreeMap<String, String>, path: &str, value: &Value) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = below(path, name);
        match text(value) {
            Some(text) => drop(all.insert(path, text)),
            None => add_inner(all, &path, value),
        }
    }
}

fn below(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn c221_claims_are_matched_by_name_and_inside_others_by_pointer() {
        let claims = json!({
            "repository_id": "456", "run_attempt": 1, "private": true, "roles": ["a"], "none": null,
            "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "orders", "uid": "u-1"}},
            "https://sts.amazonaws.com/": {"org_id": "o-1", "a~b": "c"},
            "/kubernetes.io/namespace": "other",
        });
        let all = texts(claims.as_object().unwrap());
        let expected = [
            ("/https:~1~1sts.amazonaws.com~1/a~0b", "c"),
            ("/https:~1~1sts.amazonaws.com~1/org_id", "o-1"),
            ("/kubernetes.io/namespace", "shop"),
            ("/kubernetes.io/serviceaccount/name", "orders"),
            ("/kubernetes.io/serviceaccount/uid", "u-1"),
            ("private", "true"),
            ("repository_id", "456"),
            ("run_attempt", "1"),
        ];
        let expected: BTreeMap<String, String> =
            expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(all, expected);
    }
}
