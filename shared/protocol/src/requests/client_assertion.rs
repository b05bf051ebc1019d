//! The form of a client's assertion (RFC 7521 §4.2, RFC 7523 §2.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::values::names::ClientId;
use crate::values::secret::Secret;

/// The maximum length, enough for a 4096-bit RSA signature and all plausible claims.
const MAX_BYTES: usize = 8 * 1024;

/// A JWT with which a client authenticates. The client that it names is not yet verified.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    client_id: ClientId,
    jwt: Secret,
}

/// The error for a text that is not a compact JWT with a possible client identifier in `sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JWT whose sub is a client_id")]
pub struct MalformedAssertion;

/// The claims that tell whose assertion it is.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) iss: Option<String>,
    pub(crate) sub: String,
}

impl ClientAssertion {
    /// The `client_assertion_type` of JWTs (RFC 7523 §2.2).
    pub const TYPE: &'static str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// Reads the compact form (RFC 7515 §3.1), up to 8 KiB. The client is the one named by `sub` (RFC 7523 §3).
    ///
    /// # Errors
    /// [`MalformedAssertion`] when it is not a compact JWT, or names no client.
    pub fn parse(jwt: &str) -> Result<Self, MalformedAssertion> {
        let named = payload(jwt)?;
        let client_id = ClientId::parse(&named.sub).map_err(|_| MalformedAssertion)?;
        Ok(Self { client_id, jwt: Secret::new(jwt.to_owned()) })
    }

    /// The client that the assertion names, unverified.
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The assertion as it was sent.
    pub const fn jwt(&self) -> &Secret {
        &self.jwt
    }
}

/// Reads the claims that tell whose assertion it is, unverified.
pub(crate) fn payload(jwt: &str) -> Result<Named, MalformedAssertion> {
    let parts: Vec<&str> = jwt.split('.').collect();
    let (true, [_, payload, _]) = (jwt.len() <= MAX_BYTES, parts.as_slice()) else {
        return Err(MalformedAssertion);
    };
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| MalformedAssertion)?;
    serde_json::from_slice(&payload).map_err(|_| MalformedAssertion)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn an_assertion_names_the_client_of_its_sub() {
        let assertion = ClientAssertion::parse(&jwt(r#"{"iss":"other","sub":"orders"}"#)).unwrap();
        assert_eq!(assertion.client_id().as_str(), "orders");
        assert_eq!(assertion.jwt().expose(), jwt(r#"{"iss":"other","sub":"orders"}"#));
        assert!(!format!("{assertion:?}").contains("e30"));
    }

    #[test]
    fn what_names_nobody_is_none() {
        let good = jwt(r#"{"sub":"orders"}"#);
        let long = format!("{{\"sub\":\"orders\",\"x\":\"{}\"}}", "a".repeat(MAX_BYTES));
        let rows = [
            "",
            ".",
            "..",
            "a.b.c",
            &good.replace('.', ""),
            &format!("{good}.x"),
            &format!("{good} ."),
            &jwt("{}"),
            &jwt("[]"),
            &jwt(r#"{"sub":7}"#),
            &jwt(r#"{"sub":""}"#),
            &jwt(r#"{"sub":"a b"}"#),
            &jwt(r#"{"sub":"a","sub":"b"}"#),
            &jwt(r#"{"sub":"usr_AAAAAAAAAAAAAAAAAAAAAA"}"#),
            &jwt(&long),
        ];
        for text in rows {
            assert!(ClientAssertion::parse(text).is_err(), "{text}");
        }
        assert!(ClientAssertion::parse(&good).is_ok());
        // Unused members are skipped, however deeply nested they are.
        let deep = format!("{{\"a\":{}{},\"sub\":\"orders\"}}", "[".repeat(2500), "]".repeat(2500));
        assert!(ClientAssertion::parse(&jwt(&deep)).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9_=+/-]{0,40}([.][A-Za-z0-9_=-]{0,60}){0,4}") {
            let _ = ClientAssertion::parse(&text);
        }
    }
}
