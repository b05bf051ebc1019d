//! The reasons to show a sign-in form again.

use edge::{AuditEntry, AuditEvent, RequestLog};
use grants::{PersonKey, Seconds};
use http::StatusCode;
use sessions::{FormFault, PasskeyFault};

/// The reason to show a sign-in form again.
#[derive(Clone, Copy, Debug)]
pub enum SignInFault {
    /// The username or the password is wrong.
    WrongPassword,
    /// The code of a second factor is wrong, or it was used before.
    WrongFactor,
    /// The passkey is not taken.
    WrongPasskey(PasskeyFault),
    /// The form does not count.
    BadForm(FormFault),
    /// No guess is answered for this many seconds.
    TooManyGuesses(Seconds),
}

impl SignInFault {
    /// Records a failed or throttled attempt to sign in as this person, who may be a placeholder.
    pub fn record(self, person: PersonKey, log: &RequestLog) {
        let event = match self {
            Self::BadForm(fault) => return log.refused(fault.name()),
            Self::WrongPasskey(fault) => {
                log.refused(fault.name());
                return log.event(AuditEntry::of_attempt(AuditEvent::SignInFailed, person));
            }
            Self::WrongPassword | Self::WrongFactor => AuditEvent::SignInFailed,
            Self::TooManyGuesses(_) => AuditEvent::SignInThrottled,
        };
        log.refused(event.as_str());
        log.event(AuditEntry::of_attempt(event, person));
    }

    /// The status of a form that is shown again.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::WrongPassword | Self::WrongFactor | Self::WrongPasskey(_) | Self::BadForm(_) => StatusCode::FORBIDDEN,
            Self::TooManyGuesses(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// Returns the text for the person.
    pub fn text(self) -> String {
        match self {
            Self::WrongPassword => "The username or the password is not right. Please try again.".to_owned(),
            Self::WrongFactor => {
                "The code is not right, or it was used before. Please wait for the next one, and try again.".to_owned()
            }
            Self::WrongPasskey(PasskeyFault::Used) => {
                "This passkey was used in the same moment, or with a form that was sent before. Please try again."
                    .to_owned()
            }
            Self::WrongPasskey(PasskeyFault::OtherPerson) => {
                "This passkey belongs to another account. Please use one of yours, or sign in with your password."
                    .to_owned()
            }
            Self::WrongPasskey(_) => {
                "This passkey does not work here. Please use another one, or sign in with your password.".to_owned()
            }
            Self::BadForm(fault) => describe(fault).to_owned(),
            Self::TooManyGuesses(wait @ ..120) => {
                format!("There were too many wrong attempts. Please try again in {wait} seconds.")
            }
            Self::TooManyGuesses(wait) => {
                format!("There were too many wrong attempts. Please try again in {} minutes.", wait.div_ceil(60))
            }
        }
    }
}

/// Returns the text for a sign-in form that does not count. The page with it has a form that does.
const fn describe(fault: FormFault) -> &'static str {
    match fault {
        FormFault::CookiesMissing => {
            "Your browser sent no cookie back. Please allow cookies for this site, and then sign in again."
        }
        FormFault::Expired => "This form was open for too long. Please sign in again.",
        FormFault::Used => "This form was used before. Please sign in again.",
        FormFault::OtherBrowser => {
            "This form was opened in another browser, or before the cookies were cleared. Please sign in again."
        }
        FormFault::OtherRequest => "This form was made for another request. Please sign in again.",
        FormFault::CrossSite => "Another site sent this form. Sign in only if you meant to do so here.",
        FormFault::Unreadable => "This form was not complete. Please sign in again.",
    }
}
