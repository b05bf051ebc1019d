//! The consent form.

use edge::{Answer, AuditEvent, Event, Incoming, Trace, redirect};
use grants::Timestamp;
use keys::{HandleKind, KeyRing};
use protocol::{AuthorizationErrorCode, Parameters};
use sessions::{FormTicket, SignedIn};

use crate::admitted::Admitted;
use crate::{Authorize, Early, show};

impl Authorize {
    /// Takes the person's decision.
    pub(crate) async fn consent(&self, incoming: Incoming<'_>) -> Result<Answer, Early> {
        let now = edge::now();
        let form = incoming.body_form().map_err(|failure| show::failed(&failure))?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let admitted = self.admit(text, now).await?;
        let ring = self.ring(now).await?;
        let guest = self.guest(incoming, &ring, admitted.trusted.client(), now).await?;
        let Some(person) = guest.signed_in else {
            // The session ended while the form lay open: begin again with the same request.
            return Ok(redirect(&admitted.again()));
        };
        let ticket = own_ticket(&form, &admitted, &person, &ring, now).filter(|_| !incoming.is_cross_site());
        let Some(ticket) = ticket else { return Err(show::used_form(&admitted)) };
        match form.one("decision").ok().flatten() {
            Some("allow") => self.allow(&admitted, &person, &ticket, now).await,
            Some("deny") => {
                let denied = self.refuse(&admitted, AuthorizationErrorCode::AccessDenied, "the person did not agree");
                let event = Event::of_person(AuditEvent::ConsentDenied, &person.user().subject);
                Ok(Trace::event(event).onto(denied))
            }
            Some(_) | None => Err(show::used_form(&admitted)),
        }
    }

    async fn allow(
        &self,
        admitted: &Admitted,
        person: &SignedIn,
        ticket: &FormTicket,
        now: Timestamp,
    ) -> Result<Answer, Early> {
        let answer = self.issue(admitted, person, *ticket.nonce(), now).await?;
        let client = admitted.trusted.client();
        if client.is_confidential() {
            let remembered =
                self.people.remember_consent(person.user().key, &client.id, &admitted.to_agree_to, now).await;
            // The person agreed, and is only asked again next time.
            drop(remembered.map_err(show::unavailable));
        }
        Ok(answer)
    }
}

fn own_ticket(
    form: &Parameters,
    admitted: &Admitted,
    person: &SignedIn,
    ring: &KeyRing,
    now: Timestamp,
) -> Option<FormTicket> {
    let text = form.one("ticket").ok().flatten().unwrap_or_default();
    let bytes = ring.handles().open(HandleKind::ConsentForm, text)?;
    FormTicket::from_bytes(&bytes)
        .filter(|ticket| ticket.admits_consent(person.session().id, admitted.written.digest, now))
}
