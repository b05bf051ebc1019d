//! Cross-origin requests from apps in a browser, for endpoints that use no cookies.
//!
//! Any origin is allowed, because the browser sends no credentials of its own along: whoever has the code and its
//! verifier could send them from anywhere. So there is no list of origins, and never
//! `Access-Control-Allow-Credentials`. The authorization endpoint allows no cross-origin requests (RFC 9700 §2.6).

use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::http::response::{Response, empty};

const ALLOWED: &[(HeaderName, &str)] =
    &[(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"), (header::ACCESS_CONTROL_MAX_AGE, "7200")];

/// Allows any origin to read a response.
pub(crate) fn cross_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("retry-after, www-authenticate");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response
}

/// Builds the response to a preflight request (`OPTIONS`).
pub(crate) fn preflight(allowed: &'static str) -> Response {
    let mut response = cross_origin(empty(StatusCode::NO_CONTENT));
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allowed));
    for (name, value) in ALLOWED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
