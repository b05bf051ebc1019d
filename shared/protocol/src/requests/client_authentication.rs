//! Client authentication in a request (RFC 6749 §2.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::requests::client_assertion::ClientAssertion;
use crate::requests::client_authentication_error::ClientAuthenticationError;
use crate::requests::federated_assertion::FederatedAssertion;
use crate::values::names::ClientId;
use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

/// The parameters that authenticate a client. They are never stored with a request.
pub const CREDENTIAL_PARAMETERS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

const MAX_SECRET_BYTES: usize = 1024;

/// The credentials that a client presented, before they are verified.
#[derive(Clone, Debug)]
pub enum PresentedClient {
    /// `client_secret_basic`: identifier and secret in the `Authorization` header. The secret is not empty.
    Basic(ClientId, Secret),
    /// `client_secret_post`: identifier and secret in the body.
    Post(ClientId, Secret),
    /// `private_key_jwt` or `client_secret_jwt`: the client's registration decides between the two.
    Assertion(ClientAssertion),
    /// `private_key_jwt` by a token that another issuer made for the client.
    Federated(FederatedAssertion),
    /// The client identifier alone: method `none`. Some libraries send that of a public client as HTTP Basic with an
    /// empty password (RFC 6749 §2.3.1: an empty secret may be omitted).
    Named(ClientId),
}

impl PresentedClient {
    /// Reads the credentials from the `Authorization` header and the body.
    ///
    /// # Errors
    /// [`ClientAuthenticationError`] when the credentials are missing, malformed, or of several methods.
    pub fn parse(authorization: Option<&str>, body: &Parameters) -> Result<Self, ClientAuthenticationError> {
        let client_id = body.one("client_id")?;
        let client_secret = body.one("client_secret")?;
        let (kind, assertion) = (body.one("client_assertion_type")?, body.one("client_assertion")?);
        let asserts = kind.is_some() || assertion.is_some();
        let methods = [authorization.is_some(), client_secret.is_some(), asserts];
        if methods.into_iter().filter(|used| *used).count() > 1 {
            return Err(ClientAuthenticationError::SeveralMethods);
        }
        if asserts {
            return from_assertion(kind, assertion, client_id);
        }
        match (authorization, client_id, client_secret) {
            (Some(header), named, _) => from_header(header, named),
            (None, Some(id), Some(secret)) => Ok(Self::Post(parse_id(id)?, parse_secret(secret)?)),
            (None, Some(id), None) => Ok(Self::Named(parse_id(id)?)),
            (None, None, _) => Err(ClientAuthenticationError::Missing),
        }
    }

    /// The client named by the credentials, unverified. A token of another issuer need not name one.
    pub fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::Basic(id, _) | Self::Post(id, _) | Self::Named(id) => Some(id),
            Self::Assertion(assertion) => Some(assertion.client_id()),
            Self::Federated(assertion) => assertion.client_id(),
        }
    }

    /// Returns whether another issuer made the assertion.
    pub const fn is_federated(&self) -> bool {
        matches!(self, Self::Federated(_))
    }

    /// The secret that the client presented, if any.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Basic(_, secret) | Self::Post(_, secret) => Some(secret),
            Self::Assertion(_) | Self::Federated(_) | Self::Named(_) => None,
        }
    }
}

fn from_assertion(
    kind: Option<&str>,
    jwt: Option<&str>,
    named: Option<&str>,
) -> Result<PresentedClient, ClientAuthenticationError> {
    let malformed = ClientAuthenticationError::MalformedAssertion;
    let kinds = [ClientAssertion::TYPE, FederatedAssertion::SPIFFE_TYPE];
    let kind = kind.filter(|kind| kinds.contains(kind)).ok_or(malformed)?;
    let jwt = jwt.ok_or(malformed)?;
    let named_client = named.map(parse_id).transpose()?;
    if let Some(federated) = FederatedAssertion::read(kind, jwt, named_client.as_ref())? {
        return Ok(PresentedClient::Federated(federated));
    }
    let assertion = ClientAssertion::parse(jwt).map_err(|_| malformed)?;
    // RFC 7521 §4.2: the parameter is optional, and must identify the same client.
    if named.is_some_and(|named| named != assertion.client_id().as_str()) {
        return Err(ClientAuthenticationError::TwoClients);
    }
    Ok(PresentedClient::Assertion(assertion))
}

fn from_header(header: &str, named: Option<&str>) -> Result<PresentedClient, ClientAuthenticationError> {
    let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        return Err(ClientAuthenticationError::BearerCredentials);
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(ClientAuthenticationError::UnsupportedScheme);
    }
    let decoded = STANDARD
        .decode(credentials.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(Secret::new)
        .ok_or(ClientAuthenticationError::MalformedBasic)?;
    let (id, secret) = decoded.expose().split_once(':').ok_or(ClientAuthenticationError::MalformedBasic)?;
    let id = form_decoded(id, parse_id)?;
    if named.is_some_and(|named| named != id.as_str()) {
        return Err(ClientAuthenticationError::TwoClients);
    }
    if secret.is_empty() {
        return Ok(PresentedClient::Named(id));
    }
    Ok(PresentedClient::Basic(id, form_decoded(secret, parse_secret)?))
}

/// Decodes one part, then parses it: both are form-urlencoded before they are joined (RFC 6749 §2.3.1 with appendix
/// B). Most contain nothing to decode.
fn form_decoded<T>(
    text: &str,
    parse: fn(&str) -> Result<T, ClientAuthenticationError>,
) -> Result<T, ClientAuthenticationError> {
    if !text.contains(['+', '%']) {
        return parse(text);
    }
    let spaced = Secret::new(text.replace('+', " "));
    let decoded = percent_decode_str(spaced.expose()).decode_utf8();
    let decoded = decoded.map_err(|_| ClientAuthenticationError::MalformedBasic)?;
    parse(Secret::new(decoded.into_owned()).expose())
}

