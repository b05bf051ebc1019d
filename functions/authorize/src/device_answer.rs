//! The answer of a person to a device: one conditional write to the item of its request.

use edge::{AuditEntry, AuditEvent, Failure, Incoming, Response, redirect};
use grants::revocation::revoke;
use grants::{Attempt, Moment, Person, SignIn, Timestamp, device};
use keys::{HandleKind, KeyRing};
use protocol::{Claims, ClaimsRequest, Parameters, UserCode};
use service::form_ticket;
use sessions::{FormFault, Next, RequestDigest, SignedIn, must_sign_in_for_device};
use store::Applied;

use crate::device::{DeviceContext, digest, read};
use crate::device_pages::Answered;
use crate::issue::outlives;
use crate::refused::Refused;
use crate::{Authorize, known_as};

/// The code that a form carries, with the digest that its ticket is for.
pub(crate) struct CarriedCode {
    pub(crate) code: UserCode,
    pub(crate) digest: RequestDigest,
    /// The path and query that lead to the page again.
    pub(crate) again: String,
}

/// A request that somebody decides about.
struct Decided {
    context: DeviceContext,
    person: Option<SignedIn>,
}

impl Authorize {
    /// Processes the person's decision. The ticket is checked first: without it the form tells nothing about its code.
    pub(crate) async fn answer_device(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let CarriedCode { code, digest, again } = self.carried_code(&form)?;
        let ring = self.ring(now).await?;
        let handle = incoming.session(self.wiring.config.cookies(), ring.handles());
        let Some(session) = handle.map(|handle| handle.id()) else { return Ok(redirect(&again)) };
        let ticket = form_ticket(incoming, &form, &ring, HandleKind::ConsentForm)
            .and_then(|ticket| ticket.check_consent(session, digest, now).map(|()| ticket));
        let ticket = ticket.map_err(|fault| Refused::BadForm(fault, again.clone()))?;
        let Decided { context, person } = self.find_as_registered_now(incoming, &ring, code, now).await?;
        let Some(person) = person else {
            // The session ended while the form was open: start again with the same code.
            return Ok(redirect(&again));
        };
        if sessions::next_for_device(&context.client, &person, &self.wiring.config.policy) != Next::Consent {
            // The client or the deployment demands a second factor since the form was shown.
            return Ok(redirect(&again));
        }
        if !ticket.showed(context.shown(&ClaimsRequest::default()).digest()) {
            incoming.log().refused("consent_page_changed");
            return self.show_question(&context, &person, now).await;
        }
        match form.one("decision").ok().flatten() {
            Some("allow") if must_sign_in_for_device(&context.client, &person, digest, false, now) => {
                // The page was open for too long: the grant would tell of a sign-in that is too old.
                Ok(redirect(&again))
            }
            Some("allow") => self.approve_device(incoming, &context, &person, now).await,
            Some("deny") => self.deny_device(incoming, &context, &person, now).await,
            Some(_) | None => Err(Refused::BadForm(FormFault::Unreadable, again)),
        }
    }

    /// Returns the request that waits, by what is registered now and not by the cache, with the person who is signed in with
    /// this browser.
    async fn find_as_registered_now(
        &self,
        incoming: Incoming<'_>,
        ring: &KeyRing,
        code: UserCode,
        now: Timestamp,
    ) -> Result<Decided, Refused> {
        let waiting = self.user_codes.waiting(&code, ring.handles(), now).await?;
        let context = self.device_context(code, waiting, now).await?.ok_or(Refused::DeviceRequestOver)?;
        incoming.log().client(&context.client.id);
        let (person, is_current) = tokio::join!(
            self.person_at(incoming, ring, &context.client, now),
            Box::pin(self.wiring.registry.is_current(&context.client, &context.apis, now)),
        );
        let person = person?;
        if is_current? {
            return Ok(Decided { context, person });
        }
        let DeviceContext { code, waiting, .. } = context;
        let context = Box::pin(self.device_context(code, Some(waiting), now)).await?;
        let context = context.ok_or(Refused::DeviceRequestOver)?;
        Ok(Decided { context, person })
    }

    /// Approves the request, and then checks whether the person and the session behind the grant are still valid. Of many
    /// approvals at the same time, only the one that counts is counted there. A poll that comes in between checks the same.
    async fn approve_device(
        &self,
        incoming: Incoming<'_>,
        context: &DeviceContext,
        person: &SignedIn,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let session_ends_at = person.session().expires_at;
        let made = self.person_of(context, person, now).await?;
        let grant = device::grant_of(&context.waiting, made, session_ends_at, &self.wiring.config.policy, moment);
        let step = device::approve(grant.clone(), now);
        match self.grants.apply(&step).await? {
            Applied::Done(_) => {}
            Applied::Refused(found) if device::was_approved(found.as_deref(), moment.attempt) => {}
            Applied::Refused(_) => return Err(Refused::DeviceRequestOver),
        }
        if !self.still_stands(&grant, person, now).await? {
            // The person signed out or was disabled since the visit was read. The device gets nothing.
            self.grants.apply(&revoke(grant.id)).await?;
            return Err(Refused::DeviceRequestOver);
        }
        incoming.log().event(AuditEntry::of_grant(AuditEvent::DeviceApproved, &grant));
        Ok(Self::show_answered(Answered::Allowed))
    }

    async fn person_of(&self, context: &DeviceContext, person: &SignedIn, now: Timestamp) -> Result<Person, Failure> {
        let (user, session, ring) = (person.user(), person.session(), self.wiring.keys.ring(now).await?);
        let known_as = known_as(&context.client, person, &ring)?;
        Ok(Person {
            subject: user.subject.clone(),
            pairwise_subject: Some(known_as).filter(|known_as| *known_as != user.subject),
            auth_time: session.auth_time,
            authentication: person.authentication(),
            footing: Some(person.footing(outlives(&context.target.scope))),
            sign_in: Some(SignIn { userinfo_claims: std::collections::BTreeSet::new(), id_token_claims: Claims::NONE }),
        })
    }

    async fn deny_device(
        &self,
        incoming: Incoming<'_>,
        context: &DeviceContext,
        person: &SignedIn,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        match self.grants.apply(&device::deny(&context.waiting, now)).await? {
            Applied::Done(_) => {}
            // The SDK repeated a write whose answer was lost, or another tab denied it at the same moment.
            Applied::Refused(found) if device::was_denied(found.as_deref()) => {}
            Applied::Refused(_) => return Err(Refused::DeviceRequestOver),
        }
        incoming.log().event(AuditEntry::of_person(AuditEvent::ConsentDenied, &person.user().subject));
        Ok(Self::show_answered(Answered::Denied))
    }

    /// Reads the code that a form carries.
    pub(crate) fn carried_code(&self, form: &Parameters) -> Result<CarriedCode, Refused> {
        let unreadable = || Refused::BadForm(FormFault::Unreadable, self.device_path());
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let parameters = read(text).ok_or_else(unreadable)?;
        let typed = parameters.one("user_code").ok().flatten().unwrap_or_default();
        let code = UserCode::parse(typed).map_err(|_| unreadable())?;
        let again = format!("{}?user_code={code}", self.device_path());
        Ok(CarriedCode { digest: digest(&code), code, again })
    }
}
