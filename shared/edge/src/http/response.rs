//! Answers: status lines and headers.

use http::header::{self, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use lambda_http::Body;
use serde::Serialize;

use crate::log::lines::trouble;
use crate::log::trace::Trace;

/// An answer on its way to the gateway.
pub type Answer = Response<Body>;

impl Trace {
    /// Adds what it knows to an answer.
    pub fn onto(self, mut answer: Answer) -> Answer {
        let known = answer.extensions_mut().get_or_insert_default::<Self>();
        known.client_id = self.client_id.or_else(|| known.client_id.take());
        known.reason = self.reason.or(known.reason);
        // What is added later happened earlier, or at the same time.
        known.events.splice(0..0, self.events);
        answer
    }
}

/// Sent with every answer: nothing is kept, nothing is guessed, nothing leaks onward, and only over TLS (C039, C055).
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
];

/// A JSON document.
pub fn json(status: StatusCode, document: &impl Serialize) -> Answer {
    match serde_json::to_string(document) {
        Ok(text) => answer(status, "application/json", text),
        Err(_) => {
            answer(StatusCode::INTERNAL_SERVER_ERROR, "application/json", "{\"error\":\"server_error\"}".to_owned())
        }
    }
}

/// A signed document (RFC 7519 §10.3.1).
pub fn jwt(text: String) -> Answer {
    answer(StatusCode::OK, "application/jwt", text)
}

/// A page that posts a form to another site by itself: it may run its one script, and nothing else.
pub fn form_post(page: Result<String, pages::Unrenderable>, form_target: &str) -> Answer {
    let allowed = format!("script-src {}; form-action {form_target}", pages::script_source());
    page_with(StatusCode::OK, page, &allowed)
}

/// A page. `form_target` is where a form on it may end up besides here: a browser holds redirects after a form to
/// its content security policy too.
pub fn html(status: StatusCode, page: Result<String, pages::Unrenderable>, form_target: Option<&str>) -> Answer {
    let allowed = format!("form-action 'self' {}", form_target.unwrap_or_default());
    page_with(status, page, allowed.trim_end())
}

/// A page that says what went wrong; `reason` is for the log.
pub fn problem(status: StatusCode, page: &pages::Problem<'_>, reason: &'static str) -> Answer {
    Trace::refused(reason).onto(html(status, page.render(), None))
}

/// A page under a content security policy that allows its style and, beside that, what `allowed` says.
fn page_with(status: StatusCode, page: Result<String, pages::Unrenderable>, allowed: &str) -> Answer {
    let page = match page {
        Ok(page) => page,
        Err(error) => {
            trouble("a page could not be made", &error);
            return answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "server error".to_owned());
        }
    };
    let mut answer = answer(status, "text/html; charset=utf-8", page);
    let policy = format!(
        "default-src 'none'; style-src {}; {allowed}; base-uri 'none'; frame-ancestors 'none'",
        pages::style_source(),
    );
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    answer
}

/// A redirect with 303, which forgets method and body (C023).
pub fn redirect(location: &str) -> Answer {
    let mut answer = answer(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
    match HeaderValue::from_str(location) {
        Ok(value) => {
            answer.headers_mut().insert(header::LOCATION, value);
        }
        // No URI that was parsed is one that no header can hold.
        Err(_) => *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    answer
}

/// 405 with the methods that there are, in the error form of the token endpoint.
pub fn method_not_allowed(allowed: &'static str) -> Answer {
    let body = protocol::TokenErrorResponse {
        error: "invalid_request",
        error_description: "this method is not supported here",
    };
    let mut answer = json(StatusCode::METHOD_NOT_ALLOWED, &body);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    Trace::refused("method").onto(answer)
}

/// 404: there is nothing at this path.
pub fn not_found(description: &'static str) -> Answer {
    let body = protocol::TokenErrorResponse { error: "invalid_request", error_description: description };
    Trace::refused("not_found").onto(json(StatusCode::NOT_FOUND, &body))
}

/// 204: it is done, and there is nothing to say.
pub fn no_content() -> Answer {
    empty(StatusCode::NO_CONTENT)
}

/// An answer that says nothing.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = answer(status, "text/plain", String::new());
    answer.headers_mut().remove(header::CONTENT_TYPE);
    answer
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(if body.is_empty() { Body::Empty } else { Body::Text(body) });
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
