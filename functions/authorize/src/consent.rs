//! Handling of the consent form.

use edge::{AuditEntry, AuditEvent, Failure, Incoming, Response, redirect};
use grants::{Consent, Timestamp};
use keys::HandleKind;
use protocol::AuthorizationErrorCode;
use service::form_ticket;
use sessions::{FormFault, SignedIn, meets_demands, must_sign_in_to_agree};
use store::{Remembered, Unknown};

use crate::Authorize;
use crate::context::AuthorizationContext;
use crate::issue::Allowed;
use crate::refused::Refused;
use crate::visitor::Visitor;

/// The number of attempts to store consent: another tab may write consent of the same person to the same client at
/// the same time, a few times at most.
const ATTEMPTS: usize = 3;

/// A request that somebody decides about.
struct Decided<'r> {
    context: AuthorizationContext<'r>,
    visitor: Visitor,
}

impl Authorize {
    /// Processes the user's decision.
    pub(crate) async fn consent(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let Decided { context, visitor } = self.admit_as_registered_now(incoming, text, now).await?;
        let ring = self.ring(now).await?;
        let Some(person) = &visitor.signed_in else {
            // The session ended while the form was open: start again with the same request.
            return Ok(redirect(&context.carried.again()));
        };
        let ticket = form_ticket(incoming, &form, &ring, HandleKind::ConsentForm)
            .and_then(|ticket| ticket.check_consent(person.session().id, context.carried.digest, now).map(|()| ticket));
        let ticket = ticket.map_err(|fault| context.bad_form(fault))?;
        let (request, client) = (context.admission.request(), context.admission.client());
        if !meets_demands(request, client, person, &context.policy) {
            // The second factor that the form was shown for is gone.
            return Ok(redirect(&context.carried.again()));
        }
        if !ticket.showed(context.shown().digest()) {
            // The client's registration changed while the page was open, or the page is from an earlier version.
            incoming.log().refused("consent_page_changed");
            return self.ask(&context, person, now, true).await;
        }
        match form.one("decision").ok().flatten() {
            Some("allow") if must_sign_in_to_agree(request, &context.situation(&visitor, false), now) => {
                // The page was open for too long: the code would tell of a sign-in that is too old.
                Ok(redirect(&context.carried.again_later(&ring, now)))
            }
            Some("allow") => {
                let issued = self.issue(&context, person, Allowed::Now(*ticket.nonce()), now);
                let (issued, remembered) = tokio::join!(issued, self.remember(&context, person, &visitor, now));
                // The user agreed. If that cannot be remembered, the only effect is that they are asked again next
                // time.
                drop(remembered.map_err(Failure::from));
                issued
            }
            Some("deny") => {
                self.end_denied(&context, now).await?;
                let description = "the person did not agree";
                incoming.log().event(AuditEntry::of_person(AuditEvent::ConsentDenied, &person.user().subject));
                Ok(self.refuse(&context, AuthorizationErrorCode::AccessDenied, description).await?)
            }
            Some(_) | None => Err(context.bad_form(FormFault::Unreadable)),
        }
    }

    /// Admits the request of a form by what is registered now. The cache may be a minute old, and the answer would count for a
    /// page that nobody saw. The registration is read while the visitor is; without a cookie neither is read.
    async fn admit_as_registered_now<'r>(
        &self,
        incoming: Incoming<'r>,
        text: &str,
        now: Timestamp,
    ) -> Result<Decided<'r>, Refused> {
        let context = self.admit(incoming, text, now).await?;
        let ring = self.ring(now).await?;
        let client = context.admission.client();
        let has_session = incoming.session(self.wiring.config.cookies(), ring.handles()).is_some();
        let is_current = Box::pin(async {
            if has_session { self.wiring.registry.is_current(client, &context.apis, now).await } else { Ok(true) }
        });
        let (visitor, is_current) = tokio::join!(self.visitor(incoming, &ring, client, now), is_current);
        if is_current? {
            return Ok(Decided { visitor: visitor?, context });
        }
        let context = Box::pin(self.admit(incoming, text, now)).await?;
        let visitor = self.visitor(incoming, &ring, context.admission.client(), now).await?;
        Ok(Decided { context, visitor })
    }

    /// Adds the consent to the stored one, provided that it does not change in between.
    async fn remember(
        &self,
        context: &AuthorizationContext<'_>,
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
