//! The form of an assertion that another issuer made for a client: a token of a workload platform.

use crate::requests::client_assertion::{ClientAssertion, payload};
use crate::requests::client_authentication_error::ClientAuthenticationError;
use crate::requests::identity_assertion::IdentityAssertion;
use crate::values::issuer_url::IssuerUrl;
use crate::values::names::ClientId;
use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

const MAX_SUBJECT_BYTES: usize = 1024;
/// The parameters of other ways of client authentication.
const OTHER_WAYS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// A JWT of another issuer that authenticates a client. Nothing in it is verified yet.
#[derive(Clone, Debug)]
pub struct FederatedAssertion {
    issuer: IssuerUrl,
    subject: String,
    client_id: Option<ClientId>,
    jwt: Secret,
}

impl FederatedAssertion {
    /// The `client_assertion_type` of a SPIFFE JWT-SVID (draft-ietf-oauth-spiffe-client-auth §3.1).
    pub const SPIFFE_TYPE: &'static str = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";
    /// The `grant_type` by which a workload may send its assertion instead (RFC 7523 §2.1, as MCP does).
    pub const GRANT_TYPE: &'static str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// Reads an assertion of type `kind` that another issuer made: its `iss` is a URL and not its `sub`, or its `sub`
    /// is a SPIFFE ID. The trust domain vouches for a SPIFFE ID, whatever `iss` says (JWT-SVID §3). Returns `None` for
    /// one that a client made itself.
    ///
    /// # Errors
    /// [`ClientAuthenticationError::MalformedAssertion`] when it can be neither.
    pub(crate) fn read(
        kind: &str,
        jwt: &str,
        client_id: Option<&ClientId>,
    ) -> Result<Option<Self>, ClientAuthenticationError> {
        let malformed = ClientAuthenticationError::MalformedAssertion;
        let named = payload(jwt).map_err(|_| malformed)?;
        let issuer = if IssuerUrl::is_for_spiffe_id(&named.sub) {
            Some(IssuerUrl::of_spiffe_id(&named.sub).ok_or(malformed)?)
        } else {
            let other = named.iss.filter(|iss| *iss != named.sub && kind == ClientAssertion::TYPE);
            other.and_then(|iss| IssuerUrl::parse(&iss).ok())
        };
        match issuer {
            Some(_) if !is_subject(&named.sub) => Err(malformed),
            Some(issuer) => {
                let (client_id, jwt) = (client_id.cloned(), Secret::new(jwt.to_owned()));
                Ok(Some(Self { issuer, subject: named.sub, client_id, jwt }))
            }
            None if kind == Self::SPIFFE_TYPE => Err(malformed),
            None => Ok(None),
        }
    }

    /// Returns whether a token request has the form of a workload's: `grant_type` is [`Self::GRANT_TYPE`], and the client
    /// names itself and does not authenticate in another way.
    pub(crate) fn is_in(body: &Parameters) -> bool {
        body.one("grant_type") == Ok(Some(Self::GRANT_TYPE))
            && !IdentityAssertion::is_in(body)
            && body.has("client_id")
            && body.has("assertion")
            && !OTHER_WAYS.into_iter().any(|name| body.has(name))
    }

    /// Reads the assertion of a token request whose `grant_type` is [`Self::GRANT_TYPE`]. The client names itself, and
    /// does not authenticate in another way.
    ///
    /// # Errors
    /// [`ClientAuthenticationError`] when the client is not named, or authenticates in another way, or the assertion is
    /// not of another issuer.
    pub fn of_grant(authorization: Option<&str>, body: &Parameters) -> Result<Self, ClientAuthenticationError> {
        if authorization.is_some() || OTHER_WAYS.into_iter().any(|name| body.has(name)) {
            return Err(ClientAuthenticationError::SeveralMethods);
        }
        let client_id = body.one("client_id")?.ok_or(ClientAuthenticationError::Missing)?;
        let client_id = ClientId::parse(client_id).map_err(|_| ClientAuthenticationError::MalformedCredentials)?;
        let malformed = ClientAuthenticationError::MalformedAssertion;
        let jwt = body.one("assertion")?.ok_or(malformed)?;
        Self::read(ClientAssertion::TYPE, jwt, Some(&client_id))?.ok_or(malformed)
    }

    /// The issuer that the assertion names, or the trust domain of its subject.
    pub const fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// The subject that the assertion names.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The client that the request names. It is optional, because issuer and subject lead to a client.
    pub const fn client_id(&self) -> Option<&ClientId> {
        self.client_id.as_ref()
    }

    /// The assertion as it was sent.
    pub const fn jwt(&self) -> &Secret {
        &self.jwt
    }
}

