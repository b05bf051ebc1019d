//! Handling of the sign-in form.

use edge::{AuditEntry, AuditEvent, Incoming, Response, redirect};
use grants::{Client, Timestamp};
use keys::{HandleKind, KeyRing};
use protocol::Parameters;
use service::{
    Arrival, Arrived, Attempted, Browser, FactorCheck, FactorForm, PasskeyAttempt, SignInFault, TriedFactor, WayBack,
    credentials, form_ticket, typed_username,
};
use sessions::{DeviceHandle, FormFault, HalfSignedIn, Next, ProvenPerson, RequestDigest, Rules, next};

use crate::context::AuthorizationContext;
use crate::issue::Allowed;
use crate::refused::Refused;
use crate::show::Again;
use crate::visitor::Visitor;
use crate::{Authorize, known_as, show};

/// A second factor after the password.
struct SecondStep<'f> {
    form: &'f Parameters,
    tried: TriedFactor<'f>,
}

impl Authorize {
    /// Processes username and password, or a second factor after them.
    pub(crate) async fn sign_in(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let (now, form) = (edge::now(), incoming.body_form()?);
        let context = self.admit(incoming, form.one("request").ok().flatten().unwrap_or_default(), now).await?;
        let ring = self.ring(now).await?;
        if PasskeyAttempt::is_in(&form) {
            return self.sign_in_by_passkey(incoming, &context, &form, now).await;
        }
        if let Some(tried) = TriedFactor::of(&form) {
            return self.second_step(incoming, &context, SecondStep { form: &form, tried }, now).await;
        }
        let (typed, browser) = (typed_username(&form), Browser::of(incoming, context.cookies, &ring));
        let again = |why| show::sign_in(&context, incoming, &ring, now, Some(Again { why, username: typed }));
        if let Err(fault) = check_form(browser, &form, &ring, context.carried.digest, now) {
            context.check_first_page()?;
            incoming.log().refused(fault.name());
            return Ok(again(SignInFault::BadForm(fault)));
        }
        let rejected = |person, why: SignInFault| {
            why.record(person, incoming.log());
            Ok(again(why))
        };
        let Some((username, password)) = credentials(&form) else {
            return rejected(ring.handles().stranger(typed), SignInFault::WrongPassword);
        };
        let attempted = Attempted {
            username: &username,
            password: &password,
            client: Some(&context.admission.client().id),
            source: incoming.source(),
            device: browser.device(),
            stranger: ring.handles().stranger(&username.normalized()),
        };
        let rules = Rules::at(&self.wiring.config.policy, now);
        match self.sign_ins.by_password(browser, &attempted, context.carried.digest, rules).await? {
            Arrived::SignedIn(arrival) => self.welcome(incoming, &context, *arrival, now).await,
            Arrived::Half(person) => Ok(ask_for_factor(&context, &ring, browser, &person, now)),
            Arrived::Rejected(person, why) => rejected(person, why),
        }
    }

    /// Processes the second factor of a person who gave the password.
    async fn second_step(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        SecondStep { form, tried }: SecondStep<'_>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, context.cookies, &ring);
        let half = match FactorForm::read(browser, form, context.carried.digest, now) {
            Ok(half) => half,
            Err(fault) => {
                context.check_first_page()?;
                incoming.log().refused(fault.name());
                let again = Again { why: SignInFault::BadForm(fault), username: "" };
                return Ok(show::sign_in(context, incoming, &ring, now, Some(again)));
            }
        };
        let client = context.admission.client();
        if !self.is_in_session(incoming, &half, client, now).await? {
            return Err(Refused::StartOver(context.carried.again()));
        }
        let check = FactorCheck { half: &half, tried, client: Some(&client.id), device: browser.device(), ring: &ring };
        let rules = Rules::at(&self.wiring.config.policy, now);
        match self.sign_ins.by_factor(browser, &check, context.carried.digest, rules).await? {
            Arrived::SignedIn(arrival) => self.welcome(incoming, context, *arrival, now).await,
            Arrived::Half(person) => Ok(ask_for_factor(context, &ring, browser, &person, now)),
            Arrived::Rejected(person, why) => {
                why.record(person, incoming.log());
                Ok(with_factor_form(context, &ring, now, |form| form.show(browser, &half, Some(why))))
            }
        }
    }

