//! Handling of the consent form.

use edge::{AuditEntry, AuditEvent, Incoming, Response, Trace, redirect};
use grants::{Consent, Timestamp};
use keys::{HandleKind, KeyRing};
use protocol::{AuthorizationErrorCode, Parameters};
use sessions::{FormTicket, SignedIn};
use store::{Remembered, Unknown};

use crate::context::AuthorizationContext;
use crate::visitor::Visitor;
use crate::{Authorize, Early, show};

/// The number of attempts to store consent: another tab may write consent of the same person to the same client at
/// the same time, a few times at most.
const ATTEMPTS: usize = 3;

impl Authorize {
    /// Processes the user's decision.
    pub(crate) async fn consent(&self, incoming: Incoming<'_>) -> Result<Response, Early> {
        let now = edge::now();
        let form = incoming.body_form().map_err(|failure| show::failed(&failure))?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let context = self.admit(incoming, text, now).await?;
        let ring = self.ring(now).await?;
        let visitor = self.visitor(incoming, &ring, context.admission.client(), now).await?;
        let Some(person) = &visitor.signed_in else {
            // The session ended while the form was open: start again with the same request.
            return Ok(redirect(&context.carried.again()));
        };
        let ticket = own_ticket(&form, &context, person, &ring, now).filter(|_| !incoming.is_cross_site());
        let Some(ticket) = ticket else { return Err(show::used_form(&context)) };
        if !ticket.showed(context.shown().digest()) {
            // The client's registration changed while the page was open, or the page is from an earlier version.
            let page = show::consent(&context, person, &ring, now, true);
            return Ok(Trace::refused("consent_page_changed").onto(page));
        }
        match form.one("decision").ok().flatten() {
            Some("allow") => {
                let issued = self.issue(&context, person, *ticket.nonce(), now);
                let (issued, remembered) = tokio::join!(issued, self.remember(&context, person, &visitor, now));
                // The user agreed. If that cannot be remembered, the only effect is that they are asked again next
                // time.
                drop(remembered.map_err(show::unavailable));
                issued
            }
            Some("deny") => {
                let denied =
                    self.refuse(&context.admission, AuthorizationErrorCode::AccessDenied, "the person did not agree");
                let event = AuditEntry::of_person(AuditEvent::ConsentDenied, &person.user().subject);
                Ok(Trace::event(event).onto(denied))
            }
            Some(_) | None => Err(show::used_form(&context)),
        }
    }

    /// Adds the consent to the stored one, provided that it does not change in between.
    async fn remember(
        &self,
        context: &AuthorizationContext,
        person: &SignedIn,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<(), Unknown> {
        let (client, person) = (context.admission.client(), person.user().key);
        if !client.is_vouched_for(context.admission.redirect_uri()) {
            return Ok(());
        }
        let mut found = visitor.agreed.clone();
        for _ in 0..ATTEMPTS {
            let consent = Consent::given(client, context.admission.to_agree_to(), found.as_ref(), now);
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
    context: &AuthorizationContext,
    person: &SignedIn,
    ring: &KeyRing,
    now: Timestamp,
) -> Option<FormTicket> {
    let text = form.one("ticket").ok().flatten().unwrap_or_default();
    let bytes = ring.handles().open(HandleKind::ConsentForm, text)?;
    FormTicket::from_bytes(&bytes)
        .filter(|ticket| ticket.admits_consent(person.session().id, context.carried.digest, now))
}
