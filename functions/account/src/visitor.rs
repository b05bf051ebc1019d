//! The person at the browser, and the forms that the person sends.

use std::sync::Arc;

use edge::Incoming;
use grants::Timestamp;
use keys::{HandleKind, KeyRing};
use protocol::Parameters;
use service::form_ticket;
use sessions::{FormFault, FormTicket, PasskeyChallenge, Rules, SignedIn, signed_in};
use store::Acted;

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;

/// A signed-in person, with the keys for the forms.
pub(crate) struct Visitor {
    pub(crate) person: SignedIn,
    pub(crate) ring: Arc<KeyRing>,
}

impl Visitor {
    /// Returns the ticket for the forms of a page.
    pub(crate) fn ticket(&self, page: Page, now: Timestamp) -> String {
        self.ticket_with_challenge(page, now).0
    }

    /// Returns the ticket for the forms of a page, and the challenge for a passkey on it.
    pub(crate) fn ticket_with_challenge(&self, page: Page, now: Timestamp) -> (String, PasskeyChallenge) {
        let ticket = FormTicket::for_account(self.person.session().id, page.digest(), edge::random(), now);
        let sealed = self.ring.handles().seal(HandleKind::AccountForm, &ticket.to_bytes());
        (sealed.expose().to_owned(), ticket.passkey_challenge())
    }
}

impl Account {
    /// Returns the signed-in person: one read, or none without a cookie.
    pub(crate) async fn visitor(&self, incoming: Incoming<'_>, now: Timestamp) -> Result<Option<Visitor>, Refused> {
        let ring = self.ring(now).await?;
        let cookies = self.wiring.config.cookies();
        let Some(handle) = incoming.session(cookies, ring.handles()) else { return Ok(None) };
        let found = self.people.visitor(&handle, None).await?;
        let person = signed_in(&handle, found.session, found.user, Rules::at(&self.wiring.config.policy, now));
        Ok(person.map(|person| Visitor { person, ring }))
    }

    /// Returns the signed-in person and the form that this person sent from `page`.
    pub(crate) async fn form_of(
        &self,
        incoming: Incoming<'_>,
        page: Page,
        now: Timestamp,
    ) -> Result<(Visitor, Parameters), Refused> {
        let form = incoming.body_form()?;
        let visitor = self.visitor(incoming, now).await?.ok_or(Refused::SignedOut(page))?;
        form_ticket(incoming, &form, &visitor.ring, HandleKind::AccountForm)
            .and_then(|ticket| ticket.check_account(visitor.person.session().id, page.digest(), now))
            .map_err(|fault| Refused::BadForm(fault, page))?;
        // Which of two values is meant? None of them: no change is made by half of a form.
        form.without_repeats().map_err(|_| Refused::BadForm(FormFault::Unreadable, page))?;
        Ok((visitor, form))
    }

    /// Returns the same for a change that needs a recent sign-in.
    pub(crate) async fn form_of_change(
        &self,
        incoming: Incoming<'_>,
        now: Timestamp,
    ) -> Result<(Visitor, Parameters), Refused> {
        self.form_of_recent(incoming, Page::Overview, now).await
    }

    /// Returns the same for a change on another page.
    pub(crate) async fn form_of_recent(
        &self,
        incoming: Incoming<'_>,
        page: Page,
        now: Timestamp,
    ) -> Result<(Visitor, Parameters), Refused> {
        let (visitor, form) = self.form_of(incoming, page, now).await?;
        if visitor.person.is_recent(now) { Ok((visitor, form)) } else { Err(Refused::SignedInLongAgo(page)) }
    }
}

/// Refuses a change whose session ended in the meantime.
pub(crate) fn not_over(acted: Acted, page: Page) -> Result<Acted, Refused> {
    match acted {
        Acted::Over => Err(Refused::SignedOut(page)),
        Acted::Done | Acted::Refused => Ok(acted),
    }
}