    /// Checks whether the session in which a second factor was asked for goes on. After a password there is none yet.
    pub(crate) async fn is_in_session(
        &self,
        incoming: Incoming<'_>,
        half: &HalfSignedIn,
        client: &Client,
        now: Timestamp,
    ) -> Result<bool, Refused> {
        let Some(session) = half.session() else { return Ok(true) };
        let ring = self.ring(now).await?;
        let person = self.person_at(incoming, &ring, client, now).await?;
        Ok(person.is_some_and(|person| person.session().id == session))
    }

    /// Continues with the person who has just signed in, and sets the browser's cookies.
    pub(crate) async fn welcome(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        arrival: Arrival,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let Arrival { person, session, agreed } = arrival;
        let ring = self.ring(now).await?;
        let device = DeviceHandle::of_session(&person, now);
        let event = AuditEntry::of_person(AuditEvent::SignedIn, &person.user().subject);
        let known_as = Some(known_as(context.admission.client(), &person, &ring)?);
        let visitor = Visitor { signed_in: Some(person), known_as, agreed };
        let response = self.after_sign_in(incoming, context, &visitor, now).await?;
        context.log.earlier_event(event);
        context.log_client();
        let browser = Browser::of(incoming, context.cookies, &ring);
        Ok(browser.remember(browser.set_session(response, &session), &device))
    }

    /// Chooses the next step after a correct password: the consent page, by way of the request, the page that adds a factor,
    /// or directly the client.
    async fn after_sign_in(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let situation = context.situation(visitor, true);
        match (next(context.admission.request(), &situation, now), &visitor.signed_in) {
            (Next::Issue, Some(person)) => self.issue(context, person, Allowed::Before, now).await,
            (Next::Refuse(unmet), _) => Ok(self.refuse(context, unmet.code(), unmet.description()).await?),
            (Next::SetUp, _) => {
                let back = context.carried.way_back(&*self.ring(now).await?, now);
                Ok(self.set_up_factor(incoming, &back))
            }
            (Next::Consent | Next::SignIn | Next::Factor | Next::Issue, _) => Ok(redirect(&context.carried.again())),
        }
    }
}

impl Authorize {
    /// Leads a person to the page that adds the factor which the deployment demands. The browser keeps the way back.
    pub(crate) fn set_up_factor(&self, incoming: Incoming<'_>, back: &WayBack) -> Response {
        let config = &self.wiring.config;
        back.kept(config, incoming, redirect(&config.demanded_factor_page()))
    }
}

/// Asks a person who gave the password for a second factor.
fn ask_for_factor(
    context: &AuthorizationContext<'_>,
    ring: &KeyRing,
    browser: Browser<'_>,
    person: &ProvenPerson,
    now: Timestamp,
) -> Response {
    with_factor_form(context, ring, now, |form| form.after_password(browser, person, now))
}

/// Shows the form that asks for a second factor for a request.
pub(crate) fn with_factor_form(
    context: &AuthorizationContext<'_>,
    ring: &KeyRing,
    now: Timestamp,
    show: impl FnOnce(FactorForm<'_>) -> Response,
) -> Response {
    context.log_client();
    let action = format!("{}/sign-in", context.carried.path);
    let (start_again, for_another) = (context.carried.again(), context.carried.for_another(ring, now));
    let (carried, digest) = (("request", context.carried.query.as_str()), context.carried.digest);
    let site = context.passkey_site.as_ref();
    show(FactorForm { action: &action, carried, digest, start_again: &start_again, for_another: &for_another, site })
}

/// Checks that the form was shown to this browser for this request. A browser that keeps cookies has one since it got the
/// form.
pub(crate) fn check_form(
    browser: Browser<'_>,
    form: &Parameters,
    ring: &KeyRing,
    digest: RequestDigest,
    now: Timestamp,
) -> Result<(), FormFault> {
    let ticket = form_ticket(browser.incoming(), form, ring, HandleKind::SignInForm)?;
    ticket.check_sign_in(browser.visit_of_form()?, digest, now)
}
