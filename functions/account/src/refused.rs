//! Requests that are not carried out: the page that says why, and the reason for the log.

use edge::{Failure, Incoming, Response, html};
use http::{HeaderValue, StatusCode, header};
use pages::{Problem, Text, say};
use sessions::FormFault;

use crate::Account;
use crate::page::Page;

/// The reasons why a request is not carried out.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Nobody is signed in any more; the sign-in leads to this page.
    SignedOut(Page),
    /// The sign-in is too old for a change, or without the second factor; the next one leads to this page.
    SignedInLongAgo(Page),
    /// The form does not count; this page has one that does.
    BadForm(FormFault, Page),
    /// The link of a mail does not work, or not any more.
    LinkOver,
    /// The link of a sign-up does not work, or not any more.
    SignUpOver,
    /// The address of a link is the confirmed one of somebody else.
    AddressTaken,
    /// The password could not be hashed.
    Unhashable,
    /// The page does not exist.
    NotFound,
    /// The page supports only these methods.
    WrongMethod(&'static str),
    /// The form cannot be read, or a step failed.
    Failed(Failure),
}

impl Account {
    /// Records the reason and builds the answer.
    pub(crate) async fn answer_refused(&self, incoming: Incoming<'_>, refused: Refused) -> Response {
        incoming.log().refused(refused.reason());
        let shown = match refused {
            Refused::SignedOut(page) => self.show_sign_in(incoming, page, edge::now()).await.map(|mut response| {
                *response.status_mut() = StatusCode::FORBIDDEN;
                response
            }),
            Refused::SignedInLongAgo(page) => self.show_sign_in_again(incoming, page).await,
            Refused::BadForm(..)
            | Refused::LinkOver
            | Refused::SignUpOver
            | Refused::AddressTaken
            | Refused::Unhashable
            | Refused::NotFound
            | Refused::WrongMethod(_)
            | Refused::Failed(_) => Err(refused),
        };
        shown.unwrap_or_else(|refused| self.problem(incoming, &refused))
    }

    fn problem(&self, incoming: Incoming<'_>, refused: &Refused) -> Response {
        let again = match refused {
            Refused::BadForm(_, page) | Refused::SignedOut(page) | Refused::SignedInLongAgo(page) => {
                format!("{}{}", self.path(), page.path())
            }
            Refused::LinkOver => format!("{}/forgotten", self.path()),
            Refused::SignUpOver
            | Refused::AddressTaken
            | Refused::Unhashable
            | Refused::NotFound
            | Refused::WrongMethod(_)
            | Refused::Failed(_) => self.path(),
        };
        let page = Problem {
            title: refused.title(),
            text: refused.text(),
            hint: None,
            continue_to: Some((&again, say("continue"))),
            request_id: incoming.log().request_id(),
        };
        let status = refused.status();
        let mut response = html(status, page.render());
        if let Refused::WrongMethod(allowed) = refused {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl Refused {
    const fn reason(&self) -> &'static str {
        match self {
            Self::SignedOut(_) => "signed_out_meanwhile",
            Self::SignedInLongAgo(_) => "sign_in_too_old",
            Self::BadForm(fault, _) => fault.name(),
            Self::LinkOver | Self::SignUpOver => "link_over",
            Self::AddressTaken => "address_taken",
            Self::Unhashable => "password_unhashable",
            Self::NotFound => "not_found",
            Self::WrongMethod(_) => "method",
            Self::Failed(failure) => failure.reason(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut(_) | Self::SignedInLongAgo(_) | Self::BadForm(..) => StatusCode::FORBIDDEN,
            Self::LinkOver | Self::SignUpOver => StatusCode::BAD_REQUEST,
            Self::AddressTaken => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Failed(failure) if failure.status().is_client_error() => StatusCode::BAD_REQUEST,
            Self::Failed(_) | Self::Unhashable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(&self) -> Text {
        match self {
            Self::SignedOut(_) | Self::SignedInLongAgo(_) => say("problem-sign-in-again"),
            Self::BadForm(FormFault::Expired, _) => say("problem-form-expired"),
            Self::BadForm(FormFault::Used, _) => say("problem-form-used"),
            Self::BadForm(FormFault::OtherBrowser, _) => say("problem-form-other-browser"),
            Self::BadForm(FormFault::OtherRequest, _) => say("problem-form-other-page"),
            Self::BadForm(FormFault::CrossSite, _) => say("problem-form-cross-site"),
            Self::BadForm(FormFault::CookiesMissing, _) => say("problem-form-no-cookie"),
            Self::BadForm(FormFault::Unreadable, _) => say("problem-form-incomplete"),
            Self::LinkOver | Self::SignUpOver => say("problem-link-over"),
            Self::AddressTaken => say("problem-address-taken"),
            Self::NotFound => say("problem-not-found"),
            Self::WrongMethod(_) => say("problem-method"),
            Self::Failed(failure) if failure.status().is_client_error() => say("problem-form-unreadable"),
            Self::Failed(_) | Self::Unhashable => say("problem-try-again"),
        }
    }

    fn text(&self) -> Text {
        match self {
            Self::SignedOut(_) | Self::SignedInLongAgo(_) | Self::BadForm(..) => say("account-nothing-changed"),
            Self::LinkOver => say("problem-link-over-text"),
            Self::SignUpOver => say("problem-sign-up-over-text"),
            Self::AddressTaken => say("problem-address-taken-text"),
            Self::NotFound => say("problem-not-found-text"),
            Self::WrongMethod(_) => say("problem-method-text"),
            Self::Failed(failure) if failure.status().is_client_error() => say("problem-form-unreadable-text"),
            Self::Failed(_) | Self::Unhashable => say("account-down"),
        }
    }
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
