//! Lambda events of API Gateway's HTTP API, payload format 2.0.
//!
//! `lambda_http` converts an event into a request and ends the process if host, path, query or body are invalid.
//! Here such an event is answered with 400 instead. The host is removed: nothing may depend on it (C040).

use std::future::Future;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::PathAndQuery;
use http::{StatusCode, header};
use lambda_http::Request;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;
use protocol::ErrorResponse;
use serde_json::value::RawValue;

use crate::http::firewall::{FirewallGuard, WentAround};
use crate::http::response::{Response, json};
use crate::lambda::payload::Received;
use crate::lambda::reply::Reply;
use crate::log::lines::trouble;

/// The longest URI that `http` accepts, in bytes.
const MAX_URI_BYTES: usize = 65_534;

/// The error for an event that is not a request of an HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event is not a request of an HTTP API with payload format 2.0")]
pub struct MalformedEvent;

/// Converts an event into a request.
///
/// # Errors
/// [`MalformedEvent`] when it is not JSON of the right shape, or its path, query or body are not valid in HTTP.
pub fn request_of(event: &[u8]) -> Result<Request, MalformedEvent> {
    let event: &RawValue = serde_json::from_slice(event).map_err(|_| MalformedEvent)?;
    match Received::read(event)? {
        Received::Event(event) => Ok(LambdaRequest::ApiGatewayV2(sound(*event)?).into()),
        Received::HeadTooLarge => Err(MalformedEvent),
    }
}

/// Answers an event: `answer` sees only valid requests that were admitted by the `firewall`.
pub async fn answer_event<F: Future<Output = Response>>(
    event: Received,
    firewall: &FirewallGuard,
    answer: impl FnOnce(Request) -> F,
) -> Reply {
    Reply(match admitted(event, firewall) {
        Ok(event) => answer(LambdaRequest::ApiGatewayV2(event).into()).await,
        Err(refused) => refused.answer(),
    })
}

/// Returns the event if the firewall admits it and it is a valid request.
fn admitted(received: Received, firewall: &FirewallGuard) -> Result<ApiGatewayV2httpRequest, RefusedEvent> {
    let Received::Event(mut event) = received else { return Err(RefusedEvent::HeadTooLarge) };
    firewall.admit(&mut event)?;
    Ok(sound(*event)?)
}

/// The reasons why no function gets to see an event.
#[derive(Debug, thiserror::Error)]
enum RefusedEvent {
    #[error("the headers are too large")]
    HeadTooLarge,
    #[error(transparent)]
    WentAround(#[from] WentAround),
    #[error(transparent)]
    Malformed(#[from] MalformedEvent),
}

impl RefusedEvent {
    /// Logs the reason and builds the response.
    fn answer(&self) -> Response {
        trouble("an event was refused", self);
        let (status, error_description) = match self {
            Self::HeadTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large"),
            Self::WentAround(_) => (StatusCode::FORBIDDEN, "use the URL of the issuer"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "this is not a request"),
        };
        json(status, &ErrorResponse { error: "invalid_request", error_description })
    }
}

/// Removes the parts of the event that nothing may depend on, and checks that the rest is a valid request.
fn sound(mut event: ApiGatewayV2httpRequest) -> Result<ApiGatewayV2httpRequest, MalformedEvent> {
    event.headers.remove(header::HOST);
    event.request_context.domain_name = None;
    // The path of the event is complete; `lambda_http` would put the stage before it.
    event.request_context.stage = None;
    let path = event.raw_path.as_deref().unwrap_or_default();
    let query = event.raw_query_string.as_deref().unwrap_or_default();
    // These characters end a path, so the check would miss everything after them.
    let ends = path.contains(['?', '#']);
    // `lambda_http` writes up to three bytes for each byte of the path, and ends the process if the URI is
    // invalid.
    let longest = path.len().saturating_mul(3).saturating_add(query.len());
    if ends || !path.starts_with('/') || longest >= MAX_URI_BYTES {
        return Err(MalformedEvent);
    }
    if PathAndQuery::try_from(format!("{path}?{query}")).is_err() {
        return Err(MalformedEvent);
    }
    if event.is_base64_encoded {
        let bytes = STANDARD.decode(event.body.as_deref().unwrap_or_default()).map_err(|_| MalformedEvent)?;
        if let Ok(text) = String::from_utf8(bytes) {
            event.body = Some(text);
            event.is_base64_encoded = false;
        }
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(path: &str, query: &str, body: &str, base64: bool) -> Vec<u8> {
        let http = json!({"method": "POST", "sourceIp": "192.0.2.1"});
        json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "body": body, "isBase64Encoded": base64,
            "headers": {"host": "[", "x-forwarded-proto": "gopher"},
            "requestContext": {"stage": "$default", "domainName": "]", "http": http},
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn c040_the_host_of_an_event_changes_nothing() {
        let request = request_of(&event("/token", "a=b", "x=y", false)).unwrap();
        assert_eq!(request.uri(), "/token?a=b");
        assert!(!request.headers().contains_key(header::HOST));
    }

    #[test]
    fn what_makes_no_request_is_refused_and_stops_nothing() {
        for (path, query, body, base64) in [
            ("", "", "", false),
            ("@:99999", "", "", false),
            ("token", "", "", false),
            ("/token", "a b", "", false),
            ("/token#", "a b", "", false),
            ("/token", "", "not base64!", true),
            (&format!("/{}", "\u{e9}".repeat(11_000)), "", "", false),
            (&format!("/{}", "\"".repeat(20_000)), &"a".repeat(10_000), "", false),
            ("/token", &"a".repeat(70_000), "", false),
        ] {
            assert_eq!(
                request_of(&event(path, query, body, base64)).err(),
                Some(MalformedEvent),
                "{path:.9}?{query:.9}"
            );
        }
        let long = event(&format!("/{}", "\"".repeat(10_000)), &"a".repeat(35_000), "", false);
        assert!(request_of(&long).is_ok());
        assert_eq!(request_of(b"{}").err(), Some(MalformedEvent));
        assert_eq!(request_of(b"[").err(), Some(MalformedEvent));
    }
}
