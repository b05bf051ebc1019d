//! Handling of the sign-in form.

use edge::{AuditEntry, AuditEvent, Cookie, Incoming, RequestLog, Response, redirect};
use grants::{Consent, PersonKey, Seconds, Timestamp};
use keys::{HandleKind, KeyRing};
use protocol::{Parameters, Secret, Username};
use service::{Attempted, Checked, form_ticket};
use sessions::{DeviceHandle, FormFault, Next, SessionHandle, SignedIn, next};

use crate::context::AuthorizationContext;
use crate::refused::Refused;
use crate::show::{Again, Why};
use crate::start_session::Started;
use crate::visitor::Visitor;
use crate::{Authorize, known_as, show, visit};

/// The lifetime of the device cookie: a year after the last sign-in.
const DEVICE_LIFETIME: Seconds = 365 * 24 * 3600;

/// A failed or throttled sign-in attempt.
struct Rejected {
    /// The person for the log, or a placeholder.
    person: PersonKey,
    /// The time in seconds during which no guess is answered.
    wait: Option<Seconds>,
}

impl Rejected {
    fn why(&self) -> Why {
        self.wait.map_or(Why::WrongPassword, Why::TooManyGuesses)
    }

    fn record(&self, log: &RequestLog) {
        let event = if self.wait.is_some() { AuditEvent::SignInThrottled } else { AuditEvent::SignInFailed };
        log.refused(event.as_str());
        log.event(AuditEntry::of_attempt(event, self.person));
    }
}

/// A person who has just signed in.
struct Arrival {
    person: SignedIn,
    /// The session handle for the cookie.
    session: SessionHandle,
    /// The consent that the person gave to the client before.
    agreed: Option<Consent>,
    /// The device handle, if someone signed in with this browser before.
    device: Option<DeviceHandle>,
}

impl Authorize {
    /// Processes username and password.
    pub(crate) async fn sign_in(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let context = self.admit(incoming, text, now).await?;
        let ring = self.ring(now).await?;
        let typed = form.one("username").ok().flatten().filter(|typed| typed.len() <= 128).unwrap_or_default();
        let again = |why| show::sign_in(&context, incoming, &ring, now, Some(Again { why, username: typed }));
        if let Err(fault) = check_form(incoming, &form, &context, &ring, now) {
            incoming.log().refused(fault.name());
            return Ok(again(Why::BadForm(fault)));
        }
        let rejected = match credentials(&form) {
            Some((username, password)) => {
                let attempted = Attempted {
                    username: &username,
                    password: &password,
                    client: &context.admission.client().id,
                    source: incoming.source(),
                    device: device(incoming, &context, &ring),
                    stranger: ring.handles().stranger(&username.normalized()),
                };
                match self.attempt(incoming, &context, &attempted, now).await? {
                    Ok(answer) => return Ok(answer),
                    Err(rejected) => rejected,
                }
            }
            None => Rejected { person: ring.handles().stranger(typed), wait: None },
        };
        rejected.record(incoming.log());
        Ok(again(rejected.why()))
    }

    /// Checks a password and continues with the person it belongs to.
    async fn attempt(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        attempted: &Attempted<'_>,
        now: Timestamp,
    ) -> Result<Result<Response, Rejected>, Refused> {
        let ring = self.ring(now).await?;
        let (checked, former) =
            tokio::join!(self.passwords.check(attempted, now), self.former_session(incoming, &ring));
        let (checked, former) = (checked?, former?);
        let right = match checked {
            Checked::Right(right) => *right,
            Checked::Wrong(person) => return Ok(Err(Rejected { person, wait: None })),
            Checked::Wait(wait, person) => return Ok(Err(Rejected { person, wait: Some(wait) })),
        };
        let (person, agreed) = (right.person.user().key, right.agreed.clone());
        match self.start_session(right, former, context.carried.digest, now).await? {
            Started::SignedIn(person, session) => {
                let arrival = Arrival { person: *person, session, agreed, device: attempted.device };
                self.welcome(context, arrival, now).await.map(Ok)
            }
            Started::Over => Ok(Err(Rejected { person, wait: None })),
            Started::Wait(wait) => Ok(Err(Rejected { person, wait: Some(wait) })),
        }
    }

    /// Continues with the person who has just signed in, and sets the browser's cookies.
    async fn welcome(
        &self,
        context: &AuthorizationContext<'_>,
        arrival: Arrival,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let Arrival { person, session, agreed, device } = arrival;
        let ring = self.ring(now).await?;
        let key = person.user().key;
        let device = device.filter(|known| known.of(key).is_some());
        let device = device.unwrap_or_else(|| DeviceHandle::new(key, edge::random()));
        let event = AuditEntry::of_person(AuditEvent::SignedIn, &person.user().subject);
        let known_as = Some(known_as(context.admission.client(), &person, &ring)?);
        let visitor = Visitor { signed_in: Some(person), known_as, agreed };
        let response = self.after_sign_in(context, &visitor, now).await?;
        context.log.earlier_event(event);
        context.log_client();
        let cookie = ring.handles().seal(HandleKind::Session, &session.to_bytes());
        let device = ring.handles().seal(HandleKind::Device, &device.to_bytes());
        let response = context.cookies.set(response, Cookie::Session, cookie.expose());
        Ok(context.cookies.set_lasting(response, Cookie::Device, device.expose(), DEVICE_LIFETIME))
    }

    /// Chooses the next step after a correct password: the consent page, by way of the request, or directly the
    /// client.
    async fn after_sign_in(
        &self,
        context: &AuthorizationContext<'_>,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let situation = context.situation(visitor, true);
        match (next(context.admission.request(), &situation, now), &visitor.signed_in) {
            (Next::Issue, Some(person)) => self.issue(context, person, edge::random(), now).await,
            (Next::Refuse(unmet), _) => Ok(self.refuse(context, unmet.code(), unmet.description())),
            (Next::Consent | Next::SignIn | Next::Issue, _) => Ok(redirect(&context.carried.again())),
        }
    }
}

/// Checks that the form was shown to this browser for this request. A browser that keeps cookies has one since it got the
/// form.
fn check_form(
    incoming: Incoming<'_>,
    form: &Parameters,
    context: &AuthorizationContext<'_>,
    ring: &KeyRing,
    now: Timestamp,
) -> Result<(), FormFault> {
    let ticket = form_ticket(incoming, form, ring, HandleKind::SignInForm)?;
    if incoming.cookie(context.cookies.name(Cookie::Visit)).is_none() {
        return Err(FormFault::CookiesMissing);
    }
    let visit = visit(incoming, context.cookies, ring).ok_or(FormFault::OtherBrowser)?;
    ticket.check_sign_in(visit, context.carried.digest, now)
}

/// Returns the device named by the browser's cookie.
fn device(incoming: Incoming<'_>, context: &AuthorizationContext<'_>, ring: &KeyRing) -> Option<DeviceHandle> {
    let value = incoming.cookie(context.cookies.name(Cookie::Device))?;
    DeviceHandle::from_bytes(&ring.handles().open(HandleKind::Device, value)?)
}

fn credentials(form: &Parameters) -> Option<(Username, Secret)> {
    let username = Username::parse(form.one("username").ok().flatten()?.trim()).ok()?;
    let password = Secret::new(form.one("password").ok().flatten()?.to_owned());
    Some((username, password))
}
