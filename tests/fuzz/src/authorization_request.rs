//! The authorization request from query to answer: parsed, trusted, validated, and the target of its answer.

use grants::authorization::{RedirectTrusted, trust};
use protocol::{AuthorizationRequest, LegacyGrants, Parameters, ReceivedRequest, ResponseMode};
use sessions::RequestDigest;

use crate::fixtures::{self, ISSUER};
use crate::{location, token_request};

/// Fuzzes the parsing of a query.
pub(crate) fn target(data: &[u8]) {
    let Ok(parameters) = Parameters::parse(data) else { return };
    token_request::assert_same_parameters(&parameters, data);
    let Some(trusted) = trusted(&parameters) else { return };
    // Forms carry the request in its canonical form, which must mean the same request.
    let query = parameters.to_query();
    let again = Parameters::parse(query.as_bytes()).ok();
    let same = again.as_ref().and_then(trusted_uri);
    assert!(again.is_none() || same.as_deref() == Some(trusted.redirect_uri().as_str()), "{query}");
    assert!(again.is_none_or(|again| RequestDigest::of(&again.to_query()) == RequestDigest::of(&query)));
    for legacy in [LegacyGrants::default(), LegacyGrants { implicit: true, password: true }] {
        answer(&parameters, &trusted, legacy);
    }
}

/// Returns the witness of trust, after checking that its redirect URI belongs to the client that the request names.
fn trusted(parameters: &Parameters) -> Option<RedirectTrusted> {
    let received = ReceivedRequest::parse(parameters).ok()?;
    let trusted = trust(&received, fixtures::registered(&received.client_id)).ok()?;
    let app = fixtures::app(parameters.one("client_id").ok()??).expect("a known client");
    let uri = trusted.redirect_uri().as_str();
    assert_eq!(trusted.client().id.as_str(), app.id);
    assert!(app.redirect_uris.iter().any(|known| location::is_of(uri, known)), "{uri}");
    assert_eq!(trusted.redirect_uri_sent(), parameters.has("redirect_uri"));
    assert!(parameters.one("redirect_uri").is_ok_and(|sent| sent.is_none_or(|sent| sent == uri)));
    Some(trusted)
}

fn trusted_uri(parameters: &Parameters) -> Option<String> {
    Some(trusted(parameters)?.redirect_uri().as_str().to_owned())
}

fn answer(parameters: &Parameters, trusted: &RedirectTrusted, legacy: LegacyGrants) {
    let state = AuthorizationRequest::state(parameters);
    let description = match AuthorizationRequest::parse(parameters, legacy) {
        Ok(request) => match trusted.admit(&request, fixtures::apis()) {
            Ok(target) => {
                assert!(!target.resources.is_empty(), "a token for nobody");
                String::new()
            }
            Err(refusal) => refusal.description().to_owned(),
        },
        Err(error) => error.to_string(),
    };
    let state = state.as_ref().map(|state| ("state", state.as_str()));
    let pairs: Vec<(&str, &str)> =
        [("code", description.as_str())].into_iter().chain(state).chain([("iss", ISSUER)]).collect();
    let mode = AuthorizationRequest::response_mode(parameters, legacy);
    let location = match mode {
        ResponseMode::Query => trusted.redirect_uri().with_query(&pairs),
        ResponseMode::Fragment => trusted.redirect_uri().with_fragment(&pairs),
        // The form is posted to the unchanged redirect URI.
        ResponseMode::FormPost => trusted.redirect_uri().as_str().to_owned(),
    };
    let asked = parameters.one("response_mode").ok().flatten();
    let in_fragment = ["token", "id_token", "id_token token", "token id_token"];
    let kind = parameters.one("response_type").ok().flatten();
    let implicit = legacy.implicit && kind.is_some_and(|kind| in_fragment.contains(&kind));
    assert!(mode == ResponseMode::Query || implicit || asked == Some(mode.as_str()));
    assert!(!implicit || mode != ResponseMode::Query, "a token in a query");
    let sent = trusted.redirect_uri().as_str();
    location::assert_stays(&location, sent);
    let known = trusted.client().redirect_uris.iter().find(|known| location::is_of(sent, known.as_str()));
    location::assert_stays(&location, known.expect("a registered redirect URI").as_str());
}
