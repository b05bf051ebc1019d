//! Identity assertions of other issuers (ID-JAG): verifies the signature and reads the claims.

use grants::{AssertionAlgorithm, AssertionClaims, ClientKey, Confirmation, IdentityClaims, Refusal, Timestamp};
use protocol::{Cnf, IdentityAssertion, Resource, Scope, Secret, is_subject};
use serde_json::{Map, Value};

use crate::clients::assertion::{NumericDate, SignedAssertion, UnreadableAssertion, Written};
use crate::clients::members::Members;

/// An identity assertion whose signature is not yet verified.
pub struct SignedIdentity<'j>(SignedAssertion<'j>);

impl<'j> SignedIdentity<'j> {
    /// Reads the header of an assertion, whose `typ` must say what it is.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not a JWT of this kind, or its algorithm is not verified here.
    pub fn parse(jwt: &'j Secret) -> Result<Self, Refusal> {
        let read = SignedAssertion::of_named_types(jwt, &[IdentityAssertion::TYPE]);
        read.map(Self).map_err(|unreadable| match unreadable {
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
    let auth_time = members.get("auth_time").filter(|time| !time.is_null());
    let auth_time = auth_time.map(|time| sign_in_time(time).ok_or(())).transpose().ok()?;
    let resources = resources(members.get("resource"))?;
    let tenant = match members.get("tenant") {
        None => None,
        Some(tenant) => Some(tenant.as_str().filter(|text| is_subject(text))?.to_owned()),
    };
    let confirmation = match members.get("cnf") {
        None => None,
        // One that is not understood must not be dropped: the assertion would be anybody's.
        Some(cnf) => Some(Confirmation::of_cnf(&serde_json::from_value::<Cnf>(cnf.clone()).ok()?)?),
    };
    let has_details = members.contains_key("authorization_details");
    let written: Written = serde_json::from_value(Value::Object(members)).ok()?;
    let AssertionClaims { issuer, subject, audience, expires_at, issued_at, not_before, id } = written.claims();
    if !is_subject(&subject) {
        return None;
    }
    Some(IdentityClaims {
        issuer,
        subject,
        tenant,
        audience,
        client_id,
        expires_at,
        issued_at,
        not_before,
        auth_time,
        id,
        scope,
        resources,
        has_details,
        confirmation,
    })
}

/// Reads `auth_time`. One that is not understood must not be dropped: the sign-in would seem as new as the assertion.
fn sign_in_time(value: &Value) -> Option<Timestamp> {
    value.as_f64().filter(|seconds| *seconds >= 0.0)?;
    let time: NumericDate = serde_json::from_value(value.clone()).ok()?;
    Some(time.rounded(f64::floor))
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

    /// The claims of a good assertion.
    fn good() -> Value {
        json!({
            "iss": "https://idp.example", "sub": "ana", "aud": "https://issuer.example", "client_id": "agent", "jti": "j",
            "exp": 200, "iat": 100, "auth_time": 90, "scope": "read write", "resource": "https://orders.example",
        })
    }

    fn with(name: &str, value: Value) -> Option<IdentityClaims> {
        let mut changed = good();
        changed[name] = value;
        read(&changed)
    }

    #[test]
    fn c226_the_tenant_the_key_and_the_details_of_an_identity_assertion_are_not_dropped() {
        let jkt = json!("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        let cnf = with("cnf", json!({ "jkt": jkt })).and_then(|claims| claims.confirmation);
        assert_eq!(cnf.map(|cnf| json!(cnf.to_cnf().jkt)), Some(jkt));
        let tenant = with("tenant", json!("acme")).and_then(|claims| claims.tenant);
        assert_eq!(tenant.as_deref(), Some("acme"));
        assert!(with("authorization_details", json!([])).is_some_and(|claims| claims.has_details));
        let none = read(&good()).unwrap();
        assert!(none.confirmation.is_none() && none.tenant.is_none() && !none.has_details);
    }

    #[test]
    fn c226_the_claims_of_an_identity_assertion_are_read_or_it_is_none() {
        let good = good();
        let claims = read(&good).unwrap();
        assert_eq!((claims.client_id.as_str(), claims.resources.len()), ("agent", 1));
        assert_eq!(claims.scope.map(|scope| scope.to_string()).as_deref(), Some("read write"));
        assert_eq!(claims.auth_time, Some(Timestamp::from_seconds(90)));
        let list = with("resource", json!(["https://orders.example", "urn:b"]));
        assert_eq!(list.map(|claims| claims.resources.len()), Some(2));
        for (name, value) in [
            ("resource", json!("orders")),
            ("resource", json!([1])),
            ("resource", json!({})),
            ("scope", json!(["read"])),
            ("scope", json!("\"")),
            ("sub", json!(1)),
            ("sub", json!("")),
            ("sub", json!("acme\nana")),
            ("aud", json!(1)),
            ("exp", json!("soon")),
            ("auth_time", json!("90")),
            ("auth_time", json!(-1)),
            ("auth_time", json!(-0.5)),
            ("auth_time", json!(true)),
            ("auth_time", json!([90])),
            ("auth_time", json!({})),
            ("tenant", json!(1)),
            ("tenant", json!("")),
            ("tenant", json!("a\n")),
            ("cnf", json!("key")),
            ("cnf", json!({"jkt": "short"})),
            ("cnf", json!({"x5t#S256": "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"})),
        ] {
            assert!(with(name, value.clone()).is_none(), "{name}: {value}");
        }
        assert_eq!(with("client_id", json!(1)).map(|claims| claims.client_id).as_deref(), Some(""));
    }

    #[test]
    fn c226_the_sign_in_of_an_identity_assertion_is_never_newer_than_it_says() {
        for (value, seconds) in [(json!(90), 90), (json!(90.5), 90), (json!(90.999), 90), (json!(0), 0)] {
            let read = with("auth_time", value.clone()).map(|claims| claims.auth_time);
            assert_eq!(read, Some(Some(Timestamp::from_seconds(seconds))), "{value}");
        }
        assert_eq!(with("auth_time", Value::Null).map(|claims| claims.auth_time), Some(None));
    }
}
