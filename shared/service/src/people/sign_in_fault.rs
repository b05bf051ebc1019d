//! The reasons to show a sign-in form again.

use edge::{AuditEntry, AuditEvent, RequestLog};
use grants::{PersonKey, Seconds};
use http::StatusCode;
use pages::{Text, say};
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
    pub fn text(self) -> Text {
        match self {
            Self::WrongPassword => say("fault-password"),
            Self::WrongFactor => say("fault-code"),
            Self::WrongPasskey(PasskeyFault::Used) => say("fault-passkey-used"),
            Self::WrongPasskey(PasskeyFault::OtherPerson) => say("fault-passkey-of-another"),
            Self::WrongPasskey(_) => say("fault-passkey"),
            Self::BadForm(fault) => describe(fault),
            Self::TooManyGuesses(wait @ ..120) => say("fault-too-many-seconds").number("seconds", wait),
            Self::TooManyGuesses(wait) => say("fault-too-many-minutes").number("minutes", wait.div_ceil(60)),
        }
    }
}

/// Returns the text for a sign-in form that does not count. The page with it has a form that does.
const fn describe(fault: FormFault) -> Text {
    match fault {
        FormFault::CookiesMissing => say("fault-form-no-cookie"),
        FormFault::Expired => say("fault-form-expired"),
        FormFault::Used => say("fault-form-used"),
        FormFault::OtherBrowser => say("fault-form-other-browser"),
        FormFault::OtherRequest => say("fault-form-other-request"),
        FormFault::CrossSite => say("fault-form-cross-site"),
        FormFault::Unreadable => say("fault-form-incomplete"),
    }
}