/// Returns whether an issuer may call a workload like this.
pub fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn read(kind: &str, claims: &str) -> Result<Option<FederatedAssertion>, ClientAuthenticationError> {
        FederatedAssertion::read(kind, &jwt(claims), None)
    }

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn c221_an_assertion_is_of_another_issuer_if_its_iss_is_a_url_or_its_sub_a_spiffe_id() {
        let (bearer, spiffe) = (ClientAssertion::TYPE, FederatedAssertion::SPIFFE_TYPE);
        let rows = [
            (bearer, r#"{"iss":"https://i.example","sub":"arn:aws:iam::1:role/a"}"#, Some("https://i.example")),
            (bearer, r#"{"sub":"spiffe://t.example/a"}"#, Some("spiffe://t.example")),
            (spiffe, r#"{"sub":"spiffe://t.example/a"}"#, Some("spiffe://t.example")),
            (spiffe, r#"{"iss":"https://spire.example","sub":"spiffe://t.example/a"}"#, Some("spiffe://t.example")),
            (bearer, r#"{"iss":"orders","sub":"orders"}"#, None),
            (bearer, r#"{"iss":"other","sub":"orders"}"#, None),
            (bearer, r#"{"iss":"https://app.example/c","sub":"https://app.example/c"}"#, None),
            (bearer, r#"{"sub":"orders"}"#, None),
        ];
        for (kind, claims, issuer) in rows {
            let told = read(kind, claims).unwrap();
            assert_eq!(told.as_ref().map(|told| told.issuer().as_str()), issuer, "{claims}");
        }
        for (kind, claims) in [
            (spiffe, r#"{"iss":"https://i.example","sub":"a"}"#),
            (spiffe, r#"{"sub":"orders"}"#),
            (bearer, r#"{"sub":"spiffe://t.example"}"#),
            (bearer, r#"{"iss":7,"sub":"a"}"#),
            (bearer, r#"{"iss":"https://i.example"}"#),
            (bearer, r#"{"iss":"https://i.example","sub":"a\u0000"}"#),
            (bearer, r#"{"iss":"https://i.example","sub":""}"#),
        ] {
            assert!(read(kind, claims).is_err(), "{claims}");
        }
    }

    #[test]
    fn c221_a_token_request_is_a_workloads_if_the_client_names_itself_and_does_nothing_else() {
        let is_in = |body: &str| FederatedAssertion::is_in(&Parameters::parse(body.as_bytes()).unwrap());
        let (kind, jwt) = (FederatedAssertion::GRANT_TYPE, jwt(r#"{"iss":"https://i.example","sub":"a"}"#));
        let good = format!("grant_type={kind}&client_id=orders&assertion={jwt}");
        assert!(is_in(&good));
        let person = URL_SAFE_NO_PAD.encode(r#"{"typ":"oauth-id-jag+jwt"}"#);
        for other in [
            format!("grant_type=client_credentials&client_id=orders&assertion={jwt}"),
            format!("client_id=orders&assertion={jwt}"),
            format!("grant_type={kind}&assertion={jwt}"),
            format!("grant_type={kind}&client_id=orders"),
            format!("{good}&client_secret=x"),
            format!("{good}&client_assertion=x"),
            format!("{good}&client_assertion_type=x"),
            format!("grant_type={kind}&client_id=orders&assertion={person}.e30.c2ln"),
        ] {
            assert!(!is_in(&other), "{other}");
        }
    }

    #[test]
    fn c221_a_subject_is_a_text_of_bounded_length_without_controls() {
        for good in ["a", "arn:aws:iam::1:role/a", "\u{e4}", &"a".repeat(1024)] {
            assert!(is_subject(good), "{good}");
        }
        for bad in ["", "a\n", "\u{7f}", &"a".repeat(1025)] {
            assert!(!is_subject(bad), "{bad:?}");
        }
    }

    #[test]
    fn c221_the_assertion_of_a_grant_comes_with_a_client_id_and_nothing_else() {
        use ClientAuthenticationError as E;
        let jwt = jwt(r#"{"iss":"https://i.example","sub":"a"}"#);
        let told = |authorization, body: &str| {
            let read = FederatedAssertion::of_grant(authorization, &Parameters::parse(body.as_bytes()).unwrap());
            read.map(|told| told.client_id().map(ClientId::to_string))
        };
        let good = format!("client_id=orders&assertion={jwt}");
        assert_eq!(told(None, &good), Ok(Some("orders".to_owned())));
        for (authorization, body, why) in [
            (None, format!("assertion={jwt}"), E::Missing),
            (None, "client_id=orders".to_owned(), E::MalformedAssertion),
            (None, format!("{good}&client_secret=x"), E::SeveralMethods),
            (Some("Basic YTpi"), good.clone(), E::SeveralMethods),
            (None, format!("client_id=orders&assertion={}", self::jwt(r#"{"sub":"orders"}"#)), E::MalformedAssertion),
        ] {
            assert_eq!(told(authorization, &body), Err(why), "{body}");
        }
    }
}
