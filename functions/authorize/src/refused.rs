//! Requests that end early: the page that says why, and the reason for the log.

use edge::{Failure, RequestLog, Response, html, redirect};
use grants::Refusal;
use grants::authorization::{Admission, Untrusted};
use http::{HeaderValue, StatusCode, header};
use pages::Problem;
use protocol::{AuthorizationErrorCode, Prompt, ReceivedRequestError, RedirectUri};
use service::NoDocument;
use sessions::FormFault;

use crate::Authorize;
use crate::returned_error::ReturnedError;

const ASK_THE_APP: &str = "Go back to the app and start again. If this happens again, tell the people who run the app.";

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
                let text = "The request is too long, or it is not encoded as it should be.";
                problem(StatusCode::BAD_REQUEST, "This request cannot be read", text, "malformed_form", log)
            }
            Refused::Untrusted(why) => {
                let (text, reason) = describe(why);
                let text = format!("{text}{}", self.for_developers(why));
                problem(StatusCode::BAD_REQUEST, "This app is not set up correctly", &text, reason, log)
            }
            Refused::NotPushed(refusal) => {
                let text = describe_pushed(*refusal);
                problem(StatusCode::BAD_REQUEST, "This request is not valid any more", text, refusal.name(), log)
            }
            Refused::NotSigned(refusal) => {
                let text =
                    format!("The app sent a signed request that does not count here: {}.", refusal.description());
                problem(StatusCode::BAD_REQUEST, "This app is not set up correctly", &text, refusal.name(), log)
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
                let text = "The address is not right.";
                problem(StatusCode::NOT_FOUND, "There is no such page", text, "not_found", log)
            }
            Refused::WrongMethod(allowed) => wrong_method(allowed, log),
            Refused::Failed(failure) => failed(failure, log),
        }
    }
}

impl Authorize {
    /// Returns the redirect URIs in the request and in the registration, on a developer's own machine. Elsewhere they
    /// are nobody's business: anybody could ask for those of a client.
    fn for_developers(&self, why: &Untrusted) -> String {
        let Untrusted::RedirectUri(strange) = why else { return String::new() };
        if !self.wiring.config.is_local() {
            return String::new();
        }
        let registered: Vec<&str> = strange.registered.iter().map(RedirectUri::as_str).collect();
        format!(" The request has {}. Registered: {}.", strange.asked, registered.join(", "))
    }
}

fn factor_missing(log: &RequestLog) -> Response {
    let text = "This app demands a second factor. Add one on the page of your account, and start again.";
    problem(StatusCode::FORBIDDEN, "You need a second factor", text, "second_factor_missing", log)
}

fn device_request_over(log: &RequestLog) -> Response {
    let text = "Its code has expired, or somebody answered it. Nothing was done a second time.";
    problem(StatusCode::BAD_REQUEST, "This request is not valid any more", text, "device_request_over", log)
}

fn wrong_method(allowed: &'static str, log: &RequestLog) -> Response {
    let text = "This page cannot be asked for in this way.";
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "This does not work", text, "method", log);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

const fn describe(why: &Untrusted) -> (&'static str, &'static str) {
    match why {
        Untrusted::Unreadable(ReceivedRequestError::ClientId) => {
            ("The request does not say which app sent you here (client_id).", "malformed_request")
        }
        Untrusted::Unreadable(ReceivedRequestError::RedirectUri) => {
            ("The request does not say properly where the answer should go (redirect_uri).", "malformed_request")
        }
        Untrusted::Unreadable(ReceivedRequestError::State) => (
            "The app sent a state of more than 8192 bytes, which could not be returned to it whole.",
            "malformed_request",
        ),
        Untrusted::Unreadable(ReceivedRequestError::TwoRequests) => {
            ("The app sent two requests in one (request and request_uri).", "malformed_request")
        }
        Untrusted::Client => ("The app that sent you here is not known, or it is switched off.", "client_unknown"),
        Untrusted::RedirectUri(_) => {
            ("The app asks for an answer to an address that is not registered for it.", "redirect_uri_mismatch")
        }
        Untrusted::RedirectUriMissing => {
            ("The app does not say where the answer should go (redirect_uri).", "redirect_uri_missing")
        }
    }
}

