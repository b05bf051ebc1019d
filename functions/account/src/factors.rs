//! The second factor of a person: an authenticator app.
//!
//! # Decisions
//! - A new secret is stored when its first code was right, and not before. Until then the page carries it, sealed.
//! - Everything here needs a sign-in that is at most ten minutes old, with the second factor if the person has one. So does
//!   the page that shows a new secret.
//! - The first code is spent like any other, and the session counts as one with a second factor from then on. It gets a new
//!   secret, so that a copy of its cookie ends instead of becoming stronger.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html_with_form, redirect};
use grants::{Context, Timestamp};
use http::StatusCode;
use keys::HandleKind;
use pages::{AddedFactor, QrPicture, Text, say};
use protocol::Parameters;
use service::{Browser, WayBack};
use sessions::{DeviceHandle, Notice, SessionChange, TotpSecret, User, UserChange};
use store::Acted;

use crate::Account;
use crate::factor_removal::Removal;
use crate::new_codes::NewCodes;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

const WRONG: Text = say("new-factor-wrong");
pub(crate) const MEANWHILE: Text = say("factors-changed-meanwhile");

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
        let sealed = visitor.ring.seal_totp(user.key, secret.as_bytes())?;
        let codes = NewCodes::of(&visitor);
        let change = UserChange::add_totp(user, sealed, step, now).with_recovery_codes(codes.hashes.clone());
        let (stepped_up, handle) = SessionChange::with_factor(session, edge::random(), now);
        let told = self.tell(Notice::FactorAdded, user, now);
        match not_over(self.people.add_own_factor(session, stepped_up, &change, told).await?, Page::Factors)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorAdded, &user.subject));
                let browser = Browser::of(incoming, self.wiring.config.cookies(), &visitor.ring);
                let device = DeviceHandle::of_session(&visitor.person, now).with_factor();
                let back = self.way_back_of_demand(incoming, user).unwrap_or_else(|| self.factors_path());
                let response = browser.set_session(codes.show(Some(AddedFactor::App), &back), &handle);
                let response = browser.remember(response, &device);
                Ok(WayBack::forgotten(&self.wiring.config, incoming, response))
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("factors_changed_meanwhile");
                Ok(redirect(&self.factors_path()))
            }
        }
    }

    /// Removes the app, and with the last factor the recovery codes.
    pub(crate) async fn remove_factor(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, form) = self.form_of_factors(incoming, now).await?;
        let user = visitor.person.user();
        if user.factors.needed {
            incoming.log().refused("factor_needed");
            let shortest = self.min_lengths().alone;
            let alert = say("factors-needed").number("count", shortest);
            return Ok(self.show_factors(&visitor, Some(alert), now));
        }
        if !user.has_second_factor() {
            return Ok(redirect(&self.factors_path()));
        }
        let (change, ends_others) = (UserChange::remove_own_factors(user), Removal::ends_others(&form));
        let removal = Removal { change, passkey: None, ends_others, page: Page::Factors };
        self.take_away(incoming, &visitor, removal, now).await
    }

    /// Returns the signed-in person and the form, for a change that needs a recent sign-in.
    async fn form_of_factors(&self, incoming: Incoming<'_>, now: Timestamp) -> Result<(Visitor, Parameters), Refused> {
        let (visitor, form) = self.form_of(incoming, Page::Factors, now).await?;
        if visitor.person.is_recent(now) { Ok((visitor, form)) } else { Err(Refused::SignedInLongAgo(Page::Factors)) }
    }

    /// Returns whether the deployment demands exactly this context of everybody, and the person cannot reach it.
    pub(crate) fn has_to_reach(&self, context: Context, user: &User) -> bool {
        self.wiring.config.policy.least_context == context && user.reach() < context
    }

    /// Returns the way back to the request for which the deployment demanded a factor that the person did not have.
    pub(crate) fn way_back_of_demand(&self, incoming: Incoming<'_>, before: &User) -> Option<String> {
        let config = &self.wiring.config;
        let back = WayBack::of_browser(config, incoming).path(config);
        back.filter(|_| before.reach() < config.policy.least_context)
    }

    fn factors_path(&self) -> String {
        format!("{}{}", self.path(), Page::Factors.path())
    }

    pub(crate) fn show_factors(&self, visitor: &Visitor, alert: Option<Text>, now: Timestamp) -> Response {
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
            is_last: user.factors.passkeys.is_empty(),
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
            is_demanded: self.has_to_reach(Context::TwoFactors, user),
            has_passkeys: self.wiring.config.passkey_site().is_some(),
            alert,
        };
        html_with_form(status, page.render())
    }
}

/// Reads the secret that a form carries, if it was shown in this session.
fn carried_secret(visitor: &Visitor, form: &Parameters) -> Option<TotpSecret> {
    let text = form.one("secret").ok().flatten()?;
    let payload = visitor.ring.handles().open(HandleKind::NewFactorForm, text)?;
    let (secret, session) = payload.split_first_chunk::<20>()?;
    (session == visitor.person.session().id.as_bytes()).then(|| TotpSecret::from_bytes(*secret))
}
