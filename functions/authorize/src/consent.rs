//! Handling of the consent form.

use edge::{Answer, AuditEvent, Event, Incoming, Trace, redirect};
use grants::{Consent, Timestamp};
use keys::{HandleKind, KeyRing};
use protocol::{AuthorizationErrorCode, Parameters};
use sessions::{FormTicket, SignedIn};
use store::{Remembered, Unknown};

use crate::admitted::{Admitted, Guest};
use crate::{Authorize, Early, show};

/// The number of attempts to store consent: another tab may write consent of the same person to the same client at
/// the same time, a few times at most.
const ATTEMPTS: usize = 3;

impl Authorize {
    /// Processes the user's decision.
    pub(crate) async fn consent(&self, incoming: Incoming<'_>) -> Result<Answer, Early> {
        let now = edge::now();
        let form = incoming.body_form().map_err(|failure| show::failed(&failure))?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let admitted = self.admit(incoming, text, now).await?;
        let ring = self.ring(now).await?;
        let guest = self.guest(incoming, &ring, admitted.trusted.client(), now).await?;
        let Some(person) = &guest.signed_in else {
            // The session ended while the form was open: start again with the same request.
            return Ok(redirect(&admitted.again()));
        };
        let ticket = own_ticket(&form, &admitted, person, &ring, now).filter(|_| !incoming.is_cross_site());
        let Some(ticket) = ticket else { return Err(show::used_form(&admitted)) };
        if !ticket.showed(admitted.shown().digest()) {
            // The client's registration changed while the page was open, or the page is from an earlier version.
            let page = show::consent(&admitted, person, &ring, now, true);
            return Ok(Trace::refused("consent_page_changed").onto(page));
        }
        match form.one("decision").ok().flatten() {
            Some("allow") => {
                let issued = self.issue(&admitted, person, *ticket.nonce(), now);
                let (issued, remembered) = tokio::join!(issued, self.remember(&admitted, person, &guest, now));
                // The user agreed. If that cannot be remembered, the only effect is that they are asked again next
                // time.
                drop(remembered.map_err(show::unavailable));
                issued
            }
            Some("deny") => {
                let denied = self.refuse(&admitted, AuthorizationErrorCode::AccessDenied, "the person did not agree");
                let event = Event::of_person(AuditEvent::ConsentDenied, &person.user().subject);
                Ok(Trace::event(event).onto(denied))
            }
            Some(_) | None => Err(show::used_form(&admitted)),
        }
    }

    /// Adds the consent to the stored one, provided that it does not change in between.
    async fn remember(
        &self,
        admitted: &Admitted,
        person: &SignedIn,
        guest: &Guest,
        now: Timestamp,
    ) -> Result<(), Unknown> {
        let (client, person) = (admitted.trusted.client(), person.user().key);
        if !client.is_vouched_for(admitted.trusted.redirect_uri()) {
            return Ok(());
        }
        let mut found = guest.agreed.clone();
        for _ in 0..ATTEMPTS {
            let consent = Consent::given(client, &admitted.to_agree_to, found.as_ref(), now);
            match self.people.remember_consent(person, &client.id, &consent, found.as_ref()).await? {
                Remembered::Done => break,
                // It was withdrawn meanwhile, and stays so.
                Remembered::Refused(None) if found.is_some() => break,
                Remembered::Refused(stands) => found = stands,
            }
        }
        Ok(())
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
