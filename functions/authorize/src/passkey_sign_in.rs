//! Sign-ins with a passkey, for a request and for a device.

use edge::{Incoming, Response};
use grants::Timestamp;
use protocol::Parameters;
use service::{Arrival, Browser, ByPasskey, PasskeyAttempt, SignInFault};
use sessions::Rules;

use crate::Authorize;
use crate::context::AuthorizationContext;
use crate::device::{DeviceContext, Visit};
use crate::device_sign_in::welcome;
use crate::refused::Refused;
use crate::show::{self, Again};

impl Authorize {
    /// Processes a passkey for a request: in place of the password, or after it.
    pub(crate) async fn sign_in_by_passkey(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let Some(site) = &context.passkey_site else { return Err(Refused::StartOver(context.carried.again())) };
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, context.cookies, &ring);
        let (digest, client) = (context.carried.digest, Some(&context.admission.client().id));
        match self.by_passkey(PasskeyAttempt { browser, form, digest, client, site }, now).await? {
            Ok(arrival) => self.welcome(incoming, context, arrival, now).await,
            Err(again) => {
                if matches!(again.why, SignInFault::BadForm(_)) {
                    context.check_first_page()?;
                }
                Ok(show::sign_in(context, incoming, &ring, now, Some(again)))
            }
        }
    }

    /// Processes a passkey before a person answers a device.
    pub(crate) async fn passkey_for_device(
        &self,
        attempt: PasskeyAttempt<'_>,
        context: &DeviceContext,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let browser = attempt.browser;
        Ok(match self.by_passkey(attempt, now).await? {
            Ok(arrival) => welcome(browser, &arrival, &self.device_page(context), now),
            Err(again) => self.show_sign_in(context, &Visit::of(browser), browser.ring(), Some(again)),
        })
    }

    /// Returns the person who signed in, or the reason to show the sign-in page again.
    async fn by_passkey(
        &self,
        attempt: PasskeyAttempt<'_>,
        now: Timestamp,
    ) -> Result<Result<Arrival, Again<'static>>, Refused> {
        let config = &self.wiring.config;
        let rules = Rules::at(&config.policy, now);
        match self.sign_ins.by_passkey(attempt, config.cookies(), rules).await? {
            ByPasskey::SignedIn(arrival) => Ok(Ok(*arrival)),
            ByPasskey::Rejected(person, why) => {
                why.record(person, attempt.browser.incoming().log());
                Ok(Err(Again { why, username: "" }))
            }
        }
    }
}
