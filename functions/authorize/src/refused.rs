//! Requests that end early: the page that says why, and the reason for the log.

use edge::{Failure, RequestLog, Response, html, redirect};
use grants::authorization::Untrusted;
use http::{HeaderValue, StatusCode, header};
use keys::KeysError;
use pages::Problem;
use protocol::{ReceivedRequestError, RedirectUri};
use service::NoDocument;
use store::Unknown;

use crate::Authorize;
use crate::respond::ReturnedError;

const ASK_THE_APP: &str = "Go back to the app and start again. If this happens again, tell the people who run the app.";

/// The reasons why a request ends early.
pub(crate) enum Refused {
    /// The request cannot be parsed at all.
    Unreadable,
    /// The client or its redirect URI is not verified (RFC 6749 §4.1.2.1): nothing is redirected.
    Untrusted(Untrusted),
    /// The document that describes the client gives no client, so nothing is redirected either.
    Undescribed(NoDocument),
    /// The client gets this error.
    Returned(Box<ReturnedError>),
    /// The form was already submitted, belongs to another browser, or expired; this address leads back to the request.
    UsedForm(String),
    /// The person signed out meanwhile; this address leads back to the request.
    StartOver(String),
    /// The page does not exist.
    NotFound,
    /// The page supports only these methods.
    WrongMethod(&'static str),
    /// The form cannot be read, or a step failed.
    Failed(Failure),
}

impl Authorize {
    /// Records the reason of an early end and builds the response.
    pub(crate) fn respond_to_refused(&self, refused: &Refused, log: &RequestLog) -> Response {
        match refused {
            Refused::Unreadable => {
                let text = "The request is too long, or it is not encoded as it should be.";
                problem(StatusCode::BAD_REQUEST, "This request cannot be read", text, "malformed_form", log)
            }
            Refused::Untrusted(why) => {
                let (text, reason) = describe(why);
                let text = format!("{text}{}", self.for_developers(why));
                problem(StatusCode::BAD_REQUEST, "This request cannot be trusted", &text, reason, log)
            }
            Refused::Undescribed(fault) => undescribed(fault, log),
            Refused::Returned(error) => self.return_error(error, log),
            Refused::UsedForm(again) => used_form(again, log),
            Refused::StartOver(again) => redirect(again),
            Refused::NotFound => {
                let text = "The address is not right.";
                problem(StatusCode::NOT_FOUND, "There is no such page", text, "not_found", log)
            }
            Refused::WrongMethod(allowed) => {
                let text = "This page cannot be asked for in this way.";
                let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "This does not work", text, "method", log);
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
                response
            }
            Refused::Failed(failure) => failed(failure, log),
        }
    }
}

impl Authorize {
    /// Returns the redirect URIs in the request and in the registration, on a developer's own machine. Elsewhere they
    /// are nobody's business: anybody could ask for those of a client.
    fn for_developers(&self, why: &Untrusted) -> String {
        let Untrusted::RedirectUri(strange) = why else { return String::new() };
        if !self.wiring.config.is_on_this_machine() {
            return String::new();
        }
        let registered: Vec<&str> = strange.registered.iter().map(RedirectUri::as_str).collect();
        format!(" The request has {}. Registered: {}.", strange.asked, registered.join(", "))
    }
}

const fn describe(why: &Untrusted) -> (&'static str, &'static str) {
    match why {
        Untrusted::Unreadable(ReceivedRequestError::ClientId) => {
            ("The request does not say which app sent you here (client_id).", "malformed_request")
        }
        Untrusted::Unreadable(ReceivedRequestError::RedirectUri) => {
            ("The request does not say properly where the answer should go (redirect_uri).", "malformed_request")
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

fn used_form(again: &str, log: &RequestLog) -> Response {
    let page = Problem {
        title: "This form was used before",
        text: "Your decision was sent already, or the page was open for too long. Nothing was done twice.",
        hint: "If the app did not go on, continue here.",
        continue_to: Some((again, "Continue")),
    };
    log.refused("form_not_valid");
    html(StatusCode::BAD_REQUEST, page.render(), None)
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
    let page = Problem { title, text, hint: ASK_THE_APP, continue_to: None };
    html(status, page.render(), None)
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unknown> for Refused {
    fn from(unknown: Unknown) -> Self {
        Self::Failed(unknown.into())
    }
}

impl From<KeysError> for Refused {
    fn from(error: KeysError) -> Self {
        Self::Failed(error.into())
    }
}
