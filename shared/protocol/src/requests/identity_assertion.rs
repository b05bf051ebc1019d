//! The form of an identity assertion (ID-JAG): an identity provider says who a person is to the authorization server of
//! another company's APIs (draft-ietf-oauth-identity-assertion-authz-grant §3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::requests::client_assertion::payload;
use crate::values::grant_type::GrantType;
use crate::values::issuer_url::IssuerUrl;
use crate::values::jose_type::jose_type;
use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

/// An assertion whose issuer is known. Nothing in it is verified yet.
#[derive(Clone, Debug)]
pub struct IdentityAssertion {
    issuer: IssuerUrl,
    jwt: Secret,
}

/// The error for a text that is not a JWT of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JWT whose iss is the URL of an issuer")]
pub struct MalformedIdentityAssertion;

#[derive(Deserialize)]
struct Head {
    typ: Option<String>,
}

impl IdentityAssertion {
    /// The `typ` of its header.
    pub const TYPE: &'static str = "oauth-id-jag+jwt";
    /// The name of the profile in the metadata (`authorization_grant_profiles_supported`).
    pub const PROFILE: &'static str = "urn:ietf:params:oauth:grant-profile:id-jag";

    /// Reads the issuer of an assertion.
    ///
    /// # Errors
    /// [`MalformedIdentityAssertion`] when it is not a compact JWT, or names no issuer.
    pub fn parse(jwt: &Secret) -> Result<Self, MalformedIdentityAssertion> {
        let named = payload(jwt.expose()).map_err(|_| MalformedIdentityAssertion)?;
        let issuer = named.iss.and_then(|iss| IssuerUrl::parse(&iss).ok()).ok_or(MalformedIdentityAssertion)?;
        Ok(Self { issuer, jwt: jwt.clone() })
    }

    /// Returns whether a token request brings one, and no assertion of a workload.
    pub(crate) fn is_in(body: &Parameters) -> bool {
        let assertion = body.one("assertion").ok().flatten();
        body.one("grant_type") == Ok(Some(GrantType::JwtBearer.as_str()))
            && assertion.and_then(typ).is_some_and(|typ| typ == Self::TYPE)
    }

    /// The issuer that the assertion names.
    pub const fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// The assertion as it was sent.
    pub const fn jwt(&self) -> &Secret {
        &self.jwt
    }
}

/// Returns the `typ` of a JWT.
fn typ(jwt: &str) -> Option<String> {
    let (header, _) = jwt.split_once('.')?;
    let header: Head = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    header.typ.as_deref().map(jose_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn c226_an_identity_assertion_is_told_by_its_type_from_that_of_a_workload() {
        let is_in = |grant_type: &str, header: &str| {
            let body = format!("grant_type={grant_type}&assertion={}", jwt(header, "{}"));
            IdentityAssertion::is_in(&Parameters::parse(body.as_bytes()).unwrap())
        };
        let grant_type = GrantType::JwtBearer.as_str();
        for typ in ["oauth-id-jag+jwt", "OAuth-ID-JAG+JWT", "application/oauth-id-jag+jwt"] {
            let header = format!("{{\"typ\":\"{typ}\"}}");
            assert!(is_in(grant_type, &header), "{typ}");
            assert!(!is_in("client_credentials", &header), "{typ}");
        }
        for header in ["{}", "{\"typ\":\"JWT\"}", "{\"typ\":\"application/jwt\"}", "{\"typ\":1}", "x"] {
            assert!(!is_in(grant_type, header), "{header}");
        }
    }

    #[test]
    fn c226_an_identity_assertion_names_its_issuer() {
        let parse = |text: &str| IdentityAssertion::parse(&Secret::new(text.to_owned()));
        let good = parse(&jwt("{}", r#"{"iss":"https://idp.example","sub":"x"}"#)).unwrap();
        assert_eq!(good.issuer().as_str(), "https://idp.example");
        assert!(!format!("{good:?}").contains("c2ln"));
        for bad in [
            "a.b.c".to_owned(),
            jwt("{}", "{}"),
            jwt("{}", r#"{"sub":"x"}"#),
            jwt("{}", r#"{"iss":"idp","sub":"x"}"#),
            format!("{}.x", jwt("{}", r#"{"iss":"https://idp.example","sub":"x"}"#)),
        ] {
            assert_eq!(parse(&bad).map(drop), Err(MalformedIdentityAssertion), "{bad}");
        }
    }
}
