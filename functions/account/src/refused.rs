//! Requests that are not carried out: the page that says why, and the reason for the log.

use edge::{Failure, Incoming, Response, html};
use http::{HeaderValue, StatusCode, header};
use pages::Problem;
use sessions::FormFault;

use crate::Account;
use crate::visitor::Page;

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
            hint: "",
            continue_to: Some((&again, "Continue")),
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

    fn title(&self) -> &'static str {
        match self {
            Self::SignedOut(_) | Self::SignedInLongAgo(_) => "Please sign in again",
            Self::BadForm(FormFault::Expired, _) => "This form was open for too long",
            Self::BadForm(FormFault::Used, _) => "This form was used before",
            Self::BadForm(FormFault::OtherBrowser, _) => "This form belongs to another sign-in",
            Self::BadForm(FormFault::OtherRequest, _) => "This form belongs to another page",
            Self::BadForm(FormFault::CrossSite, _) => "This form came from another site",
            Self::BadForm(FormFault::CookiesMissing, _) => "Your browser sent no cookie",
            Self::BadForm(FormFault::Unreadable, _) => "This form is not complete",
            Self::LinkOver | Self::SignUpOver => "This link does not work any more",
            Self::AddressTaken => "Another account has this address",
            Self::NotFound => "There is no such page",
            Self::WrongMethod(_) => "This does not work",
            Self::Failed(failure) if failure.status().is_client_error() => "This form cannot be read",
            Self::Failed(_) | Self::Unhashable => "Please try again",
        }
    }

    fn text(&self) -> &'static str {
        match self {
            Self::SignedOut(_) | Self::SignedInLongAgo(_) | Self::BadForm(..) => {
                "Nothing was changed. Continue to your account, and try again there."
            }
            Self::LinkOver => {
                "A link works once, for half an hour, and until the password or the address is changed. Ask for a new one."
            }
            Self::SignUpOver => {
                "A link works once, and for a limited time. If you have an account by now, sign in. Otherwise ask for a new link."
            }
            Self::AddressTaken => "An address belongs to one account. Nothing was changed.",
            Self::NotFound => "The address is not right.",
            Self::WrongMethod(_) => "This page cannot be asked for in this way.",
            Self::Failed(failure) if failure.status().is_client_error() => "Go back and try again.",
            Self::Failed(_) | Self::Unhashable => {
                "Your account cannot be reached at the moment. Look in a minute whether your change was made."
            }
        }
    }
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
