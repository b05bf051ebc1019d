//! Answers: status lines and headers.

use grants::{Grant, PersonKey, TokenName};
use http::header::{self, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use lambda_http::Body;
use protocol::{ClientId, GrantType, Subject};
use serde::Serialize;

use crate::AuditEvent;

/// An answer on its way to the gateway.
pub type Answer = Response<Body>;

/// What the log says about an answer beside its status; it travels in the answer's extensions.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The client, once it is known.
    pub client_id: Option<String>,
    /// Why it was refused.
    pub reason: Option<&'static str>,
    /// What happened on the way, in order.
    pub events: Vec<Event>,
}

/// Something that an auditor wants to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub name: AuditEvent,
    /// The person, when there is one.
    pub subject: Option<String>,
    /// The key of the person for whom a password was wrong, or the stand-in of a name that is nobody's.
    pub person: Option<String>,
    /// The key of the grant's item, which makes no handle.
    pub grant: Option<String>,
    /// The name of the token that was issued, used or revoked.
    pub jti: Option<String>,
    /// A grant type that nobody should use, and what to move to.
    pub legacy: Option<(GrantType, &'static str)>,
}

impl Event {
    /// Something about nobody in particular.
    pub const fn new(name: AuditEvent) -> Self {
        Self { name, subject: None, person: None, grant: None, jti: None, legacy: None }
    }

    /// Something that happened to a grant.
    pub fn of_grant(name: AuditEvent, grant: &Grant) -> Self {
        let subject = grant.subject.as_ref().map(ToString::to_string);
        Self { subject, grant: Some(grant.id.to_string()), ..Self::new(name) }
    }

    /// Something that a person did.
    pub fn of_person(name: AuditEvent, subject: &Subject) -> Self {
        Self { subject: Some(subject.to_string()), ..Self::new(name) }
    }

    /// A password that let nobody in.
    pub fn of_attempt(name: AuditEvent, person: PersonKey) -> Self {
        Self { person: Some(person.to_string()), ..Self::new(name) }
    }

    /// Adds the token, where its name is known, with the grant that it names.
    #[must_use]
    pub fn with_token(self, token: impl Into<Option<TokenName>>) -> Self {
        let token = token.into();
        let grant = self.grant.or_else(|| token?.grant().map(|id| id.to_string()));
        Self { grant, jti: token.map(|token| token.to_string()), ..self }
    }

    /// The use of a grant type that nobody should use.
    pub fn legacy(grant_type: GrantType, advice: &'static str) -> Self {
        Self { legacy: Some((grant_type, advice)), ..Self::new(AuditEvent::LegacyGrantUsed) }
    }
}

impl Trace {
    /// Of a refusal.
    pub fn refused(reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::default() }
    }

    /// Of something that happened.
    pub fn event(event: Event) -> Self {
        Self { events: vec![event], ..Self::default() }
    }

    /// Adds the client.
    #[must_use]
    pub fn of_client(self, id: &ClientId) -> Self {
        Self { client_id: Some(id.to_string()), ..self }
    }

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
            crate::trouble("a page could not be made", &error);
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
