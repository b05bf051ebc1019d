//! Lambda events: from bytes to a request, and the values read from it.
//!
//! Bytes that begin with `{` are the event itself. Other bytes are lines from which an event is built, because a
//! fuzzer is bad at writing JSON: flags, method, path, query, content type, cookie, authorization, and the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edge::{Cookie, CookieRule, Incoming, RequestLog, request_of};
use http::header;
use lambda_http::{Body, Request};
use protocol::MAX_FORM_BYTES;
use serde_json::{Value, json};

use crate::split_line;

/// Fuzzes the reading of an event.
pub(crate) fn target(data: &[u8]) {
    if data.starts_with(b"{") {
        if let Ok(request) = request_of(data) {
            assert_readable(&request);
        }
    } else {
        from_lines(data);
    }
}

fn from_lines(data: &[u8]) {
    let mut rest = data;
    let mut line = || {
        let (line, after) = split_line(rest);
        rest = after;
        String::from_utf8_lossy(line).into_owned()
    };
    let [flags, method, path, query, content_type, cookie, authorization] = std::array::from_fn(|_| line());
    let in_base64 = flags.contains('b');
    let body = if in_base64 { STANDARD.encode(rest) } else { String::from_utf8_lossy(rest).into_owned() };
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": content_type, "authorization": authorization, "host": flags},
        "cookies": [cookie],
        "requestContext": {"http": {"method": method, "sourceIp": flags}, "stage": path, "domainName": query},
        "body": if flags.contains('n') { Value::Null } else { body.clone().into() },
        "isBase64Encoded": in_base64 && !flags.contains('n'),
    });
    let Ok(request) = request_of(event.to_string().as_bytes()) else { return };
    assert_readable(&request);
    let log = RequestLog::default();
    let incoming = Incoming::new(&request, &log);
    assert_eq!(incoming.method().as_str(), if method.is_empty() { "GET" } else { &method });
    assert_eq!(incoming.query(), query.split('#').next().unwrap_or_default(), "the query is another");
    if !flags.contains('n') {
        let came = if in_base64 { rest } else { body.as_bytes() };
        assert_eq!(bytes(&request), came, "the body is another");
    }
    for header in [header::CONTENT_TYPE, header::AUTHORIZATION] {
        let sent = if header == header::AUTHORIZATION { &authorization } else { &content_type };
        assert!(incoming.header(header).is_none_or(|text| text == sent));
    }
}

/// Asserts everything that the functions rely on in a request.
fn assert_readable(request: &Request) {
    let log = RequestLog::default();
    let incoming = Incoming::new(request, &log);
    assert!(incoming.path().starts_with('/') && request.uri().host().is_none(), "{:?}", request.uri());
    assert!(!request.headers().contains_key(header::HOST), "a host that came from outside");
    let is_form = incoming
        .header(header::CONTENT_TYPE)
        .is_some_and(|text| text.to_ascii_lowercase().contains("application/x-www-form-urlencoded"));
    if let Ok(form) = incoming.form() {
        let of_body = incoming.body_form().map(|form| form.to_query()).ok();
        assert_eq!(Some(form.to_query()), of_body, "parameters were taken from a query");
    }
    let says_nothing = bytes(request).is_empty() && !request.headers().contains_key(header::CONTENT_TYPE);
    match incoming.body_form() {
        Ok(_) => assert!((is_form || says_nothing) && bytes(request).len() <= MAX_FORM_BYTES),
        Err(failure) => assert!(failure.status().is_client_error()),
    }
    if let Ok(text) = incoming.query_or_body() {
        assert!(text.len() <= MAX_FORM_BYTES && (text == incoming.query() || text.as_bytes() == bytes(request)));
    }
    for name in [Cookie::Session, Cookie::Visit].map(|cookie| CookieRule::Https.name(cookie)) {
        assert!(incoming.cookie(name).is_none_or(|value| !value.contains(';')));
    }
    incoming.is_cross_site();
    incoming.source();
}

fn bytes(request: &Request) -> &[u8] {
    match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        Body::Empty | _ => &[],
    }
}
