//! Requests that end early: the page that says why, and the reason for the log.

use edge::{Failure, RequestLog, Response, html, redirect};
use grants::authorization::{Admission, Untrusted};
use grants::{Refusal, Seconds};
use http::{HeaderValue, StatusCode, header};
use pages::{Problem, Text, say};
use protocol::{AuthorizationErrorCode, Prompt, ReceivedRequestError, RedirectUri};
use service::NoDocument;
use sessions::FormFault;

use crate::returned_error::ReturnedError;
use crate::{Authorize, explained};

const ASK_THE_APP: Text = say("ask-the-app");

/// The reasons why a request ends early.
pub(crate) enum Refused {
    /// The request cannot be parsed at all.
    Unreadable,
    /// The client or its redirect URI is not verified (RFC 6749 §4.1.2.1): nothing is redirected. On a developer's own
    /// machine the page shows the redirect URI that is not registered; elsewhere it repeats nothing of the request.
    Untrusted(Untrusted),
    /// A reference to a pushed request leads to none that this client can use, so nothing is redirected.
    NotPushed(Refusal),
    /// The request object is not one that this client signed for this server, so nothing is redirected either.
    NotSigned(Refusal),
    /// The document that describes the client gives no client, so nothing is redirected either.
    Undescribed(NoDocument),
    /// The client demands a second factor, and the person has none.
    FactorMissing,
    /// The request of a device was answered meanwhile, or is over.
    DeviceRequestOver,
    /// The client gets this error.
    Returned(Box<ReturnedError>),
    /// The form does not count; this address leads back to the request.
    BadForm(FormFault, String),
    /// The person signed out meanwhile; this address leads back to the request.
    StartOver(String),
    /// The page does not exist.
    NotFound,
    /// The page supports only these methods.
    WrongMethod(&'static str),
    /// The form cannot be read, or a step failed.
    Failed(Failure),
}

impl Refused {
    /// Turns a failure of this server into an error for the client, if its request was admitted and is a silent one
    /// (`prompt=none`): nobody reads a page (OpenID Connect Core §3.1.2.1).
    pub(crate) fn or_returned(self, admission: &Admission) -> Self {
        let Self::Failed(failure) = &self else { return self };
        if !failure.status().is_server_error() || !admission.request().prompt.contains(&Prompt::None) {
            return self;
        }
        let (code, text) = (AuthorizationErrorCode::TemporarilyUnavailable, "try again in a minute");
        Self::Returned(Box::new(ReturnedError::for_admitted(admission, code, text)))
    }
}

impl Authorize {
    /// Records the reason of an early end and builds the response.
    pub(crate) async fn respond_to_refused(&self, refused: &Refused, log: &RequestLog) -> Response {
        match refused {
            Refused::Unreadable => {
                let text = say("problem-unreadable-text");
                problem(StatusCode::BAD_REQUEST, say("problem-unreadable"), text, "malformed_form", log)
            }
            Refused::Untrusted(why) => {
                let (text, reason) = describe(why);
                let text = self.for_developers(why).unwrap_or(text);
                problem(StatusCode::BAD_REQUEST, say("problem-app-set-up"), text, reason, log)
            }
            Refused::NotPushed(refusal) => {
                let text = describe_pushed(*refusal);
                problem(StatusCode::BAD_REQUEST, say("problem-over"), text, refusal.name(), log)
            }
            Refused::NotSigned(refusal) => {
                let text = explained::object(*refusal);
                problem(StatusCode::BAD_REQUEST, say("problem-app-set-up"), text, refusal.name(), log)
            }
            Refused::FactorMissing => factor_missing(log),
            Refused::DeviceRequestOver => device_request_over(log),
            Refused::Undescribed(fault) => undescribed(fault, log),
            Refused::Returned(error) => match self.return_error(error, log).await {
                Ok(response) => response,
                Err(failure) => failed(&failure, log),
            },
            Refused::BadForm(fault, again) => bad_form(*fault, again, log),
            Refused::StartOver(again) => redirect(again),
            Refused::NotFound => {
                let text = say("problem-not-found-text");
                problem(StatusCode::NOT_FOUND, say("problem-not-found"), text, "not_found", log)
            }
            Refused::WrongMethod(allowed) => wrong_method(allowed, log),
            Refused::Failed(failure) => failed(failure, log),
        }
    }
}

impl Authorize {
    /// Returns the text with the redirect URIs in the request and in the registration, on a developer's own machine.
    /// Elsewhere they are nobody's business: anybody could ask for those of a client.
    fn for_developers(&self, why: &Untrusted) -> Option<Text> {
        let Untrusted::RedirectUri(strange) = why else { return None };
        if !self.wiring.config.is_local() {
            return None;
        }
        let registered: Vec<&str> = strange.registered.iter().map(RedirectUri::as_str).collect();
        let text = say("problem-redirect-uri-unregistered-local").with("asked", &strange.asked);
        Some(text.with("registered", registered.join(", ")))
    }
}

fn factor_missing(log: &RequestLog) -> Response {
    let text = say("problem-factor-missing-text");
    problem(StatusCode::FORBIDDEN, say("problem-factor-missing"), text, "second_factor_missing", log)
}

fn device_request_over(log: &RequestLog) -> Response {
    let text = say("problem-device-over");
    problem(StatusCode::BAD_REQUEST, say("problem-over"), text, "device_request_over", log)
}

fn wrong_method(allowed: &'static str, log: &RequestLog) -> Response {
    let text = say("problem-method-text");
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, say("problem-method"), text, "method", log);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

const fn describe(why: &Untrusted) -> (Text, &'static str) {
    match why {
        Untrusted::Unreadable(ReceivedRequestError::ClientId) => (say("problem-no-client-id"), "malformed_request"),
        Untrusted::Unreadable(ReceivedRequestError::RedirectUri) => {
            (say("problem-bad-redirect-uri"), "malformed_request")
        }
        Untrusted::Unreadable(ReceivedRequestError::State) => (say("problem-state-too-long"), "malformed_request"),
        Untrusted::Unreadable(ReceivedRequestError::TwoRequests) => (say("problem-two-requests"), "malformed_request"),
        Untrusted::Client => (say("problem-client-unknown"), "client_unknown"),
        Untrusted::RedirectUri(_) => (say("problem-redirect-uri-unregistered"), "redirect_uri_mismatch"),
        Untrusted::RedirectUriMissing => (say("problem-no-redirect-uri"), "redirect_uri_missing"),
    }
}

/// Returns a sentence about a reference to a pushed request.
fn describe_pushed(refusal: Refusal) -> Text {
    if refusal == Refusal::PushedRequestUsed {
        say("problem-pushed-used")
    } else if refusal == Refusal::PushedRequestExpired {
        say("problem-pushed-expired")
    } else {
        say("problem-pushed-unknown")
    }
}

/// Tells that the document of a client could not be fetched (503), or cannot be used.
fn undescribed(fault: &NoDocument, log: &RequestLog) -> Response {
    match fault {
        NoDocument::NotFetched { .. } => {
            let text = say("problem-document-not-fetched");
            let reason = "client_document_not_fetched";
            waiting(10, unrecognised(StatusCode::SERVICE_UNAVAILABLE, text, reason, log))
        }
        NoDocument::TooMany(wait) => too_many_apps(*wait, "too_many_client_documents", log),
        NoDocument::Failed(failure) if failure.status().is_client_error() => {
            let text = say("problem-document-unusable").with("member", failure.member().unwrap_or("document"));
            unrecognised(StatusCode::BAD_REQUEST, text, "client_document_not_usable", log)
        }
        NoDocument::Failed(failure) => failed(failure, log),
    }
}

/// Tells that too many documents or keys of clients were fetched (429).
fn too_many_apps(wait: Seconds, reason: &'static str, log: &RequestLog) -> Response {
    waiting(wait, unrecognised(StatusCode::TOO_MANY_REQUESTS, say("problem-too-many-apps"), reason, log))
}

fn unrecognised(status: StatusCode, text: Text, reason: &'static str, log: &RequestLog) -> Response {
    problem(status, say("problem-app-unrecognised"), text, reason, log)
}

/// Returns the response with the number of seconds to wait.
fn waiting(wait: Seconds, mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    response
}

fn bad_form(fault: FormFault, again: &str, log: &RequestLog) -> Response {
    let (title, text) = describe_form(fault);
    let hint = match fault {
        FormFault::Used => say("continue-if-app-did-not"),
        FormFault::CrossSite => say("continue-to-decide"),
        FormFault::CookiesMissing
        | FormFault::Unreadable
        | FormFault::OtherBrowser
        | FormFault::OtherRequest
        | FormFault::Expired => say("continue-to-be-asked"),
    };
    log.refused(fault.name());
    let hint = Some(hint);
    let page = Problem { title, text, hint, continue_to: Some((again, say("continue"))), request_id: log.request_id() };
    html(StatusCode::BAD_REQUEST, page.render())
}

/// Returns a title and a sentence about a consent form that does not count.
const fn describe_form(fault: FormFault) -> (Text, Text) {
    match fault {
        FormFault::Used => (say("problem-form-used"), say("consent-form-used")),
        FormFault::Expired => (say("problem-form-expired"), say("consent-form-expired")),
        FormFault::OtherBrowser => (say("problem-form-other-browser"), say("consent-form-other-browser")),
        FormFault::OtherRequest => (say("problem-form-other-request"), say("consent-form-other-request")),
        FormFault::CrossSite => (say("problem-form-cross-site"), say("consent-form-cross-site")),
        FormFault::CookiesMissing => (say("problem-form-no-cookie"), say("consent-form-no-cookie")),
        FormFault::Unreadable => (say("problem-form-incomplete"), say("consent-form-incomplete")),
    }
}

fn failed(failure: &Failure, log: &RequestLog) -> Response {
    let reason = failure.reason();
    if let Some(wait) = failure.wait() {
        return too_many_apps(wait, reason, log);
    }
    if failure.status().is_client_error() {
        return problem(StatusCode::BAD_REQUEST, say("problem-form-unreadable"), ASK_THE_APP, reason, log);
    }
    let text = say("problem-sign-in-down");
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, say("problem-try-again"), text, reason, log);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn problem(status: StatusCode, title: Text, text: Text, reason: &'static str, log: &RequestLog) -> Response {
    log.refused(reason);
    let page = Problem { title, text, hint: Some(ASK_THE_APP), continue_to: None, request_id: log.request_id() };
    html(status, page.render())
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
