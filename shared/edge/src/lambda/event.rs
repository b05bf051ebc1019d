//! Lambda events of API Gateway's HTTP API, payload format 2.0.
//!
//! The conversion of `lambda_http` ends the process if host, path, query or body are invalid, and parses the URI three
//! times. Here an event makes the same request in one step, and is answered with 400 if it makes none. The host is
//! removed: nothing may depend on it (C040).

use std::future::Future;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::PathAndQuery;
use http::{HeaderValue, StatusCode, header};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request};
use protocol::ErrorResponse;
use serde_json::value::RawValue;

use crate::http::firewall::{FirewallGuard, WentAround};
use crate::http::response::{Response, include_subdomains, json};
use crate::lambda::payload::{MalformedEvent, Received};
use crate::lambda::reply::Reply;
use crate::log::lines::{bypass, trouble};

/// The longest URI that `http` accepts, in bytes.
const MAX_URI_BYTES: usize = 65_534;

/// Converts an event into a request.
///
/// # Errors
/// [`MalformedEvent`] when it is not JSON of the right shape, or its path, query or body are not valid in HTTP.
pub fn request_of(event: &[u8]) -> Result<Request, MalformedEvent> {
    let event: &RawValue = serde_json::from_slice(event).map_err(|_| MalformedEvent)?;
    match Received::read(event)? {
        Received::Event(event) => request(*event),
        Received::HeadTooLarge => Err(MalformedEvent),
    }
}

/// Answers an event: `answer` sees only valid requests that were admitted by the `firewall`.
pub async fn answer_event<F: Future<Output = Response>>(
    event: Received,
    firewall: &FirewallGuard,
    answer: impl FnOnce(Request) -> F,
) -> Reply {
    let mut response = match admitted(event, firewall) {
        Ok(request) => answer(request).await,
        Err(refused) => refused.answer(),
    };
    if firewall.includes_subdomains() {
        include_subdomains(&mut response);
    }
    Reply(response)
}

/// Returns the request of an event that the firewall admits.
fn admitted(received: Received, firewall: &FirewallGuard) -> Result<Request, RefusedEvent> {
    let Received::Event(mut event) = received else { return Err(RefusedEvent::HeadTooLarge) };
    firewall.admit(&mut event)?;
    Ok(request(*event)?)
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
        match self {
            Self::WentAround(_) => bypass(self),
            Self::HeadTooLarge | Self::Malformed(_) => trouble("an event was refused", self),
        }
        let (status, error_description) = match self {
            Self::HeadTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large"),
            Self::WentAround(_) => (StatusCode::FORBIDDEN, "use the URL of the issuer"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "this is not a request"),
        };
        json(status, &ErrorResponse { error: "invalid_request", error_description })
    }
}

/// Builds the request of an event, without the parts that nothing may depend on.
fn request(event: ApiGatewayV2httpRequest) -> Result<Request, MalformedEvent> {
    let mut target = event.raw_path.unwrap_or_default();
    let query = event.raw_query_string.unwrap_or_default();
    // These characters end a path, so what follows them would be a query.
    let ends = target.contains(['?', '#']);
    // As a client writes a path, each of its bytes may take three.
    let longest = target.len().saturating_mul(3).saturating_add(query.len());
    if ends || !target.starts_with('/') || longest >= MAX_URI_BYTES {
        return Err(MalformedEvent);
    }
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    let target = PathAndQuery::try_from(target).map_err(|_| MalformedEvent)?;
    let mut request = Request::new(body(event.body, event.is_base64_encoded)?);
    *request.method_mut() = event.request_context.http.method.clone();
    *request.uri_mut() = target.into();
    *request.headers_mut() = event.headers;
    request.headers_mut().remove(header::HOST);
    if let Some(cookies) = event.cookies.and_then(|cookies| HeaderValue::try_from(cookies.join("; ")).ok()) {
        request.headers_mut().insert(header::COOKIE, cookies);
    }
    request.extensions_mut().insert(RequestContext::ApiGatewayV2(event.request_context));
    Ok(request)
}

fn body(body: Option<String>, is_base64_encoded: bool) -> Result<Body, MalformedEvent> {
    match body {
        None => Ok(Body::Empty),
        Some(text) if !is_base64_encoded => Ok(Body::Text(text)),
        Some(text) => {
            let bytes = STANDARD.decode(text).map_err(|_| MalformedEvent)?;
            Ok(String::from_utf8(bytes).map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text))
        }
    }
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
