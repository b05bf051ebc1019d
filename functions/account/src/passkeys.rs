//! The passkeys of a person: added, listed and removed.
//!
//! # Decisions
//! - Everything here needs a sign-in that is at most ten minutes old, with two factors if the person has them.
//! - The session in which a passkey was added counts as one with two factors from then on, because the authenticator verified
//!   its user.
//! - The last factor besides the password is removed only by a form that says so.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html_with_passkey, redirect};
use grants::Timestamp;
use http::StatusCode;
use keys::{HandleKind, is_good_passkey};
use pages::{AccountPasskey, NewPasskeyForm, Text, say};
use protocol::{Parameters, PasskeyRegistration, PasskeySite};
use service::form_ticket;
use sessions::{FormFault, NewPasskey, Passkey, PasskeyFault, PasskeyId, PasskeyName, SessionChange, User, UserChange};
use store::Acted;

use crate::Account;
use crate::refused::Refused;
use crate::visitor::{Page, Visitor, not_over};

const BAD: Text = say("passkey-not-usable");
const MEANWHILE: Text = say("passkeys-changed-meanwhile");
const LAST: Text = say("passkey-confirm-last");

impl Account {
    /// Shows the passkeys, with the form that adds one.
    pub(crate) async fn passkeys_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let (now, site) = (edge::now(), self.passkey_site()?);
        let Some(visitor) = self.visitor(incoming, now).await? else {
            return self.show_sign_in(incoming, Page::Passkeys, now).await;
        };
        if !visitor.person.is_recent(now) {
            return Err(Refused::SignedInLongAgo(Page::Passkeys));
        }
        self.show_passkeys(&visitor, &site, None, now).await
    }

    /// Adds the passkey that the browser made.
    pub(crate) async fn add_passkey(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let (now, site) = (edge::now(), self.passkey_site()?);
        let (visitor, form) = self.form_of_recent(incoming, Page::Passkeys, now).await?;
        let Some(handle) = carried_handle(&visitor, &form) else {
            return Err(Refused::BadForm(FormFault::Unreadable, Page::Passkeys));
        };
        let passkey = match self.made(incoming, &visitor, &form, now) {
            Ok(passkey) => passkey,
            Err(fault) => {
                incoming.log().refused(fault.name());
                return self.show_passkeys(&visitor, &site, Some(BAD), now).await;
            }
        };
        let (user, session) = (visitor.person.user(), visitor.person.session());
        let change = UserChange::add_passkey(user, passkey.id(), handle);
        let proven = SessionChange::with_passkey(session, &passkey, now);
        let added = self.people.add_own_passkey(session, &passkey, proven, &change).await?;
        match not_over(added, Page::Passkeys)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorAdded, &user.subject));
                Ok(self.back_to_passkeys())
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("factors_changed_meanwhile");
                self.show_passkeys(&visitor, &site, Some(MEANWHILE), now).await
            }
        }
    }

    /// Removes the passkey that a form names.
    pub(crate) async fn remove_passkey(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let (now, site) = (edge::now(), self.passkey_site()?);
        let (visitor, form) = self.form_of_recent(incoming, Page::Passkeys, now).await?;
        let field = |name| form.one(name).ok().flatten();
        let user = visitor.person.user();
        let id = field("id").and_then(PasskeyId::parse).filter(|id| user.factors.passkeys.contains(id.as_str()));
        let Some(id) = id else { return Ok(self.back_to_passkeys()) };
        let confirmed = field("last").is_some();
        if user.is_last_factor(&id) && !confirmed {
            incoming.log().refused("last_factor");
            return self.show_passkeys(&visitor, &site, Some(LAST), now).await;
        }
        let change = UserChange::remove_passkey(user, &id, confirmed);
        let removed = self.people.remove_own_passkey(&visitor.person, &id, &change, now).await?;
        match not_over(removed, Page::Passkeys)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorRemoved, &user.subject));
            }
            Acted::Refused | Acted::Over => incoming.log().refused("factors_changed_meanwhile"),
        }
        Ok(self.back_to_passkeys())
    }

    /// Returns the passkey that a form brings, if it was made for this form.
    fn made(
        &self,
        incoming: Incoming<'_>,
        visitor: &Visitor,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<Passkey, PasskeyFault> {
        let field = |name| form.one(name).ok().flatten().unwrap_or_default();
        // The ticket was checked with the form.
        let ticket = form_ticket(incoming, form, &visitor.ring, HandleKind::AccountForm);
        let challenge = ticket.map_err(|_| PasskeyFault::Challenge)?.passkey_challenge();
        let registration = PasskeyRegistration::parse(field("passkey")).map_err(|_| PasskeyFault::Malformed)?;
        if !is_good_passkey(&registration.made.key) {
            return Err(PasskeyFault::Key);
        }
        let site = self.wiring.config.passkey_site().ok_or(PasskeyFault::Site)?;
        let new = NewPasskey { registration, name: PasskeyName::typed(field("name")) };
        new.check(visitor.person.user().key, &site, &challenge, now)
    }

    async fn show_passkeys(
        &self,
        visitor: &Visitor,
        site: &PasskeySite,
        alert: Option<Text>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let (user, base) = (visitor.person.user(), self.path());
        let passkeys = self.people.passkeys_of(user.key).await?;
        let (ticket, challenge) = visitor.ticket_with_challenge(Page::Passkeys, now);
        let handle = user.factors.passkey_handle.unwrap_or_else(edge::random);
        let payload = [&handle[..], visitor.person.session().id.as_bytes()].concat();
        let sealed = visitor.ring.handles().seal(HandleKind::NewPasskeyForm, &payload);
        let known: Vec<String> = passkeys.iter().map(|passkey| passkey.credential.to_text()).collect();
        let rows: Vec<AccountPasskey> = passkeys.iter().map(|passkey| row(passkey, user)).collect();
        let status = if alert.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        let page = pages::AccountPasskeys {
            username: user.username.as_str(),
            base: &base,
            ticket: &ticket,
            passkeys: &rows,
            new: NewPasskeyForm {
                site: site.id(),
                challenge: challenge.as_bytes(),
                user: &handle,
                handle: sealed.expose(),
                known: &known.join(" "),
            },
            alert,
        };
        Ok(html_with_passkey(status, page.render(), true))
    }

    /// Returns the site of the passkeys. There is no such page where there are none.
    fn passkey_site(&self) -> Result<PasskeySite, Refused> {
        self.wiring.config.passkey_site().ok_or(Refused::NotFound)
    }

    fn back_to_passkeys(&self) -> Response {
        redirect(&format!("{}{}", self.path(), Page::Passkeys.path()))
    }
}

fn row(passkey: &Passkey, user: &User) -> AccountPasskey {
    let id = passkey.id();
    AccountPasskey {
        name: passkey.name.as_str().to_owned(),
        added: pages::date(passkey.created_at.seconds()),
        last_used: passkey.used.last_at.map(|at| pages::moment(at.seconds())),
        is_last: user.is_last_factor(&id),
        id: id.to_string(),
    }
}

/// Reads the user handle that a form carries, if it was shown in this session.
fn carried_handle(visitor: &Visitor, form: &Parameters) -> Option<[u8; 32]> {
    let text = form.one("handle").ok().flatten()?;
    let payload = visitor.ring.handles().open(HandleKind::NewPasskeyForm, text)?;
    let (handle, session) = payload.split_first_chunk::<32>()?;
    (session == visitor.person.session().id.as_bytes()).then_some(*handle)
}
