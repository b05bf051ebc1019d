//! Cross-origin requests from apps in a browser, for endpoints that use no cookies.
//!
//! Any origin is allowed, because the browser sends no credentials of its own along: whoever has the code and its
//! verifier could send them from anywhere. So there is no list of origins, and never
//! `Access-Control-Allow-Credentials`. The authorization endpoint allows no cross-origin requests (RFC 9700 §2.6).
//!
//! Any header is allowed for the same reason, by repeating the names that the preflight asks for. A list of names protects
//! servers that take a header as proof that no other site sent the request; here a header proves nothing. A list also
//! breaks apps from one day to the next, because libraries for tracing add headers to every request, and `*` does not
//! include `Authorization` (Fetch, "CORS-preflight fetch").

use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::http::request::Incoming;
use crate::http::response::{Response, empty};

/// The header names for a preflight that asks for none that can be repeated: those of common clients.
const USUAL_HEADERS: &str =
    "accept, authorization, content-type, dpop, mcp-protocol-version, traceparent, tracestate, x-requested-with";
/// The longest list of header names that is repeated, in bytes.
const MAX_HEADERS_BYTES: usize = 1024;
/// The time in seconds that a browser may remember the answer to a preflight.
const MAX_AGE: &str = "7200";

/// Allows any origin to read a response.
pub(crate) fn cross_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("dpop-nonce, retry-after, www-authenticate");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response
}

/// Builds the response to a preflight request (`OPTIONS`).
pub(crate) fn preflight(incoming: Incoming<'_>, allowed: &'static str) -> Response {
    let mut response = cross_origin(empty(StatusCode::NO_CONTENT));
    let names = incoming.header(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(repeated);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allowed));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        names.unwrap_or(const { HeaderValue::from_static(USUAL_HEADERS) }),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    headers.insert(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    response
}

/// Repeats a list of header names, if it is one.
fn repeated(asked: &str) -> Option<HeaderValue> {
    let is_name = |name: &str| HeaderName::from_bytes(name.trim().as_bytes()).is_ok();
    let is_list = asked.len() <= MAX_HEADERS_BYTES && asked.split(',').all(is_name);
    if is_list { HeaderValue::from_str(asked).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;
    use crate::log::request_log::RequestLog;

    fn allowed_headers(asked: Option<&str>) -> String {
        let mut request = http::Request::builder().method("OPTIONS").uri("/");
        if let Some(asked) = asked {
            request = request.header(header::ACCESS_CONTROL_REQUEST_HEADERS, asked);
        }
        let (request, log) = (request.body(Body::Empty).unwrap(), RequestLog::default());
        let response = preflight(Incoming::new(&request, &log), "POST");
        assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        response.headers().get(header::ACCESS_CONTROL_ALLOW_HEADERS).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn c062_c167_the_headers_of_any_library_are_allowed() {
        for asked in ["authorization,content-type", "sentry-trace, baggage", "x-b3-traceid"] {
            assert_eq!(allowed_headers(Some(asked)), asked);
        }
        let long = "x".repeat(MAX_HEADERS_BYTES + 1);
        for asked in [None, Some(""), Some("a b"), Some("a,,b"), Some("<script>"), Some("a;b"), Some(&long)] {
            assert_eq!(allowed_headers(asked), USUAL_HEADERS, "{asked:?}");
        }
        for name in ["MCP-Protocol-Version", "traceparent", "tracestate", "X-Requested-With", "DPoP", "Accept"] {
            assert!(USUAL_HEADERS.split(", ").any(|usual| usual.eq_ignore_ascii_case(name)), "{name}");
        }
    }
}
