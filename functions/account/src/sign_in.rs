//! The sign-in to the account: the same check, throttling and session as at `/authorize`.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html_with_passkey, redirect};
use grants::{PersonKey, Timestamp};
use http::{StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::PasskeyForm;
use protocol::Parameters;
use service::{
    Attempted, Browser, ByPasskey, Checked, FactorCheck, FactorForm, PasskeyAttempt, SignInFault, Started, TriedFactor,
    credentials, form_ticket, typed_username,
};
use sessions::{FormTicket, Rules, Session, VisitId};

use crate::Account;
use crate::refused::Refused;
use crate::visitor::Page;

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

/// A password or a second factor that was checked.
struct CheckedSignIn {
    checked: Checked,
    /// The session that the browser had before.
    former: Option<Session>,
    /// The page that the person goes to.
    to: Page,
    /// The fault of a password or factor that is not right.
    wrong: SignInFault,
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

    /// Shows the sign-in page to a person who signed in too long ago to change something.
    pub(crate) async fn show_sign_in_again(&self, incoming: Incoming<'_>, to: Page) -> Result<Response, Refused> {
        let now = edge::now();
        let (ring, visitor) = (self.ring(now).await?, self.visitor(incoming, now).await?);
        let username = visitor.as_ref().map_or("", |visitor| visitor.person.user().username.as_str());
        let page = SignInPage { to, username, fault: None, again: true };
        let mut response = self.render_sign_in(incoming, &ring, page, now);
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
                match self.attempt(browser, &attempted, to, now).await? {
                    Ok(response) => return Ok(response),
                    Err(failed) => failed,
                }
            }
        };
        fault.record(person, incoming.log());
        Ok(self.render_sign_in(incoming, &ring, SignInPage { to, username, fault: Some(fault), again: false }, now))
    }

    async fn attempt(
        &self,
        browser: Browser<'_>,
        attempted: &Attempted<'_>,
        to: Page,
        now: Timestamp,
    ) -> Result<Result<Response, (PersonKey, SignInFault)>, Refused> {
        let (ring, passwords) = (self.ring(now).await?, self.sign_ins.passwords());
        let former = self.sign_ins.former_session(browser.incoming(), self.wiring.config.cookies(), &ring);
        let (checked, former) = tokio::join!(passwords.check(attempted, now), former);
        let (checked, former) = (checked?, former?);
        let wrong = SignInFault::WrongPassword;
        self.start(browser, CheckedSignIn { checked, former, to, wrong }, now).await
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
        let check = FactorCheck { half: &half, tried, client: None, device: browser.device(), ring };
        let former = self.sign_ins.former_session(incoming, self.wiring.config.cookies(), ring);
        let (checked, former) = tokio::join!(self.sign_ins.passwords().check_factor(&check, now), former);
        let (checked, former, wrong) = (checked?, former?, SignInFault::WrongFactor);
        match self.start(browser, CheckedSignIn { checked, former, to, wrong }, now).await? {
            Ok(response) => Ok(response),
            Err((person, fault)) => {
                fault.record(person, incoming.log());
                Ok(self.with_factor_form(to, |form| form.show(browser, &half, Some(fault))))
            }
        }
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
            ByPasskey::SignedIn(arrival) => {
                let user = arrival.person.user();
                incoming.log().event(AuditEntry::of_person(AuditEvent::SignedIn, &user.subject));
                let response = redirect(&format!("{}{}", self.path(), to.path()));
                Ok(browser.welcome(response, &arrival.person, &arrival.session, now))
            }
            ByPasskey::Rejected(person, fault) => {
                fault.record(person, incoming.log());
                let page = SignInPage { to, username: "", fault: Some(fault), again: false };
                Ok(self.render_sign_in(incoming, browser.ring(), page, now))
            }
        }
    }

    /// Starts the session of a person whose password or second factor was checked, or asks for the second factor.
    async fn start(
        &self,
        browser: Browser<'_>,
        CheckedSignIn { checked, former, to, wrong }: CheckedSignIn,
        now: Timestamp,
    ) -> Result<Result<Response, (PersonKey, SignInFault)>, Refused> {
        let right = match checked {
            Checked::Right(right) => *right,
            Checked::Wrong(person) => return Ok(Err((person, wrong))),
            Checked::Wait(wait, person) => return Ok(Err((person, SignInFault::TooManyGuesses(wait)))),
        };
        let (key, renewal) = (right.person.user().key, right.person.renewal());
        let rules = Rules::at(&self.wiring.config.policy, now);
        match self.sign_ins.start_session(right, former, to.digest(), rules).await? {
            Started::SignedIn(person, session) => {
                self.sign_ins.passwords().renew(renewal).await;
                let event = AuditEntry::of_person(AuditEvent::SignedIn, &person.user().subject);
                browser.incoming().log().event(event);
                let response = redirect(&format!("{}{}", self.path(), to.path()));
                Ok(Ok(browser.welcome(response, &person, &session, now)))
            }
            Started::Half(person) => {
                self.sign_ins.passwords().renew(renewal).await;
                Ok(Ok(self.with_factor_form(to, |form| form.after_password(browser, &person, now))))
            }
            Started::Over => Ok(Err((key, wrong))),
            Started::Wait(wait) => Ok(Err((key, SignInFault::TooManyGuesses(wait)))),
        }
    }

    fn with_factor_form(&self, to: Page, show: impl FnOnce(FactorForm<'_>) -> Response) -> Response {
        let action = format!("{}/sign-in", self.path());
        let carried = ("to", to.name());
        let site = self.wiring.config.passkey_site();
        show(FactorForm { action: &action, carried, digest: to.digest(), start_again: &action, site: site.as_ref() })
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
