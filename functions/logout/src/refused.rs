//! Requests that are not carried out: the page that says why, and the reason for the log.

use std::borrow::Cow;

use edge::{Failure, RequestLog, Response, html};
use http::{HeaderValue, StatusCode, header};
use pages::Problem;
use protocol::LogoutRequestError;
use sessions::FormFault;

const SIGN_OUT_HERE: &str = "You are still signed in. If you want to sign out, you can do it here.";

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
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered => Some((path, "Sign out")),
            Self::BadForm(_, again) => Some((again.as_str(), "Continue")),
            Self::NotFound | Self::WrongMethod(_) | Self::Failed(_) => None,
        };
        let text = self.text();
        let request_id = log.request_id();
        let page = Problem { title: self.title(), text: &text, hint: self.hint(), continue_to, request_id };
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

    fn title(&self) -> &'static str {
        match self {
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered => {
                "This request to sign out cannot be followed"
            }
            Self::BadForm(FormFault::Expired, _) => "This form was open for too long",
            Self::BadForm(FormFault::Used, _) => "This form was used before",
            Self::BadForm(FormFault::OtherBrowser, _) => "This form belongs to another sign-in",
            Self::BadForm(FormFault::OtherRequest, _) => "This form belongs to another request",
            Self::BadForm(FormFault::CrossSite, _) => "This form came from another site",
            Self::BadForm(FormFault::CookiesMissing, _) => "Your browser sent no cookie",
            Self::BadForm(FormFault::Unreadable, _) => "This form is not complete",
            Self::NotFound => "There is no such page",
            Self::WrongMethod(_) => "This does not work",
            Self::Failed(failure) if failure.status().is_client_error() => "This form cannot be read",
            Self::Failed(_) => "Please try again",
        }
    }

    fn text(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unreadable => "The request is too long, or it is not encoded as it should be.",
            Self::Malformed(error) => {
                return Cow::Owned(format!("The app that sent you here made a mistake: {error}."));
            }
            Self::BadHint => "The app that sent you here did not prove properly who it is (id_token_hint).",
            Self::Unregistered => {
                "The app wants to have you back at an address that is not registered for it (post_logout_redirect_uri)."
            }
            Self::BadForm(..) => "You are still signed in.",
            Self::NotFound => "The address is not right.",
            Self::WrongMethod(_) => "This page cannot be asked for in this way.",
            Self::Failed(failure) if failure.status().is_client_error() => "Go back and try again.",
            Self::Failed(_) => {
                "Signing out does not work at the moment: you may still be signed in. Please try again in a minute."
            }
        })
    }

    const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable | Self::Malformed(_) | Self::BadHint | Self::Unregistered => SIGN_OUT_HERE,
            Self::BadForm(..) => "Continue here to be asked again.",
            Self::NotFound | Self::WrongMethod(_) | Self::Failed(_) => "",
        }
    }
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
