//! The browser forms: cookies, tickets, and the request that a form carries.
//!
//! The first line is the `Cookie` header, the second a form ticket, the third a request, and the rest anything to
//! open. `@v` in the first line stands for a valid visit cookie; `@t` and `@c` in the second stand for a valid
//! ticket of the sign-in form and of the consent form, which a fuzzer could not guess.

use edge::{Cookie, CookieRule, Incoming, RequestLog};
use http::HeaderValue;
use keys::HandleKind;
use lambda_http::{Body, Request};
use sessions::{FORM_LIFETIME, FormTicket, RequestDigest, SessionHandle, SessionId, ShownDigest, VisitId};

use crate::fixtures::{NOW, handles};
use crate::split_line;

const COOKIES: CookieRule = CookieRule::Https;
const VISIT: VisitId = VisitId::from_bytes([2; 16]);
const SESSION: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const SHOWN: ShownDigest = ShownDigest::from_bytes([3; 32]);
const REQUEST: &str = "client_id=web";

/// Fuzzes the reading of a browser form.
pub(crate) fn target(data: &[u8]) {
    let (cookies, rest) = split_line(data);
    let (ticket, rest) = split_line(rest);
    let (request, more) = split_line(rest);
    let visit = of_cookies(cookies);
    if let (Ok(ticket), Ok(request)) = (str::from_utf8(ticket), str::from_utf8(request)) {
        of_form(&with_good(ticket), request, visit);
    }
    // A cookie of version 0.1, which has no name of its own, is read but never written.
    if let Some(handle) = SessionHandle::from_bytes(more).filter(|_| more.len() == 48) {
        assert_eq!(handle.to_bytes().as_slice(), more);
    }
    crate::handles::text(more);
}

/// Returns the visit that the cookies name.
fn of_cookies(line: &[u8]) -> Option<VisitId> {
    let good = handles().seal(HandleKind::Visit, VISIT.as_bytes());
    let line =
        String::from_utf8_lossy(line).replace("@v", &format!("{}={}", COOKIES.name(Cookie::Visit), good.expose()));
    let value = HeaderValue::from_str(&line).ok()?;
    let mut request = Request::new(Body::Empty);
    request.headers_mut().insert(http::header::COOKIE, value);
    let log = RequestLog::default();
    let incoming = Incoming::new(&request, &log);
    for name in [Cookie::Session, Cookie::Visit, Cookie::Device].map(|cookie| COOKIES.name(cookie)) {
        if let Some(value) = incoming.cookie(name) {
            assert!(line.contains(&format!("{name}={value}")) && !value.contains(';'), "{line}");
        }
    }
    let payload = handles().open(HandleKind::Visit, incoming.cookie(COOKIES.name(Cookie::Visit))?)?;
    let visit = VisitId::from_bytes(payload.as_slice().try_into().ok()?);
    assert!(visit == VISIT, "a visit that was never sealed");
    Some(visit)
}

/// Checks that a ticket accepted for a form was made for this form.
fn of_form(ticket: &str, request: &str, visit: Option<VisitId>) {
    let digest = RequestDigest::of(request);
    let own = request == REQUEST;
    for (kind, name) in [(HandleKind::SignInForm, "@t"), (HandleKind::ConsentForm, "@c")] {
        let Some(bytes) = handles().open(kind, ticket) else { continue };
        assert_eq!(ticket, with_good(name), "a ticket that was never sealed");
        let Some(ticket) = FormTicket::from_bytes(&bytes) else { continue };
        let signs_in = |now| visit.is_some_and(|visit| ticket.check_sign_in(visit, digest, now).is_ok());
        assert_eq!(signs_in(NOW), own && visit.is_some() && name == "@t");
        assert!(!signs_in(NOW.plus(FORM_LIFETIME)));
        let consents = |now| ticket.check_consent(session(), digest, now).is_ok();
        assert_eq!(consents(NOW), own && name == "@c");
        assert!(!consents(NOW.plus(FORM_LIFETIME)));
        assert_eq!(ticket.showed(SHOWN), name == "@c");
    }
}

fn with_good(ticket: &str) -> String {
    let digest = RequestDigest::of(REQUEST);
    match ticket {
        "@t" => {
            let ticket = FormTicket::for_sign_in(VISIT, digest, [1; 16], NOW);
            handles().seal(HandleKind::SignInForm, &ticket.to_bytes()).expose().to_owned()
        }
        "@c" => {
            let ticket = FormTicket::for_consent(session(), digest, SHOWN, [1; 16], NOW);
            handles().seal(HandleKind::ConsentForm, &ticket.to_bytes()).expose().to_owned()
        }
        other => other.to_owned(),
    }
}

fn session() -> SessionId {
    SessionId::parse(SESSION).expect("the id of a session")
}
