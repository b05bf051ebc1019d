//! Sign-ins with a passkey: two reads, and one write that makes all of it or nothing.

use edge::CookieRule;
use grants::PersonKey;
use keys::{HandleKind, signed_by_passkey};
use protocol::{ClientId, Parameters, PasskeyAssertion, PasskeySite, Username};
use sessions::{
    FormFault, HalfSignedIn, PasskeyChallenge, PasskeyFault, PasskeyProof, RequestDigest, Rules, Session,
    SessionHandle, ShownPasskey, SignedIn, signed_in,
};
use store::{StartedBy, Unknown};

use crate::forms::form_ticket;
use crate::people::arrivals::Arrival;
use crate::people::browsers::Browser;
use crate::people::factor_form::FactorForm;
use crate::people::sign_in_fault::SignInFault;
use crate::people::sign_ins::{CheckedSignIn, SignIns};

/// The field with the response of the authenticator.
const FIELD: &str = "passkey";

/// A form that brings a passkey.
#[derive(Clone, Copy)]
pub struct PasskeyAttempt<'a> {
    /// The browser that sent the form.
    pub browser: Browser<'a>,
    /// The fields of the form.
    pub form: &'a Parameters,
    /// The digest of what the person signs in for.
    pub digest: RequestDigest,
    /// The client that requests access, if there is one.
    pub client: Option<&'a ClientId>,
    /// The site that the passkeys belong to.
    pub site: &'a PasskeySite,
}

/// The outcome of a sign-in with a passkey.
pub enum ByPasskey {
    /// The session is stored.
    SignedIn(Box<Arrival>),
    /// Nothing was stored, for this reason. The key is for the log: the person's, or a stand-in.
    Rejected(PersonKey, SignInFault),
}

/// The facts that a sign-in rests on, as they were read.
struct Ground<'a> {
    proof: &'a PasskeyProof,
    former: Option<Session>,
    cookie: Option<&'a SessionHandle>,
    digest: RequestDigest,
}

impl PasskeyAttempt<'_> {
    /// Returns whether a form brings a passkey.
    pub fn is_in(form: &Parameters) -> bool {
        form.one(FIELD).ok().flatten().is_some()
    }

    /// Reads the sealed state of the form, and what the authenticator answered.
    fn read(&self, rules: Rules<'_>) -> Result<ShownPasskey, SignInFault> {
        let (half, challenge) = self.state(rules).map_err(SignInFault::BadForm)?;
        let text = self.form.one(FIELD).ok().flatten().unwrap_or_default();
        let assertion =
            PasskeyAssertion::parse(text).map_err(|_| SignInFault::WrongPasskey(PasskeyFault::Malformed))?;
        let typed = self.form.one("username").ok().flatten().map(str::trim).filter(|typed| !typed.is_empty());
        let username = typed.map(Username::parse).transpose();
        let username = username.map_err(|_| SignInFault::WrongPasskey(PasskeyFault::Malformed))?;
        Ok(ShownPasskey { assertion, challenge, half, username, site: self.site.clone() })
    }

    fn state(&self, rules: Rules<'_>) -> Result<(Option<HalfSignedIn>, PasskeyChallenge), FormFault> {
        let (form, browser) = (self.form, self.browser);
        let ticket = form.one("ticket").ok().flatten().unwrap_or_default();
        if ticket.starts_with(HandleKind::FactorForm.prefix()) {
            let half = FactorForm::read(browser, form, self.digest, rules.now)?;
            let challenge = half.passkey_challenge();
            return Ok((Some(half), challenge));
        }
        let ticket = form_ticket(browser.incoming(), form, browser.ring(), HandleKind::SignInForm)?;
        ticket.check_sign_in(browser.visit_of_form()?, self.digest, rules.now)?;
        Ok((None, ticket.passkey_challenge()))
    }
}

impl SignIns {
    /// Signs a person in with a passkey, with a name or without. Nothing is counted: a signature cannot be guessed.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether the session was stored.
    pub async fn by_passkey(
        &self,
        attempt: PasskeyAttempt<'_>,
        cookies: CookieRule,
        rules: Rules<'_>,
    ) -> Result<ByPasskey, Unknown> {
        let handles = attempt.browser.ring().handles();
        let shown = match attempt.read(rules) {
            Ok(shown) => shown,
            Err(fault) => return Ok(ByPasskey::Rejected(handles.stranger(""), fault)),
        };
        let cookie = attempt.browser.incoming().session(cookies, handles);
        let credential = &shown.assertion.id;
        let found = self.people.passkey_holder(credential, cookie.as_ref(), attempt.client).await?;
        let known = found.user.as_ref().map(|user| user.key).or(shown.half.as_ref().map(HalfSignedIn::person));
        let known = known.unwrap_or_else(|| handles.stranger(&credential.to_text()));
        let rejected = |fault| ByPasskey::Rejected(known, SignInFault::WrongPasskey(fault));
        let proof = shown.prove(found.user, found.passkey.as_ref(), rules.now, signed_by_passkey);
        let proof = match proof {
            Ok(proof) => proof,
            Err(fault) => return Ok(rejected(fault)),
        };
        let ground = Ground { proof: &proof, former: found.former, cookie: cookie.as_ref(), digest: attempt.digest };
        Ok(match self.start_by_passkey(ground, rules).await? {
            Some((person, session)) => ByPasskey::SignedIn(Box::new(Arrival { person, session, agreed: found.agreed })),
            None => rejected(PasskeyFault::Used),
        })
    }

    /// Creates the session, or renews the one that the same person has on this browser; `None` if the person, the passkey or
    /// the session in which it was asked for is not as it was read.
    async fn start_by_passkey(
        &self,
        ground: Ground<'_>,
        rules: Rules<'_>,
    ) -> Result<Option<(SignedIn, SessionHandle)>, Unknown> {
        let Ground { proof, former, cookie, digest } = ground;
        if let Some(within) = proof.within() {
            let user = Some(proof.user().clone());
            let person = cookie.and_then(|cookie| signed_in(cookie, former.clone(), user, rules));
            if person.is_none_or(|person| person.session().id != within) {
                return Ok(None);
            }
        }
        let (by, is_within) = (StartedBy::Passkey(proof.change()), proof.within().is_some());
        let checked = CheckedSignIn { proof: proof.complete(), by, former, is_within, for_request: digest };
        self.start_together(checked, rules).await
    }
}