/// Returns a sentence about a reference to a pushed request.
fn describe_pushed(refusal: Refusal) -> &'static str {
    if refusal == Refusal::PushedRequestUsed {
        "It was answered before. Nothing was done a second time."
    } else if refusal == Refusal::PushedRequestExpired {
        "It was open for too long."
    } else {
        "The app refers to a request that it did not make here, or made long ago (request_uri)."
    }
}

/// Tells that the document of a client could not be fetched (503), or cannot be used.
fn undescribed(fault: &NoDocument, log: &RequestLog) -> Response {
    let title = "This app cannot be recognised";
    let (status, text, reason, wait) = match fault {
        NoDocument::NotFetched { .. } => {
            let text =
                "The app describes itself at an address that does not answer as it should. Please try again later.";
            (StatusCode::SERVICE_UNAVAILABLE, text.to_owned(), "client_document_not_fetched", Some(10))
        }
        NoDocument::TooMany(wait) => {
            let text = "Too many apps were looked up from here. Please try again in a minute.";
            (StatusCode::TOO_MANY_REQUESTS, text.to_owned(), "too_many_client_documents", Some(*wait))
        }
        NoDocument::Failed(failure) if failure.status().is_client_error() => {
            let text =
                format!("The app describes itself in a way that cannot be used here ({}).", failure.description());
            (StatusCode::BAD_REQUEST, text, "client_document_not_usable", None)
        }
        NoDocument::Failed(failure) => return failed(failure, log),
    };
    let mut response = problem(status, title, &text, reason, log);
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    response
}

fn bad_form(fault: FormFault, again: &str, log: &RequestLog) -> Response {
    let (title, text) = describe_form(fault);
    let hint = match fault {
        FormFault::Used => "If the app did not go on, continue here.",
        FormFault::CrossSite => "If you want to decide about it, continue here.",
        FormFault::CookiesMissing
        | FormFault::Unreadable
        | FormFault::OtherBrowser
        | FormFault::OtherRequest
        | FormFault::Expired => "Continue here to be asked again.",
    };
    log.refused(fault.name());
    let page = Problem { title, text, hint, continue_to: Some((again, "Continue")), request_id: log.request_id() };
    html(StatusCode::BAD_REQUEST, page.render())
}

/// Returns a title and a sentence about a consent form that does not count.
const fn describe_form(fault: FormFault) -> (&'static str, &'static str) {
    match fault {
        FormFault::Used => {
            ("This form was used before", "Your decision was sent already. Nothing was done a second time.")
        }
        FormFault::Expired => {
            ("This form was open for too long", "A form is valid for half an hour. Nothing was allowed.")
        }
        FormFault::OtherBrowser => (
            "This form belongs to another sign-in",
            "It was opened before your last sign-in, or in another browser. Nothing was allowed.",
        ),
        FormFault::OtherRequest => (
            "This form belongs to another request",
            "The form and the request do not fit together. Nothing was allowed.",
        ),
        FormFault::CrossSite => ("This form came from another site", "Nothing was allowed."),
        FormFault::CookiesMissing => {
            ("Your browser sent no cookie", "Allow cookies for this site. Nothing was allowed.")
        }
        FormFault::Unreadable => {
            ("This form is not complete", "A part of it is missing, or it was not made here. Nothing was allowed.")
        }
    }
}

fn failed(failure: &Failure, log: &RequestLog) -> Response {
    let reason = failure.reason();
    if failure.status().is_client_error() {
        return problem(StatusCode::BAD_REQUEST, "This form cannot be read", ASK_THE_APP, reason, log);
    }
    let text = "Signing in does not work at the moment. Please try again in a minute.";
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "Please try again", text, reason, log);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn problem(status: StatusCode, title: &str, text: &str, reason: &'static str, log: &RequestLog) -> Response {
    log.refused(reason);
    let page = Problem { title, text, hint: ASK_THE_APP, continue_to: None, request_id: log.request_id() };
    html(status, page.render())
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