fn parse_id(text: &str) -> Result<ClientId, ClientAuthenticationError> {
    ClientId::parse(text).map_err(|_| ClientAuthenticationError::MalformedCredentials)
}

fn parse_secret(text: &str) -> Result<Secret, ClientAuthenticationError> {
    if text.len() > MAX_SECRET_BYTES {
        return Err(ClientAuthenticationError::MalformedCredentials);
    }
    Ok(Secret::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn parse(authorization: Option<&str>, body: &str) -> Result<PresentedClient, ClientAuthenticationError> {
        PresentedClient::parse(authorization, &Parameters::parse(body.as_bytes()).unwrap())
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn c066_basic_credentials_are_form_decoded() {
        let presented = parse(Some(&basic("a%3Ab:p%25+q%2B")), "").unwrap();
        assert!(matches!(&presented, PresentedClient::Basic(id, secret)
            if id.as_str() == "a:b" && secret.expose() == "p% q+"));
    }

    #[test]
    fn c176_an_empty_password_names_the_client_and_is_still_the_only_method() {
        for (header, body) in
            [(Some(basic("spa:")), ""), (Some(basic("spa:")), "client_id=spa"), (None, "client_id=spa")]
        {
            let presented = parse(header.as_deref(), body).unwrap();
            assert!(matches!(&presented, PresentedClient::Named(id) if id.as_str() == "spa"), "{body}");
            assert!(presented.secret().is_none());
        }
        let header = basic("spa:");
        let more = [
            ("client_secret=x", ClientAuthenticationError::SeveralMethods),
            ("client_id=spa&client_secret=x", ClientAuthenticationError::SeveralMethods),
            ("client_assertion=x", ClientAuthenticationError::SeveralMethods),
            ("client_id=other", ClientAuthenticationError::TwoClients),
        ];
        for (body, why) in more {
            assert_eq!(parse(Some(&header), body).err(), Some(why), "{body}");
        }
        for blank in ["spa:%20", "spa:+", "spa: "] {
            assert!(parse(Some(&basic(blank)), "").unwrap().secret().is_some(), "{blank}");
        }
    }

    #[test]
    fn c065_more_than_one_method_is_refused() {
        let header = basic("a:b");
        for body in ["client_id=a&client_secret=b", "client_secret=b", "client_assertion=x", "client_assertion_type=x"]
        {
            assert_eq!(parse(Some(&header), body).err(), Some(ClientAuthenticationError::SeveralMethods), "{body}");
        }
        let secret_and_assertion = "client_id=a&client_secret=b&client_assertion=x";
        assert_eq!(parse(None, secret_and_assertion).err(), Some(ClientAuthenticationError::SeveralMethods));
    }

    #[test]
    fn c070_an_assertion_comes_with_its_type_and_names_one_client() {
        use ClientAuthenticationError as E;
        let kind = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode("{\"sub\":\"orders\"}"));
        let whole = format!("{kind}&client_assertion={jwt}");
        for body in [&whole, &format!("{whole}&client_id=orders")] {
            let presented = parse(None, body).unwrap();
            assert!(matches!(&presented, PresentedClient::Assertion(_)) && presented.secret().is_none(), "{body}");
            assert_eq!(presented.client_id().map(ClientId::as_str), Some("orders"));
        }
        let rows = [
            (kind.to_owned(), E::MalformedAssertion),
            (format!("client_assertion={jwt}"), E::MalformedAssertion),
            (format!("{kind}&client_assertion=a.b.c"), E::MalformedAssertion),
            (whole.replace("jwt-bearer", "saml2-bearer"), E::MalformedAssertion),
            (format!("{whole}&client_id=other"), E::TwoClients),
            (format!("{whole}&client_secret=x"), E::SeveralMethods),
            (format!("{whole}&client_assertion={jwt}"), E::Repeated),
        ];
        for (body, why) in rows {
            assert_eq!(parse(None, &body).err(), Some(why), "{body}");
        }
        assert_eq!(parse(Some(&basic("orders:x")), &whole).err(), Some(E::SeveralMethods));
    }

    #[test]
    fn each_malformed_presentation_is_told_apart() {
        use ClientAuthenticationError as E;
        let rows: [(Option<String>, &str, E); 9] = [
            (None, "", E::Missing),
            (None, "client_secret=b", E::Missing),
            (Some("Bearer a:b".to_owned()), "", E::BearerCredentials),
            (Some("bearer a:b".to_owned()), "client_id=a", E::BearerCredentials),
            (Some("Digest x".to_owned()), "", E::UnsupportedScheme),
            (Some("Basic !!".to_owned()), "", E::MalformedBasic),
            (Some(basic("no-colon")), "", E::MalformedBasic),
            (Some(basic("a:b")), "client_id=c", E::TwoClients),
            (None, "client_id=a&client_id=a", E::Repeated),
        ];
        for (header, body, why) in rows {
            assert_eq!(parse(header.as_deref(), body).err(), Some(why), "{header:?} {body}");
        }
        assert!(parse(Some(&basic("a:b")), "client_id=a").is_ok());
        let secret = |bytes: usize| "s".repeat(bytes);
        for (header, body) in [
            (Some(basic(&format!("a:{}", secret(1025)))), String::new()),
            (None, format!("client_id=a&client_secret={}", secret(1025))),
        ] {
            assert_eq!(parse(header.as_deref(), &body).err(), Some(E::MalformedCredentials));
        }
        assert!(parse(Some(&basic(&format!("a:{}", secret(1024)))), "").is_ok());
    }
}
