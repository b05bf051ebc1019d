//! Cross-origin requests: for apps that run in a browser, at the endpoints that look at no cookie.
//!
//! Any origin may ask, because nothing that the browser holds is sent along or counts: whoever has the code and its
//! verifier could ask from anywhere. So there is no list to keep, and never `Access-Control-Allow-Credentials`. The
//! authorization endpoint has none of this (RFC 9700 §2.6).

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use crate::http::response::{Answer, empty};

const ALLOWED: &[(HeaderName, &str)] =
    &[(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"), (header::ACCESS_CONTROL_MAX_AGE, "7200")];

/// Lets any origin read an answer.
pub fn cross_origin(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("retry-after, www-authenticate");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    answer
}

/// The answer to a browser that asks beforehand (`OPTIONS`); `None` for another method.
pub fn preflight(method: &Method, allowed: &'static str) -> Option<Answer> {
    if method != Method::OPTIONS {
        return None;
    }
    let mut answer = cross_origin(empty(StatusCode::NO_CONTENT));
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allowed));
    for (name, value) in ALLOWED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Some(answer)
}
