//! The second factor of a person: an authenticator app, and recovery codes for when it is lost.
//!
//! # Decisions
//! - A new secret is stored when its first code was right, and not before. Until then the page carries it, sealed.
//! - Everything here needs a sign-in that is at most ten minutes old, with the second factor if the person has one. So does
//!   the page that shows a new secret.
//! - The first code is spent like any other, and the session counts as one with a second factor from then on.

use std::collections::BTreeSet;

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form, redirect};
use grants::Timestamp;
use http::StatusCode;
use keys::HandleKind;
use pages::{QrPicture, Text, say};
use protocol::{Parameters, Secret};
use service::Browser;
use sessions::{DeviceHandle, Notice, RecoveryCode, SessionChange, TotpSecret, UserChange};
use store::Acted;

use crate::Account;
use crate::refused::Refused;
use crate::visitor::{Page, Visitor, not_over};

const WRONG: Text = say("new-factor-wrong");
const MEANWHILE: Text = say("factors-changed-meanwhile");

/// Recovery codes that are not stored yet: the texts to show, and the hashes to keep.
struct NewCodes {
    shown: Vec<Secret>,
    hashes: BTreeSet<String>,
}

impl Account {
    /// Shows the second factor, or the page that adds one.
    pub(crate) async fn factors_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let Some(visitor) = self.visitor(incoming, now).await? else {
            return self.show_sign_in(incoming, Page::Factors, now).await;
        };
        if visitor.person.user().has_second_factor() {
            return Ok(self.show_factors(&visitor, None, now));
        }
        if !visitor.person.is_recent(now) {
            return Err(Refused::SignedInLongAgo(Page::Factors));
        }
        Ok(self.show_new_factor(&visitor, &TotpSecret::from_bytes(edge::random()), None, now))
    }

    /// Adds the app whose code the person typed.
    pub(crate) async fn add_factor(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, form) = self.form_of_factors(incoming, now).await?;
        let Some(secret) = carried_secret(&visitor, &form) else {
            return Err(Refused::BadForm(sessions::FormFault::Unreadable, Page::Factors));
        };
        let (user, session) = (visitor.person.user(), visitor.person.session());
        if user.has_second_factor() {
            return Ok(self.show_factors(&visitor, Some(MEANWHILE), now));
        }
        let Some(step) = secret.step_of(form.one("code").ok().flatten().unwrap_or_default(), None, now) else {
            incoming.log().refused("code_wrong");
            return Ok(self.show_new_factor(&visitor, &secret, Some(WRONG), now));
        };
        let sealed = visitor.ring.handles().seal_totp(user.key, secret.as_bytes())?;
        let codes = new_codes(&visitor);
        let change = UserChange::add_totp(user, sealed, step, now).with_recovery_codes(codes.hashes.clone());
        let stepped_up = SessionChange::with_factor(session, now);
        let told = self.tell(Notice::FactorAdded, user, now);
        match not_over(self.people.add_own_factor(session, stepped_up, &change, told).await?, Page::Factors)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorAdded, &user.subject));
                let browser = Browser::of(incoming, self.wiring.config.cookies(), &visitor.ring);
                let device = DeviceHandle::of_session(&visitor.person, now).with_factor();
                Ok(browser.remember(self.show_codes(&codes, true), &device))
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("factors_changed_meanwhile");
                Ok(redirect(&format!("{}{}", self.path(), Page::Factors.path())))
            }
        }
    }

    /// Removes the app and the recovery codes.
    pub(crate) async fn remove_factor(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, _) = self.form_of_factors(incoming, now).await?;
        let user = visitor.person.user();
        if user.factors.needed {
            incoming.log().refused("factor_needed");
            let shortest = self.min_lengths().alone;
            let alert = say("factors-needed").number("count", shortest);
            return Ok(self.show_factors(&visitor, Some(alert), now));
        }
        if user.has_second_factor() {
            let change = UserChange::remove_own_factors(user);
            let told = self.tell(Notice::FactorRemoved, user, now);
            let changed = self.people.change_own_profile(&visitor.person, &change, told, now).await?;
            if not_over(changed, Page::Factors)? == Acted::Done {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorRemoved, &user.subject));
            }
        }
        Ok(redirect(&format!("{}{}", self.path(), Page::Factors.path())))
    }

    /// Replaces the recovery codes, and shows the new ones.
    pub(crate) async fn replace_recovery_codes(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, _) = self.form_of_factors(incoming, now).await?;
        let user = visitor.person.user();
        if !user.has_second_factor() {
            return Ok(redirect(&format!("{}{}", self.path(), Page::Factors.path())));
        }
        let codes = new_codes(&visitor);
        let change = UserChange::replace_recovery_codes(user, codes.hashes.clone());
        let told = self.tell(Notice::RecoveryCodesReplaced, user, now);
        let changed = self.people.change_own_profile(&visitor.person, &change, told, now).await?;
        match not_over(changed, Page::Factors)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::RecoveryCodesReplaced, &user.subject));
                Ok(self.show_codes(&codes, false))
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("factors_changed_meanwhile");
                Ok(self.show_factors(&visitor, Some(MEANWHILE), now))
            }
        }
    }

    /// Returns the signed-in person and the form, for a change that needs a recent sign-in.
    async fn form_of_factors(&self, incoming: Incoming<'_>, now: Timestamp) -> Result<(Visitor, Parameters), Refused> {
        let (visitor, form) = self.form_of(incoming, Page::Factors, now).await?;
        if visitor.person.is_recent(now) { Ok((visitor, form)) } else { Err(Refused::SignedInLongAgo(Page::Factors)) }
    }

    fn show_factors(&self, visitor: &Visitor, alert: Option<Text>, now: Timestamp) -> Response {
        let user = visitor.person.user();
        let since = user.factors.totp.as_ref().map(|totp| pages::date(totp.since.seconds())).unwrap_or_default();
        let (base, ticket) = (self.path(), visitor.ticket(Page::Factors, now));
        let status = if alert.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        let page = pages::AccountFactors {
            username: user.username.as_str(),
            base: &base,
            ticket: &ticket,
            since: &since,
            codes_left: user.factors.recovery.len(),
            alert,
        };
        html_with_form(status, page.render())
    }

    fn show_new_factor(&self, visitor: &Visitor, secret: &TotpSecret, alert: Option<Text>, now: Timestamp) -> Response {
        let user = visitor.person.user();
        let (_, issuer) = self.wiring.config.issuer.as_str().split_once("://").unwrap_or_default();
        let uri = secret.uri(issuer.split('/').next().unwrap_or_default(), user.username.as_str());
        let qr = QrPicture::of(uri.expose());
        let payload = [&secret.as_bytes()[..], visitor.person.session().id.as_bytes()].concat();
        let sealed = visitor.ring.handles().seal(HandleKind::NewFactorForm, &payload);
        let (base, ticket, key) = (self.path(), visitor.ticket(Page::Factors, now), secret.typed());
        let status = if alert.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
        let page = pages::AccountNewFactor {
            username: user.username.as_str(),
            base: &base,
            ticket: &ticket,
            key: key.expose(),
            secret: sealed.expose(),
            qr: qr.as_ref(),
            alert,
        };
        html_with_form(status, page.render())
    }

    fn show_codes(&self, codes: &NewCodes, added_app: bool) -> Response {
        let shown: Vec<&str> = codes.shown.iter().map(Secret::expose).collect();
        let base = self.path();
        let page = pages::AccountRecoveryCodes { base: &base, codes: &shown, added_app };
        html(StatusCode::OK, page.render())
    }
}

/// Reads the secret that a form carries, if it was shown in this session.
fn carried_secret(visitor: &Visitor, form: &Parameters) -> Option<TotpSecret> {
    let text = form.one("secret").ok().flatten()?;
    let payload = visitor.ring.handles().open(HandleKind::NewFactorForm, text)?;
    let (secret, session) = payload.split_first_chunk::<20>()?;
    (session == visitor.person.session().id.as_bytes()).then(|| TotpSecret::from_bytes(*secret))
}

fn new_codes(visitor: &Visitor) -> NewCodes {
    let (person, handles) = (visitor.person.user().key, visitor.ring.handles());
    let codes: Vec<RecoveryCode> =
        std::iter::repeat_with(|| RecoveryCode::from_bytes(edge::random())).take(RecoveryCode::IN_A_SET).collect();
    NewCodes {
        shown: codes.iter().map(RecoveryCode::shown).collect(),
        hashes: codes.iter().map(|code| handles.hash_recovery_code(person, code.as_bytes())).collect(),
    }
}
