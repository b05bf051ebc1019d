//! The machine requests: parameters, token requests, queries about tokens, and client authentication.
//!
//! The first line is the `Authorization` header, empty for none; the rest is the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use protocol::{
    ClientAssertion, ClientId, FederatedAssertion, LegacyGrants, MAX_FORM_BYTES, Parameters, PresentedClient,
    TokenErrorCode, TokenQuery, TokenRequest,
};
use url::form_urlencoded;

/// The error codes of RFC 6749 §5.2 and RFC 8707 §2; the form of a request never causes any other.
pub(crate) const CODES: [&str; 7] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
];

/// Fuzzes the reading of a header and a form.
pub(crate) fn target(data: &[u8]) {
    let (header, body) = crate::split_line(data);
    let header = HeaderValue::from_bytes(header).ok();
    let header = header.as_ref().and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    let Ok(form) = Parameters::parse(body) else { return };
    assert_same_parameters(&form, body);
    for legacy in [LegacyGrants::default(), LegacyGrants { implicit: true, password: true }] {
        token_request(&form, legacy);
    }
    match TokenQuery::parse(&form) {
        Ok(query) => assert_eq!(form.one("token"), Ok(Some(query.token.expose()))),
        Err(error) => assert_registered(error.code()),
    }
    match PresentedClient::parse(header, &form) {
        Ok(presented) => presented_client(&presented, header, &form),
        Err(error) => assert_registered(error.code()),
    }
}

/// Asserts that another parser sees the same parameters, and that their canonical form parses to the same form.
pub(crate) fn assert_same_parameters(form: &Parameters, body: &[u8]) {
    for (name, value) in form_urlencoded::parse(body) {
        assert_eq!(form.all(&name).any(|known| known == value), !value.is_empty(), "{name}");
    }
    let query = form.to_query();
    if query.len() <= MAX_FORM_BYTES {
        let again = Parameters::parse(query.as_bytes()).expect("what was written can be read");
        assert_eq!(again.to_query(), query);
        assert!(again.without_repeats().is_ok() || form.without_repeats().is_err());
    }
}

fn token_request(form: &Parameters, legacy: LegacyGrants) {
    match TokenRequest::parse(form, legacy) {
        Ok(request) => {
            assert!(legacy.offer(request.grant_type()) && form.without_repeats().is_ok());
            let is_workload = matches!(request, TokenRequest::Workload { .. });
            let name = if is_workload { FederatedAssertion::GRANT_TYPE } else { request.grant_type().as_str() };
            assert_eq!(form.one("grant_type"), Ok(Some(name)));
        }
        Err(error) => assert_registered(error.code()),
    }
}

fn presented_client(presented: &PresentedClient, header: Option<&str>, form: &Parameters) {
    let named = form.one("client_id").expect("a client_id at most once");
    let secret = form.one("client_secret").expect("a client_secret at most once");
    let is_assertion = matches!(presented, PresentedClient::Assertion(_) | PresentedClient::Federated(_));
    assert_eq!(form.has("client_assertion"), is_assertion);
    let id = presented.client_id().map(ClientId::as_str).unwrap_or_default();
    match presented {
        PresentedClient::Basic(_, basic) => {
            assert!(header.is_some() && secret.is_none() && named.is_none_or(|named| named == id));
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encode(id), encode(basic.expose()));
            let again = PresentedClient::parse(Some(&format!("Basic {}", STANDARD.encode(pair))), form);
            assert!(matches!(&again, Ok(PresentedClient::Basic(same, same_secret))
                if same.as_str() == id && same_secret.expose() == basic.expose()));
        }
        PresentedClient::Post(_, post) => {
            assert_eq!((header, named, secret), (None, Some(id), Some(post.expose())));
        }
        PresentedClient::Assertion(assertion) => {
            assert!(header.is_none() && secret.is_none() && named.is_none_or(|named| named == id));
            assert_eq!(form.one("client_assertion_type"), Ok(Some(ClientAssertion::TYPE)));
            assert_eq!(form.one("client_assertion"), Ok(Some(assertion.jwt().expose())));
        }
        PresentedClient::Federated(assertion) => {
            assert!(header.is_none() && secret.is_none() && named.unwrap_or_default() == id);
            let kinds = [ClientAssertion::TYPE, FederatedAssertion::SPIFFE_TYPE];
            assert!(form.one("client_assertion_type").is_ok_and(|kind| kind.is_some_and(|kind| kinds.contains(&kind))));
            assert_eq!(form.one("client_assertion"), Ok(Some(assertion.jwt().expose())));
        }
        // A public client names itself in the form, or in the header with an empty password.
        PresentedClient::Named(_) => {
            assert!(secret.is_none() && named.is_none_or(|named| named == id));
            assert!(header.is_some() || named.is_some());
        }
    }
}

fn assert_registered(code: TokenErrorCode) {
    assert!(CODES.contains(&code.as_str()), "{}", code.as_str());
}
