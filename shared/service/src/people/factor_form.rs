//! The form that asks for a second factor, the same on every page where people sign in.

use edge::{Response, html_with_passkey};
use grants::Timestamp;
use http::{StatusCode, header};
use protocol::{Parameters, PasskeySite};
use sessions::{FormFault, HalfSignedIn, ProvenPerson, RequestDigest, SignedIn, VisitId};

use crate::people::browsers::Browser;
use crate::people::sign_in_fault::SignInFault;

/// The form that asks for a second factor.
#[derive(Clone, Copy)]
pub struct FactorForm<'a> {
    /// The path to which it is sent, which is that of the sign-in form.
    pub action: &'a str,
    /// The name and the value of the field that says what comes next.
    pub carried: (&'a str, &'a str),
    /// The digest of that.
    pub digest: RequestDigest,
    /// The path and query that lead to the sign-in form again, while nobody is signed in.
    pub start_again: &'a str,
    /// The path and query that lead to the sign-in form although somebody is signed in.
    pub for_another: &'a str,
    /// The site of the passkeys, if there are any here.
    pub site: Option<&'a PasskeySite>,
}

impl FactorForm<'_> {
    /// Shows the form after a password.
    pub fn after_password(&self, browser: Browser<'_>, proven: &ProvenPerson, now: Timestamp) -> Response {
        let half = |visit| HalfSignedIn::after_password(proven, visit, self.digest, edge::random(), now);
        self.begin(browser, half)
    }

    /// Shows the form to a person who is signed in without a second factor.
    pub fn in_session(&self, browser: Browser<'_>, person: &SignedIn, now: Timestamp) -> Response {
        let half = |visit| HalfSignedIn::of_session(person, visit, self.digest, edge::random(), now);
        self.begin(browser, half)
    }

    fn begin(&self, browser: Browser<'_>, half: impl Fn(VisitId) -> HalfSignedIn) -> Response {
        let known = browser.visit();
        let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
        let response = self.show(browser, &half(visit), None);
        if known.is_some() { response } else { browser.begin_visit(response, visit) }
    }

    /// Shows the form, or shows it again because of a fault.
    pub fn show(&self, browser: Browser<'_>, half: &HalfSignedIn, fault: Option<SignInFault>) -> Response {
        let ticket = browser.ring().seal_half_sign_in(&half.to_bytes());
        let alert = fault.map(SignInFault::text);
        let (choices, challenge) = (half.choices(), half.passkey_challenge());
        let passkey = self.site.filter(|_| choices.passkey).map(|site| pages::PasskeyForm {
            action: self.action,
            carried: self.carried,
            ticket: ticket.expose(),
            site: site.id(),
            challenge: challenge.as_bytes(),
        });
        let page = pages::SecondFactor {
            action: self.action,
            carried: self.carried,
            ticket: ticket.expose(),
            start_again: if half.session().is_some() { self.for_another } else { self.start_again },
            has_app: choices.app,
            has_codes: choices.codes,
            passkey,
            alert,
        };
        let status = fault.map_or(StatusCode::OK, SignInFault::status);
        let mut response = html_with_passkey(status, page.render(), passkey.is_some());
        if let Some(SignInFault::TooManyGuesses(wait)) = fault {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }

    /// Reads the state that the form carries, if it was shown in this visit for this request.
    ///
    /// # Errors
    /// The [`FormFault`] of a form that does not count.
    pub fn read(
        browser: Browser<'_>,
        form: &Parameters,
        digest: RequestDigest,
        now: Timestamp,
    ) -> Result<HalfSignedIn, FormFault> {
        if browser.incoming().is_cross_site() {
            return Err(FormFault::CrossSite);
        }
        let text = form.one("ticket").ok().flatten().unwrap_or_default();
        let bytes = browser.ring().open_half_sign_in(text).ok_or(FormFault::Unreadable)?;
        let half = HalfSignedIn::from_bytes(&bytes).ok_or(FormFault::Unreadable)?;
        half.check(browser.visit_of_form()?, digest, now).map(|()| half)
    }
}
