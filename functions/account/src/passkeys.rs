//! The passkeys of a person: added, listed, renamed and removed.
//!
//! # Decisions
//! - Everything here but a new name needs a sign-in that is at most ten minutes old, with two factors if the person has them.
//! - The session in which a passkey was added counts as one with two factors from then on, because the authenticator verified
//!   its user. It gets a new secret, so that a copy of its cookie ends instead of becoming stronger.
//! - The first factor of a person brings recovery codes, and they go with the last one.
//! - The last factor besides the password is removed only by a form that says so.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html_with_passkey, redirect};
use grants::{Context, Timestamp};
use http::StatusCode;
use keys::{HandleKind, is_good_passkey};
use pages::{AccountPasskey, AddedFactor, NewPasskeyForm, Text, say};
use protocol::{Parameters, PasskeyRegistration, PasskeySite};
use service::{Browser, WayBack, form_ticket};
use sessions::{
    FormFault, NewPasskey, Notice, Passkey, PasskeyFault, PasskeyId, PasskeyName, SessionChange, User, UserChange,
};
use store::{Acted, AddedPasskey};

use crate::Account;
use crate::factor_removal::Removal;
use crate::new_codes::NewCodes;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

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
        // The first factor brings recovery codes.
        let codes = (!user.has_factors()).then(|| NewCodes::of(&visitor));
        let change = match &codes {
            Some(codes) => UserChange::add_first_passkey(user, passkey.id(), handle, codes.hashes.clone()),
            None => UserChange::add_passkey(user, passkey.id(), handle),
        };
        let change = change.made_for(&passkey.id(), site.id());
        let (proven, handle) = SessionChange::with_passkey(session, &passkey, edge::random(), now);
        let told = self.tell(Notice::PasskeyAdded, user, now);
        let added = AddedPasskey { session, proven, passkey: &passkey, change: &change };
        match not_over(self.people.add_own_passkey(added, told).await?, Page::Passkeys)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorAdded, &user.subject));
                let back = self.way_back_of_demand(incoming, user).unwrap_or_else(|| self.passkeys_path());
                let response =
                    codes.map_or_else(|| redirect(&back), |codes| codes.show(Some(AddedFactor::Passkey), &back));
                let browser = Browser::of(incoming, self.wiring.config.cookies(), &visitor.ring);
                let response = browser.set_session(response, &handle);
                Ok(WayBack::forgotten(&self.wiring.config, incoming, response))
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("factors_changed_meanwhile");
                self.show_passkeys(&visitor, &site, Some(MEANWHILE), now).await
            }
        }
    }

    /// Gives the passkey that a form names another name, which needs no recent sign-in.
    pub(crate) async fn rename_passkey(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.passkey_site()?;
        let now = edge::now();
        let (visitor, form) = self.form_of(incoming, Page::Passkeys, now).await?;
        let field = |name| form.one(name).ok().flatten();
        let known = &visitor.person.user().factors.passkeys;
        let id = field("id").and_then(PasskeyId::parse).filter(|id| known.contains(id.as_str()));
        let Some(id) = id else { return Ok(self.back_to_passkeys()) };
        let name = PasskeyName::typed(field("name").unwrap_or_default());
        let renamed = self.people.rename_own_passkey(&visitor.person, &id, &name, now).await?;
        match not_over(renamed, Page::Passkeys)? {
            Acted::Done => {
                let subject = &visitor.person.user().subject;
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorRenamed, subject));
            }
            Acted::Refused | Acted::Over => incoming.log().refused("factors_changed_meanwhile"),
        }
        Ok(self.back_to_passkeys())
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
        let (change, ends_others) = (UserChange::remove_passkey(user, &id), Removal::ends_others(&form));
        let removal = Removal { change, passkey: Some(&id), ends_others, page: Page::Passkeys };
        self.take_away(incoming, &visitor, removal, now).await
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

    pub(crate) async fn show_passkeys(
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
            codes_left: (user.has_factors() && !user.has_second_factor()).then_some(user.factors.recovery.len()),
            is_demanded: self.has_to_reach(Context::PhishingResistant, user),
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
    pub(crate) fn passkey_site(&self) -> Result<PasskeySite, Refused> {
        self.wiring.config.passkey_site().ok_or(Refused::NotFound)
    }

    fn passkeys_path(&self) -> String {
        format!("{}{}", self.path(), Page::Passkeys.path())
    }

    fn back_to_passkeys(&self) -> Response {
        redirect(&self.passkeys_path())
    }
}

fn row(passkey: &Passkey, user: &User) -> AccountPasskey {
    let (id, factors) = (passkey.id(), &user.factors);
    AccountPasskey {
        name: passkey.name.as_str().to_owned(),
        added: pages::date(passkey.created_at.seconds()),
        last_used: passkey.used.last_at.map(|at| pages::moment(at.seconds())),
        made_for: factors.passkey_sites.get(id.as_str()).filter(|_| factors.elsewhere.contains(id.as_str())).cloned(),
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
