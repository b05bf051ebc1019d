//! The authorization request from query to answer: parsed, trusted, validated, and the target of its answer.

use grants::Policy;
use grants::authorization::{Arrival, Rejection, ResponseTarget, receive};
use protocol::{AuthorizationRequest, LegacyGrants, Parameters, ResponseMode};
use sessions::RequestDigest;

use crate::fixtures::{self, ISSUER};
use crate::{location, token_request};

/// Fuzzes the parsing of a query.
pub(crate) fn target(data: &[u8]) {
    let Ok(parameters) = Parameters::parse(data) else { return };
    token_request::assert_same_parameters(&parameters, data);
    for legacy in [LegacyGrants::default(), LegacyGrants { implicit: true, password: true }] {
        answer(&parameters, legacy);
    }
}

fn answer(parameters: &Parameters, legacy: LegacyGrants) {
    let Some((response, description)) = response(parameters, legacy) else { return };
    // Forms carry the request in its canonical form, which must mean the same request.
    let query = parameters.to_query();
    if let Ok(again) = Parameters::parse(query.as_bytes()) {
        let same = self::response(&again, legacy).expect("an answer for the client");
        assert_eq!(same.0.redirect_uri(), response.redirect_uri(), "{query}");
        assert!(!description.is_empty() || same.1.is_empty(), "{query} is admitted once, and then not");
        assert!(RequestDigest::of(&again.to_query()) == RequestDigest::of(&query));
    }
    assert_is_of_its_client(parameters, &response);
    assert_stays(parameters, &response, &description);
}

/// Admits a request. Returns the way of the response and a description, if the client gets one.
fn response(parameters: &Parameters, legacy: LegacyGrants) -> Option<(ResponseTarget, String)> {
    let received = receive(parameters).ok()?;
    let registered = fixtures::registered(received.client_id());
    let policy = Policy { legacy, ..Policy::default() };
    let admitted =
        received.trust(registered, Arrival::Browser, &policy).and_then(|trusted| trusted.admit(fixtures::apis()));
    match admitted {
        Ok(admission) => {
            assert!(!admission.target().resources.is_empty(), "a token for nobody");
            Some((admission.response().clone(), String::new()))
        }
        Err(Rejection::Returned(returned)) => Some((returned.response, returned.fault.to_string())),
        Err(Rejection::Shown(_)) => None,
    }
}

/// Asserts that the redirect URI belongs to the client that the request names.
fn assert_is_of_its_client(parameters: &Parameters, response: &ResponseTarget) {
    let client_id = parameters.one("client_id").ok().flatten().expect("a client");
    let app = fixtures::app(client_id).expect("a known client");
    let uri = response.redirect_uri().as_str();
    assert_eq!(response.client().id.as_str(), app.id);
    assert!(app.redirect_uris.iter().any(|known| location::is_of(uri, known)), "{uri}");
    assert_eq!(response.trusted().redirect_uri_sent(), parameters.has("redirect_uri"));
    assert!(parameters.one("redirect_uri").is_ok_and(|sent| sent.is_none_or(|sent| sent == uri)));
}

/// Asserts that the response reaches the redirect URI, in a way that suits the request.
fn assert_stays(parameters: &Parameters, response: &ResponseTarget, description: &str) {
    let state = response.state().map(|state| ("state", state.as_str()));
    let pairs: Vec<(&str, &str)> = [("code", description)].into_iter().chain(state).chain([("iss", ISSUER)]).collect();
    let sent = response.redirect_uri().as_str();
    // A form is posted to the unchanged redirect URI.
    let location = response.location(&pairs).unwrap_or_else(|| sent.to_owned());
    let mode = AuthorizationRequest::response_mode(parameters);
    let asked = parameters.one("response_mode").ok().flatten();
    let kind = parameters.one("response_type").ok().flatten().unwrap_or_default();
    let implicit = kind.split(' ').any(|word| word == "token" || word == "id_token");
    let named = asked == Some(mode.as_str()) || (asked == Some(ResponseMode::JWT) && mode.is_signed());
    assert!(mode == ResponseMode::Query || implicit || named);
    assert!(!implicit || !mode.is_in_query(), "a token in a query");
    location::assert_stays(&location, sent);
    let known = response.client().redirect_uris.iter().find(|known| location::is_of(sent, known.as_str()));
    location::assert_stays(&location, known.expect("a registered redirect URI").as_str());
}
