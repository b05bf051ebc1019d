//! The sign-in form for a person who answers a device.

use edge::{AuditEntry, AuditEvent, Incoming, Response, redirect};
use grants::Timestamp;
use protocol::Parameters;
use service::{
    Arrival, Arrived, Attempted, Browser, FactorCheck, FactorForm, PasskeyAttempt, SignInFault, TriedFactor,
    credentials, typed_username,
};
use sessions::{HalfSignedIn, Rules};

use crate::Authorize;
use crate::device::{DeviceContext, Visit};
use crate::refused::Refused;
use crate::show::Again;
use crate::sign_in::check_form;

/// A second factor, with the password before it.
struct HalfDone<'f> {
    tried: TriedFactor<'f>,
    half: &'f HalfSignedIn,
}

impl Authorize {
    /// Processes username and password. The form has a ticket for its code, so the code is not counted again.
    pub(crate) async fn sign_in_for_device(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let carried = self.carried_code(&form)?;
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
        let site = self.wiring.config.passkey_site().filter(|_| PasskeyAttempt::is_in(&form));
        let tried = TriedFactor::of(&form);
        let read = match tried {
            Some(tried) => FactorForm::read(browser, &form, carried.digest, now).map(|half| Some((tried, half))),
            None => check_form(browser, &form, &ring, carried.digest, now).map(|()| None),
        };
        let second = read.map_err(|fault| Refused::BadForm(fault, carried.again.clone()))?;
        let waiting = self.user_codes.waiting(&carried.code, ring.handles(), now).await?;
        let Some(context) = self.device_context(carried.code, waiting, now).await? else {
            return Err(Refused::DeviceRequestOver);
        };
        incoming.log().client(&context.client.id);
        if let Some(site) = &site {
            let (digest, client) = (context.digest, Some(&context.client.id));
            let attempt = PasskeyAttempt { browser, form: &form, digest, client, site };
            return self.passkey_for_device(attempt, &context, now).await;
        }
        match second {
            Some((tried, half)) => {
                self.second_step_for_device(incoming, &context, HalfDone { tried, half: &half }, now).await
            }
            None => self.first_step_for_device(incoming, &context, &form, now).await,
        }
    }

    /// Processes username and password.
    async fn first_step_for_device(
        &self,
        incoming: Incoming<'_>,
        context: &DeviceContext,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
        let typed = typed_username(form);
        let (person, why) = match credentials(form) {
            Some((username, password)) => {
                let attempted = Attempted {
                    username: &username,
                    password: &password,
                    client: Some(&context.client.id),
                    source: incoming.source(),
                    device: browser.device(),
                    stranger: ring.handles().stranger(&username.normalized()),
                };
                let rules = Rules::at(&self.wiring.config.policy, now);
                match self.sign_ins.by_password(browser, &attempted, context.digest, rules).await? {
                    Arrived::SignedIn(arrival) => {
                        return Ok(welcome(browser, &arrival, &self.device_page(context), now));
                    }
                    Arrived::Half(person) => {
                        let form = |form: FactorForm<'_>| form.after_password(browser, &person, now);
                        return Ok(self.with_device_factor_form(context, form));
                    }
                    Arrived::Rejected(person, why) => (person, why),
                }
            }
            None => (ring.handles().stranger(typed), SignInFault::WrongPassword),
        };
        why.record(person, incoming.log());
        Ok(self.show_sign_in(context, &Visit::of(browser), &ring, Some(Again { why, username: typed })))
    }

    /// Processes the second factor of a person who gave the password.
    async fn second_step_for_device(
        &self,
        incoming: Incoming<'_>,
        context: &DeviceContext,
        HalfDone { tried, half }: HalfDone<'_>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
        if !self.is_in_session(incoming, half, &context.client, now).await? {
            return Ok(redirect(&self.device_page(context)));
        }
        let client = Some(&context.client.id);
        let check = FactorCheck { half, tried, client, device: browser.device(), ring: &ring };
        let rules = Rules::at(&self.wiring.config.policy, now);
        Ok(match self.sign_ins.by_factor(browser, &check, context.digest, rules).await? {
            Arrived::SignedIn(arrival) => welcome(browser, &arrival, &self.device_page(context), now),
            Arrived::Half(person) => {
                self.with_device_factor_form(context, |form| form.after_password(browser, &person, now))
            }
            Arrived::Rejected(person, why) => {
                why.record(person, incoming.log());
                self.with_device_factor_form(context, |form| form.show(browser, half, Some(why)))
            }
        })
    }

    /// Shows the form that asks for a second factor before a person answers a device.
    pub(crate) fn with_device_factor_form(
        &self,
        context: &DeviceContext,
        show: impl FnOnce(FactorForm<'_>) -> Response,
    ) -> Response {
        let (action, query) = (format!("{}/sign-in", self.device_path()), context.query());
        let (carried, digest) = (("request", query.as_str()), context.digest);
        let site = self.wiring.config.passkey_site();
        let (start_again, for_another) = (self.device_page(context), self.device_page_for_another(context));
        show(FactorForm {
            action: &action,
            carried,
            digest,
            start_again: &start_again,
            for_another: &for_another,
            site: site.as_ref(),
        })
    }

    /// Returns the path and query that lead to the question about a device.
    pub(crate) fn device_page(&self, context: &DeviceContext) -> String {
        format!("{}?{}", self.device_path(), context.query())
    }

    /// Returns the same for a person who wants to sign in as somebody else.
    pub(crate) fn device_page_for_another(&self, context: &DeviceContext) -> String {
        format!("{}&prompt=login", self.device_page(context))
    }
}

/// Leads the person who has just signed in to the question about the device.
pub(crate) fn welcome(browser: Browser<'_>, arrival: &Arrival, again: &str, now: Timestamp) -> Response {
    let subject = &arrival.person.user().subject;
    browser.incoming().log().event(AuditEntry::of_person(AuditEvent::SignedIn, subject));
    browser.welcome(redirect(again), &arrival.person, &arrival.session, now)
}
