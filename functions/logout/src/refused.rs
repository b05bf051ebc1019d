//! Requests that are not carried out: the page that says why, and the reason for the log.

use edge::{Failure, RequestLog, Response, html};
use http::{HeaderValue, StatusCode, header};
use pages::{Problem, Text, say};
use protocol::LogoutRequestError;
use sessions::FormFault;

const SIGN_OUT_HERE: Text = say("sign-out-here");

/// The reasons why a request is not carried out.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The request cannot be parsed at all.
    Unreadable,
    /// The request is invalid.
    Malformed(LogoutRequestError),
    /// The ID token was not issued by this server, or belongs to another app.
    BadHint,
    /// The app did not register this address for users who signed out.
    Unregistered,
    /// The form does not count; this address leads back to the request.
    BadForm(FormFault, String),
    /// The page does not exist.
    NotFound,
    /// The page supports only these methods.
    WrongMethod(&'static str),
    /// The form cannot be read, or a step failed.
    Failed(Failure),
}

impl Refused {
    /// Records the reason and builds the page. `path` leads to signing out without an app.
    pub(crate) fn answer(&self, path: &str, log: &RequestLog) -> Response {
        log.refused(self.reason());
        let continue_to = match self {
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered => Some((path, say("sign-out"))),
            Self::BadForm(_, again) => Some((again.as_str(), say("continue"))),
            Self::NotFound | Self::WrongMethod(_) | Self::Failed(_) => None,
        };
        let request_id = log.request_id();
        let page = Problem { title: self.title(), text: self.text(), hint: self.hint(), continue_to, request_id };
        let status = self.status();
        let mut response = html(status, page.render());
        if let Self::WrongMethod(allowed) = self {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    const fn reason(&self) -> &'static str {
        match self {
            Self::Unreadable => "malformed_form",
            Self::Malformed(_) => "malformed_request",
            Self::BadHint => "id_token_hint_invalid",
            Self::Unregistered => "post_logout_redirect_uri_mismatch",
            Self::BadForm(fault, _) => fault.name(),
            Self::NotFound => "not_found",
            Self::WrongMethod(_) => "method",
            Self::Failed(failure) => failure.reason(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered | Self::BadForm(..) => {
                StatusCode::BAD_REQUEST
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Failed(failure) if failure.status().is_client_error() => StatusCode::BAD_REQUEST,
            Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(&self) -> Text {
        match self {
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered => say("problem-sign-out"),
            Self::BadForm(FormFault::Expired, _) => say("problem-form-expired"),
            Self::BadForm(FormFault::Used, _) => say("problem-form-used"),
            Self::BadForm(FormFault::OtherBrowser, _) => say("problem-form-other-browser"),
            Self::BadForm(FormFault::OtherRequest, _) => say("problem-form-other-request"),
            Self::BadForm(FormFault::CrossSite, _) => say("problem-form-cross-site"),
            Self::BadForm(FormFault::CookiesMissing, _) => say("problem-form-no-cookie"),
            Self::BadForm(FormFault::Unreadable, _) => say("problem-form-incomplete"),
            Self::NotFound => say("problem-not-found"),
            Self::WrongMethod(_) => say("problem-method"),
            Self::Failed(failure) if failure.status().is_client_error() => say("problem-form-unreadable"),
            Self::Failed(_) => say("problem-try-again"),
        }
    }

    fn text(&self) -> Text {
        match self {
            Self::Unreadable => say("problem-unreadable-text"),
            Self::Malformed(LogoutRequestError::Repeated) => say("sign-out-repeated"),
            Self::Malformed(LogoutRequestError::ClientId) => say("sign-out-client-id"),
            Self::Malformed(LogoutRequestError::PostLogoutRedirectUri) => say("sign-out-redirect-uri"),
            Self::Malformed(LogoutRequestError::State) => say("sign-out-state"),
            Self::BadHint => say("sign-out-bad-hint"),
            Self::Unregistered => say("sign-out-unregistered"),
            Self::BadForm(..) => say("sign-out-still-signed-in"),
            Self::NotFound => say("problem-not-found-text"),
            Self::WrongMethod(_) => say("problem-method-text"),
            Self::Failed(failure) if failure.status().is_client_error() => say("problem-form-unreadable-text"),
            Self::Failed(_) => say("sign-out-down"),
        }
    }

    const fn hint(&self) -> Option<Text> {
        match self {
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered => Some(SIGN_OUT_HERE),
            Self::BadForm(..) => Some(say("continue-to-be-asked")),
            Self::NotFound | Self::WrongMethod(_) | Self::Failed(_) => None,
        }
    }
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
