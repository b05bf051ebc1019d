//! Identity assertions of other issuers (ID-JAG): verifies the signature and reads the claims.

use grants::{AssertionAlgorithm, AssertionClaims, ClientKey, IdentityClaims, Refusal, Timestamp};
use protocol::{IdentityAssertion, Resource, Scope, Secret};
use serde_json::{Map, Value};

use crate::clients::assertion::{SignedAssertion, UnreadableAssertion, Written};
use crate::clients::members::Members;

/// An identity assertion whose signature is not yet verified.
pub struct SignedIdentity<'j>(SignedAssertion<'j>);

impl<'j> SignedIdentity<'j> {
    /// Reads the header of an assertion, whose `typ` must say what it is.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not a JWT of this kind, or its algorithm is not verified here.
    pub fn parse(jwt: &'j Secret) -> Result<Self, Refusal> {
        let types = [IdentityAssertion::TYPE, IdentityAssertion::LONG_TYPE];
        SignedAssertion::of_named_types(jwt, &types).map(Self).map_err(|unreadable| match unreadable {
            UnreadableAssertion::Malformed => Refusal::IdentityAssertionMalformed,
            UnreadableAssertion::Algorithm => Refusal::IdentityAssertionNotSigned,
        })
    }

    /// The algorithm that the header names.
    pub const fn algorithm(&self) -> AssertionAlgorithm {
        self.0.algorithm()
    }

    /// Returns the claims if one of the issuer's `keys` signed them, or what is wrong with their form.
    pub fn by_keys(&self, keys: &[ClientKey]) -> Option<Result<IdentityClaims, Refusal>> {
        let Members(members) = self.0.payload(keys)?;
        Some(claims(members).ok_or(Refusal::IdentityAssertionMalformed))
    }
}

fn claims(members: Map<String, Value>) -> Option<IdentityClaims> {
    let client_id = members.get("client_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let scope = match members.get("scope") {
        None => None,
        Some(scope) => Some(Scope::parse(scope.as_str()?).ok()?),
    };
    let auth_time = members.get("auth_time").and_then(Value::as_u64).map(Timestamp::from_seconds);
    let resources = resources(members.get("resource"))?;
    let written: Written = serde_json::from_value(Value::Object(members)).ok()?;
    let AssertionClaims { issuer, subject, audience, expires_at, issued_at, not_before, id } = written.claims();
    Some(IdentityClaims {
        issuer,
        subject,
        audience,
        client_id,
        expires_at,
        issued_at,
        not_before,
        auth_time,
        id,
        scope,
        resources,
    })
}

/// Reads `resource`: one identifier, or a list of them.
fn resources(value: Option<&Value>) -> Option<Vec<Resource>> {
    let parse = |value: &Value| Resource::parse(value.as_str()?).ok();
    match value {
        None => Some(Vec::new()),
        Some(Value::Array(several)) => several.iter().map(parse).collect(),
        Some(one) => parse(one).map(|one| vec![one]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Option<IdentityClaims> {
        claims(value.as_object().unwrap().clone())
    }

    #[test]
    fn c226_the_claims_of_an_identity_assertion_are_read_or_it_is_none() {
        let good = json!({
            "iss": "https://idp.example", "sub": "ana", "aud": "https://issuer.example", "client_id": "agent", "jti": "j",
            "exp": 200, "iat": 100, "auth_time": 90, "scope": "read write", "resource": "https://orders.example",
        });
        let claims = read(&good).unwrap();
        assert_eq!((claims.client_id.as_str(), claims.resources.len()), ("agent", 1));
        assert_eq!(claims.scope.map(|scope| scope.to_string()).as_deref(), Some("read write"));
        assert_eq!(claims.auth_time, Some(Timestamp::from_seconds(90)));
        let with = |name: &str, value: Value| {
            let mut changed = good.clone();
            changed[name] = value;
            read(&changed)
        };
        let list = with("resource", json!(["https://orders.example", "urn:b"]));
        assert_eq!(list.map(|claims| claims.resources.len()), Some(2));
        for (name, value) in [
            ("resource", json!("orders")),
            ("resource", json!([1])),
            ("resource", json!({})),
            ("scope", json!(["read"])),
            ("scope", json!("\"")),
            ("sub", json!(1)),
            ("aud", json!(1)),
            ("exp", json!("soon")),
        ] {
            assert!(with(name, value.clone()).is_none(), "{name}: {value}");
        }
        assert_eq!(with("client_id", json!(1)).map(|claims| claims.client_id).as_deref(), Some(""));
    }
}
