//! Pages and their status codes. The texts are in `pages`.

use edge::{Failure, Incoming, Response, Trace, VISIT_COOKIE, html, set_cookie};
use grants::authorization::{ResponseTarget, Untrusted};
use grants::{Seconds, Timestamp};
use http::{HeaderValue, StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{Problem, ReturnedError, WayOn};
use protocol::{AuthorizationErrorCode, ReceivedRequestError};
use service::registered_itself;
use sessions::{FormTicket, SignedIn, VisitId};
use store::Unknown;

use crate::context::AuthorizationContext;
use crate::{Early, visit};

const ASK_THE_APP: &str = "Go back to the app and start again. If this happens again, tell the people who run the app.";

/// The reasons to show the sign-in page again.
#[derive(Clone, Copy)]
pub(crate) enum Why {
    WrongPassword,
    StaleForm,
    TooManyGuesses(Seconds),
}

/// The reason to show the sign-in page again, and the submitted input.
#[derive(Clone, Copy)]
pub(crate) struct Again<'a> {
    pub(crate) why: Why,
    pub(crate) username: &'a str,
}

impl Why {
    const fn status(self) -> StatusCode {
        match self {
            Self::WrongPassword | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::TooManyGuesses(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn alert(self) -> String {
        match self {
            Self::WrongPassword => "The user name or the password is not right. Please try again.".to_owned(),
            Self::StaleForm => "This form was open for too long. Please sign in again.".to_owned(),
            Self::TooManyGuesses(wait @ ..120) => {
                format!("There were too many wrong passwords. Please try again in {wait} seconds.")
            }
            Self::TooManyGuesses(wait) => {
                format!("There were too many wrong passwords. Please try again in {} minutes.", wait.div_ceil(60))
            }
        }
    }
}

/// Renders the sign-in page for a request.
pub(crate) fn sign_in(
    context: &AuthorizationContext,
    incoming: Incoming<'_>,
    ring: &KeyRing,
    now: Timestamp,
    again: Option<Again<'_>>,
) -> Response {
    let known = visit(incoming, ring);
    let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
    let ticket = FormTicket::for_sign_in(visit, context.carried.digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
    let admission = &context.admission;
    let hint = admission.request().login_hint.as_deref();
    let alert = again.map(|again| again.why.alert());
    let since = registered_itself(admission.client());
    let page = pages::SignIn {
        client_name: &admission.client().name,
        registered_itself: since.as_deref(),
        redirect_host: &admission.redirect_uri().display_host(),
        username: again.map_or(hint.unwrap_or_default(), |again| again.username),
        action: &format!("{}/sign-in", context.carried.path),
        request: &context.carried.query,
        ticket: ticket.expose(),
        alert: alert.as_deref(),
    };
    let status = again.map_or(StatusCode::OK, |again| again.why.status());
    let answer = html(status, page.render(), Some(&admission.redirect_uri().source()));
    let mut answer = of_client(context, answer);
    if let Some(Again { why: Why::TooManyGuesses(wait), .. }) = again {
        answer.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    if known.is_some() {
        return answer;
    }
    let cookie = ring.handles().seal(HandleKind::Visit, visit.as_bytes());
    set_cookie(answer, VISIT_COOKIE, cookie.expose())
}

/// Renders the consent page for a request; `changed` if the person's decision was about a page with other facts.
pub(crate) fn consent(
    context: &AuthorizationContext,
    person: &SignedIn,
    ring: &KeyRing,
    now: Timestamp,
    changed: bool,
) -> Response {
    let (admission, shown) = (&context.admission, context.shown().digest());
    let ticket = FormTicket::for_consent(person.session().id, context.carried.digest, shown, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::ConsentForm, &ticket.to_bytes());
    let redirect_uri = admission.redirect_uri();
    let scopes: Vec<&str> = admission.to_agree_to().scope.tokens().collect();
    let resources: Vec<&str> = admission.target().resources.iter().map(protocol::Resource::as_str).collect();
    let since = registered_itself(admission.client());
    let page = pages::Consent {
        client_name: &admission.client().name,
        registered_itself: since.as_deref(),
        username: person.user().username.as_str(),
        redirect_host: &redirect_uri.display_host(),
        is_native: redirect_uri.is_native(),
        scopes: &scopes,
        resources: &resources,
        action: &format!("{}/consent", context.carried.path),
        request: &context.carried.query,
        ticket: ticket.expose(),
        switch_account: &context.carried.for_another(),
        changed,
    };
    of_client(context, html(StatusCode::OK, page.render(), Some(&redirect_uri.source())))
}

/// Shows an error for a client that registered itself, while no one is signed in; the user may continue to the
/// client.
pub(crate) fn returned_error(
    target: &ResponseTarget,
    pairs: &[(&str, &str)],
    code: AuthorizationErrorCode,
    description: &str,
) -> Response {
    let (client, redirect_uri) = (target.client(), target.redirect_uri());
    let (location, since) = (target.location(pairs), registered_itself(client));
    let page = ReturnedError {
        client_name: &client.name,
        registered_itself: since.as_deref(),
        redirect_host: &redirect_uri.display_host(),
        error: code.as_str(),
        description,
        way_on: match &location {
            Some(location) => WayOn::Link(location),
            None => WayOn::Form(redirect_uri.as_str(), pairs),
        },
    };
    let answer = html(StatusCode::BAD_REQUEST, page.render(), Some(&redirect_uri.source()));
    Trace::refused(code.as_str()).of_client(&client.id).onto(answer)
}

/// Reports that the form was already submitted, belongs to another browser, or expired; links back to the request.
pub(crate) fn used_form(context: &AuthorizationContext) -> Early {
    let again = context.carried.again();
    let page = Problem {
        title: "This form was used before",
        text: "Your decision was sent already, or the page was open for too long. Nothing was done twice.",
        hint: "If the app did not go on, continue here.",
        continue_to: Some((&again, "Continue")),
    };
    Box::new(of_client(context, edge::problem(StatusCode::BAD_REQUEST, &page, "form_not_valid")))
}

/// Reports that the client or its redirect URI is not verified (RFC 6749 §4.1.2.1): nothing is redirected.
pub(crate) fn untrusted(why: Untrusted) -> Early {
    let (text, reason) = match why {
        Untrusted::Unreadable(ReceivedRequestError::ClientId) => {
            ("The request does not say which app sent you here (client_id).", "malformed_request")
        }
        Untrusted::Unreadable(ReceivedRequestError::RedirectUri) => {
            ("The request does not say properly where the answer should go (redirect_uri).", "malformed_request")
        }
        Untrusted::Client => ("The app that sent you here is not known, or it is switched off.", "client_unknown"),
        Untrusted::RedirectUri => {
            ("The app asks for an answer to an address that is not registered for it.", "redirect_uri_mismatch")
        }
        Untrusted::RedirectUriMissing => {
            ("The app does not say where the answer should go (redirect_uri).", "redirect_uri_missing")
        }
    };
    problem(StatusCode::BAD_REQUEST, "This request cannot be trusted", text, reason)
}

/// Reports that the request cannot be parsed at all.
pub(crate) fn unreadable() -> Early {
    let text = "The request is too long, or it is not encoded as it should be.";
    problem(StatusCode::BAD_REQUEST, "This request cannot be read", text, "malformed_form")
}

/// Reports that the outcome of a storage call is unknown.
pub(crate) fn unavailable(unknown: Unknown) -> Early {
    failed(&Failure::from(unknown))
}

/// Shows a failure on a page.
pub(crate) fn failed(failure: &Failure) -> Early {
    let status = failure.status();
    if status.is_client_error() {
        return problem(StatusCode::BAD_REQUEST, "This form cannot be read", ASK_THE_APP, failure.reason());
    }
    let text = "Signing in does not work at the moment. Please try again in a minute.";
    let mut answer = problem(StatusCode::SERVICE_UNAVAILABLE, "Please try again", text, failure.reason());
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// Answers that the page does not exist.
pub(crate) fn not_found() -> Response {
    *problem(StatusCode::NOT_FOUND, "There is no such page", "The address is not right.", "not_found")
}

/// Answers that the page does not support this method.
pub(crate) fn wrong_method(allowed: &'static str) -> Response {
    let text = "This page cannot be asked for in this way.";
    let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, "This does not work", text, "method");
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    *answer
}

fn problem(status: StatusCode, title: &str, text: &str, reason: &'static str) -> Early {
    let page = Problem { title, text, hint: ASK_THE_APP, continue_to: None };
    Box::new(edge::problem(status, &page, reason))
}

fn of_client(context: &AuthorizationContext, answer: Response) -> Response {
    Trace::default().of_client(&context.admission.client().id).onto(answer)
}
