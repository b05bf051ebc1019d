//! The reasons why a form does not count.

/// The reason why a form that a browser sent does not count. Each has its own text for the person, because the next step
/// differs.
///
/// The reasons tell an attacker nothing: only the browser that sent the form sees the answer, a ticket that was not made
/// here is [`Unreadable`](Self::Unreadable) whatever it contains, and the reasons behind that are about the ticket and the
/// cookies of the same browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormFault {
    /// The browser says that another site sent the form.
    CrossSite,
    /// The browser sent no cookie, although it got one with the form.
    CookiesMissing,
    /// The form has no ticket that was made here, or it is not complete.
    Unreadable,
    /// The form was made for another browser, or for a sign-in that is over.
    OtherBrowser,
    /// The form was made for another request.
    OtherRequest,
    /// The form was open for too long.
    Expired,
    /// The form was already submitted.
    Used,
}

impl FormFault {
    /// All faults, in the order in which they are found.
    pub const ALL: [Self; 7] = [
        Self::CrossSite,
        Self::CookiesMissing,
        Self::Unreadable,
        Self::OtherBrowser,
        Self::OtherRequest,
        Self::Expired,
        Self::Used,
    ];

    /// The name of the fault in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CrossSite => "form_of_another_site",
            Self::CookiesMissing => "cookies_missing",
            Self::Unreadable => "form_not_readable",
            Self::OtherBrowser => "form_of_another_browser",
            Self::OtherRequest => "form_of_another_request",
            Self::Expired => "form_expired",
            Self::Used => "form_used",
        }
    }
}
