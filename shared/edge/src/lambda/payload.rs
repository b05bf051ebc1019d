//! Raw events, with limits on the parts that are parsed.
//!
//! An event may be 6 MB large, and direct callers of a function control its content. So only the parts of a
//! request are parsed, sizes that API Gateway keeps small are limited here too, and errors do not repeat the
//! event's content.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use lambda_http::aws_lambda_events::apigw::{ApiGatewayRequestAuthorizer, ApiGatewayV2httpRequest};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The maximum size of `headers`, `cookies` and `requestContext`, each in bytes of JSON. API Gateway accepts
/// headers of 10 KB in total. This many bytes never contain more headers than a `HeaderMap` can hold (24,576).
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The number of headers that a request usually has at most.
const USUAL_HEADERS: usize = 12;

/// The error for an event that is not a request of an HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event is not a request of an HTTP API with payload format 2.0")]
pub struct MalformedEvent;

/// A received event, after the size check.
pub enum Received {
    /// An event whose parts have an acceptable size.
    Event(Box<ApiGatewayV2httpRequest>),
    /// The headers, the cookies or the gateway's context are larger than any gateway accepts.
    HeadTooLarge,
}

/// The fields that are parsed. Everything else in an event is skipped. `H`, `K` and `C` are headers, cookies and context:
/// read, or as they stand in the event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields<H, K, C> {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    headers: Option<H>,
    cookies: Option<K>,
    request_context: C,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The fields of the gateway's context that are parsed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    request_id: Option<String>,
    authorizer: Option<ApiGatewayRequestAuthorizer>,
    #[serde(borrow)]
    http: Http<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    source_ip: Option<String>,
}

/// A text that is copied only if JSON had to escape it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Received {
    /// Parses an event.
    ///
    /// # Errors
    /// [`MalformedEvent`] when a field is invalid. The error contains nothing from the event.
    pub fn read(event: &RawValue) -> Result<Self, MalformedEvent> {
        let event = event.get();
        // No part of an event is larger than the event.
        if event.len() <= MAX_HEAD_BYTES {
            return read::<Fields<Headers, Vec<String>, Context<'_>>>(event)?.received();
        }
        let fields: Fields<&RawValue, &RawValue, &RawValue> = read(event)?;
        let head = [fields.headers, fields.cookies, Some(fields.request_context)];
        if head.iter().flatten().any(|part| part.get().len() > MAX_HEAD_BYTES) {
            return Ok(Self::HeadTooLarge);
        }
        let headers: Option<Headers> = fields.headers.map(|headers| read(headers.get())).transpose()?;
        let cookies: Option<Vec<String>> = fields.cookies.map(|cookies| read(cookies.get())).transpose()?;
        let request_context: Context<'_> = read(fields.request_context.get())?;
        let Fields { raw_path, raw_query_string, body, is_base64_encoded, .. } = fields;
        Fields { raw_path, raw_query_string, headers, cookies, request_context, body, is_base64_encoded }.received()
    }
}

impl Fields<Headers, Vec<String>, Context<'_>> {
    /// Returns the event with the parsed fields.
    fn received(self) -> Result<Received, MalformedEvent> {
        let Context { request_id, authorizer, http } = self.request_context;
        let mut event = ApiGatewayV2httpRequest::default();
        event.raw_path = self.raw_path;
        event.raw_query_string = self.raw_query_string;
        event.headers = self.headers.unwrap_or_default().0;
        event.cookies = self.cookies.map(holdable);
        event.request_context.request_id = request_id;
        event.request_context.authorizer = authorizer;
        event.request_context.http.method = Method::from_bytes(http.method.as_bytes()).map_err(|_| MalformedEvent)?;
        event.request_context.http.source_ip = http.source_ip;
        event.body = self.body;
        event.is_base64_encoded = self.is_base64_encoded;
        Ok(event.into())
    }
}

impl From<ApiGatewayV2httpRequest> for Received {
    fn from(event: ApiGatewayV2httpRequest) -> Self {
        Self::Event(Box::new(event))
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, MalformedEvent> {
    serde_json::from_str(json).map_err(|_| MalformedEvent)
}

/// Drops cookies that no header can hold: one such cookie, perhaps of another app on the same site, must not
/// affect the others.
fn holdable(mut cookies: Vec<String>) -> Vec<String> {
    cookies.retain(|cookie| HeaderValue::from_str(cookie).is_ok());
    cookies
}

/// The headers of an event, without those that are invalid in HTTP.
#[derive(Default)]
struct Headers(HeaderMap);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Headers, A::Error> {
        let mut headers = HeaderMap::with_capacity(USUAL_HEADERS);
        while let Some((Text(name), Text(value))) = entries.next_entry()? {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
                headers.insert(name, value);
            }
        }
        Ok(Headers(headers))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(field: &str, value: Value) -> String {
        let context = json!({"http": {"method": "POST", "sourceIp": "192.0.2.1"}});
        let mut event = json!({"rawPath": "/token", "headers": {"accept": "*/*"}, "requestContext": context});
        event[field] = value;
        event.to_string()
    }

    fn received(event: &str) -> Result<Received, MalformedEvent> {
        Received::read(serde_json::from_str(event).unwrap())
    }

    #[test]
    fn more_headers_than_a_map_holds_are_too_large_and_stop_nothing() {
        let headers = |count: usize| (0..count).map(|number| (format!("h{number}"), json!(""))).collect::<Value>();
        for (field, value) in [
            ("headers", headers(30_000)),
            ("headers", json!({"a": "b".repeat(MAX_HEAD_BYTES)})),
            ("cookies", json!(["a=b"].repeat(20_000))),
            ("requestContext", json!({"http": {"userAgent": "b".repeat(MAX_HEAD_BYTES)}})),
        ] {
            assert!(matches!(received(&event(field, value)), Ok(Received::HeadTooLarge)), "{field}");
        }
        let Ok(Received::Event(whole)) = received(&event("headers", headers(5_000))) else { panic!("not read") };
        assert_eq!(whole.headers.len(), 5_000);
    }

    #[test]
    fn a_header_or_cookie_that_http_does_not_know_is_left_out() {
        let headers = json!({"accept": "*/*", "": "a", "a b": "c", "x": "\r\ny: z", "user-agent": "\u{e9}"});
        let Ok(Received::Event(whole)) = received(&event("headers", headers)) else { panic!("not read") };
        let mut names: Vec<&str> = whole.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "user-agent"]);
        let cookies = json!(["a=1", "b=\r\n", "c=\u{0}", "d=2"]);
        let Ok(Received::Event(whole)) = received(&event("cookies", cookies)) else { panic!("not read") };
        assert_eq!(whole.cookies.unwrap(), ["a=1", "d=2"]);
    }

    #[test]
    fn what_makes_no_request_is_skipped_however_deep_it_is() {
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        let event = event("odd", json!(0)).replace("\"odd\":0", &format!("\"odd\":{deep},\"pathParameters\":{deep}"));
        assert!(matches!(received(&event), Ok(Received::Event(_))));
        assert!(received(&event.replace("\"/token\"", &deep)).is_err());
    }
}
