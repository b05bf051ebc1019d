//! The sign-in to the account: the same check, throttling and session as at `/authorize`.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html_with_passkey, redirect};
use grants::{PersonKey, Timestamp};
use http::{StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::PasskeyForm;
use protocol::Parameters;
use service::{
    Arrival, Arrived, Attempted, Browser, ByPasskey, FactorCheck, FactorForm, PasskeyAttempt, SignInFault, TriedFactor,
    credentials, form_ticket, typed_username,
};
use sessions::{FormTicket, HalfSignedIn, Rules, VisitId};

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;

/// The sign-in page to show.
#[derive(Clone, Copy)]
struct SignInPage<'a> {
    to: Page,
    username: &'a str,
    fault: Option<SignInFault>,
    /// `true` if the person is signed in, and the sign-in is too old to change something.
    again: bool,
}

/// A second factor after the password.
struct SecondStep<'f> {
    tried: TriedFactor<'f>,
    /// The page that the person goes to.
    to: Page,
}

impl Account {
    /// Shows the sign-in page to somebody who asks for it.
    pub(crate) async fn sign_in_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.show_sign_in(incoming, Page::Overview, edge::now()).await
    }

    /// Shows the sign-in page in place of another page.
    pub(crate) async fn show_sign_in(
        &self,
        incoming: Incoming<'_>,
        to: Page,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        Ok(self.render_sign_in(incoming, &ring, SignInPage { to, username: "", fault: None, again: false }, now))
    }

    /// Shows the sign-in page to a person who signed in too long ago to change something, or only the form for a second factor
    /// if nothing else is missing.
    pub(crate) async fn show_sign_in_again(&self, incoming: Incoming<'_>, to: Page) -> Result<Response, Refused> {
        let now = edge::now();
        let (ring, visitor) = (self.ring(now).await?, self.visitor(incoming, now).await?);
        let mut response = match &visitor {
            Some(visitor) if visitor.person.lacks_factor_only(now) => {
                let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
                self.with_factor_form(to, |form| form.in_session(browser, &visitor.person, now))
            }
            visitor => {
                let username = visitor.as_ref().map_or("", |visitor| visitor.person.user().username.as_str());
                self.render_sign_in(incoming, &ring, SignInPage { to, username, fault: None, again: true }, now)
            }
        };
        *response.status_mut() = StatusCode::FORBIDDEN;
        Ok(response)
    }

    /// Processes username and password.
    pub(crate) async fn sign_in(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
        let to = Page::named(form.one("to").ok().flatten().unwrap_or_default());
        if let Some(site) = self.wiring.config.passkey_site().filter(|_| PasskeyAttempt::is_in(&form)) {
            let digest = to.digest();
            let attempt = PasskeyAttempt { browser, form: &form, digest, client: None, site: &site };
            return self.sign_in_by_passkey(attempt, to, now).await;
        }
        if let Some(tried) = TriedFactor::of(&form) {
            return self.second_step(browser, &form, SecondStep { tried, to }, now).await;
        }
        let username = typed_username(&form);
        let ticket = form_ticket(incoming, &form, &ring, HandleKind::SignInForm);
        let counts = ticket.and_then(|ticket| ticket.check_sign_in(browser.visit_of_form()?, to.digest(), now));
        let (person, fault) = match (counts, credentials(&form)) {
            (Err(fault), _) => (ring.handles().stranger(username), SignInFault::BadForm(fault)),
            (Ok(()), None) => (ring.handles().stranger(username), SignInFault::WrongPassword),
            (Ok(()), Some((name, password))) => {
                let attempted = Attempted {
                    username: &name,
                    password: &password,
                    client: None,
                    source: incoming.source(),
                    device: browser.device(),
                    stranger: ring.handles().stranger(&name.normalized()),
                };
                let rules = Rules::at(&self.wiring.config.policy, now);
                let arrived = self.sign_ins.by_password(browser, &attempted, to.digest(), rules).await?;
                match self.go_on(browser, arrived, to, now) {
                    Ok(response) => return Ok(response),
                    Err(failed) => failed,
                }
            }
        };
        fault.record(person, incoming.log());
        Ok(self.render_sign_in(incoming, &ring, SignInPage { to, username, fault: Some(fault), again: false }, now))
    }

    /// Processes the second factor of a person who gave the password.
    async fn second_step(
        &self,
        browser: Browser<'_>,
        form: &Parameters,
        SecondStep { tried, to }: SecondStep<'_>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let (incoming, ring) = (browser.incoming(), browser.ring());
        let half = match FactorForm::read(browser, form, to.digest(), now) {
            Ok(half) => half,
            Err(fault) => {
                incoming.log().refused(fault.name());
                let fault = Some(SignInFault::BadForm(fault));
                return Ok(self.render_sign_in(
                    incoming,
                    ring,
                    SignInPage { to, username: "", fault, again: false },
                    now,
                ));
            }
        };
        if !self.is_in_session(incoming, &half, now).await? {
            return Err(Refused::SignedOut(to));
        }
        let check = FactorCheck { half: &half, tried, client: None, device: browser.device(), ring };
        let rules = Rules::at(&self.wiring.config.policy, now);
        let arrived = self.sign_ins.by_factor(browser, &check, to.digest(), rules).await?;
        match self.go_on(browser, arrived, to, now) {
            Ok(response) => Ok(response),
            Err((person, fault)) => {
                fault.record(person, incoming.log());
                Ok(self.with_factor_form(to, |form| form.show(browser, &half, Some(fault))))
            }
        }
    }

    /// Checks whether the session in which a second factor was asked for goes on. After a password there is none yet.
    async fn is_in_session(
        &self,
        incoming: Incoming<'_>,
        half: &HalfSignedIn,
        now: Timestamp,
    ) -> Result<bool, Refused> {
        let Some(session) = half.session() else { return Ok(true) };
        let visitor = self.visitor(incoming, now).await?;
        Ok(visitor.is_some_and(|visitor| visitor.person.session().id == session))
    }

    /// Processes a passkey, in place of the password or after it.
    async fn sign_in_by_passkey(
        &self,
        attempt: PasskeyAttempt<'_>,
        to: Page,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let (browser, incoming, config) = (attempt.browser, attempt.browser.incoming(), &self.wiring.config);
        let rules = Rules::at(&config.policy, now);
        match self.sign_ins.by_passkey(attempt, config.cookies(), rules).await? {
            ByPasskey::SignedIn(arrival) => Ok(self.welcome(browser, &arrival, to, now)),
            ByPasskey::Rejected(person, fault) => {
                fault.record(person, incoming.log());
                let page = SignInPage { to, username: "", fault: Some(fault), again: false };
                Ok(self.render_sign_in(incoming, browser.ring(), page, now))
            }
        }
    }

    /// Leads a person who has signed in to the page, or asks for the second factor. Otherwise returns the reason to show the
    /// form again.
    fn go_on(
        &self,
        browser: Browser<'_>,
        arrived: Arrived,
        to: Page,
        now: Timestamp,
    ) -> Result<Response, (PersonKey, SignInFault)> {
        match arrived {
            Arrived::SignedIn(arrival) => Ok(self.welcome(browser, &arrival, to, now)),
            Arrived::Half(person) => Ok(self.with_factor_form(to, |form| form.after_password(browser, &person, now))),
            Arrived::Rejected(person, fault) => Err((person, fault)),
        }
    }

    /// Leads the person who has just signed in to the page.
    fn welcome(&self, browser: Browser<'_>, arrival: &Arrival, to: Page, now: Timestamp) -> Response {
        let subject = &arrival.person.user().subject;
        browser.incoming().log().event(AuditEntry::of_person(AuditEvent::SignedIn, subject));
        let response = redirect(&format!("{}{}", self.path(), to.path()));
        browser.welcome(response, &arrival.person, &arrival.session, now)
    }

    fn with_factor_form(&self, to: Page, show: impl FnOnce(FactorForm<'_>) -> Response) -> Response {
        let action = format!("{}/sign-in", self.path());
        let carried = ("to", to.name());
        let site = self.wiring.config.passkey_site();
        // The page of this path asks whoever comes to sign in.
        let (start_again, for_another) = (&*action, &*action);
        show(FactorForm {
            action: &action,
            carried,
            digest: to.digest(),
            start_again,
            for_another,
            site: site.as_ref(),
        })
    }

    fn render_sign_in(&self, incoming: Incoming<'_>, ring: &KeyRing, page: SignInPage<'_>, now: Timestamp) -> Response {
        let SignInPage { to, username, fault, again } = page;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), ring);
        let known = browser.visit();
        let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
        let ticket = FormTicket::for_sign_in(visit, to.digest(), edge::random(), now);
        let challenge = ticket.passkey_challenge();
        let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
        let (action, site) = (format!("{}/sign-in", self.path()), self.wiring.config.passkey_site());
        let passkey = site.as_ref().map(|site| PasskeyForm {
            action: &action,
            carried: ("to", to.name()),
            ticket: ticket.expose(),
            site: site.id(),
            challenge: challenge.as_bytes(),
        });
        let alert = fault.map(SignInFault::text);
        let (forgotten, sign_up) = (self.wiring.config.forgotten_password(), self.wiring.config.sign_up_page());
        let page = pages::AccountSignIn {
            username,
            action: &action,
            to: to.name(),
            ticket: ticket.expose(),
            forgotten: forgotten.as_deref(),
            passkey,
            sign_up: sign_up.as_deref().filter(|_| !again),
            alert,
            again,
        };
        let status = match fault {
            None => StatusCode::OK,
            Some(fault) => fault.status(),
        };
        let mut response = html_with_passkey(status, page.render(), passkey.is_some());
        if let Some(SignInFault::TooManyGuesses(wait)) = fault {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        if known.is_some() { response } else { browser.begin_visit(response, visit) }
    }
}
