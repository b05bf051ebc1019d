//! Sign-ins with a passkey, for a request and for a device.

use edge::Response;
use grants::Timestamp;
use service::{ByPasskey, PasskeyAttempt};
use sessions::Rules;

use crate::Authorize;
use crate::context::AuthorizationContext;
use crate::device::{DeviceContext, Visit};
use crate::device_sign_in::welcome;
use crate::refused::Refused;
use crate::show::{self, Again};
use crate::sign_in::Arrival;

impl Authorize {
    /// Processes a passkey for a request: in place of the password, or after it.
    pub(crate) async fn sign_in_by_passkey(
        &self,
        attempt: PasskeyAttempt<'_>,
        context: &AuthorizationContext<'_>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let (browser, incoming) = (attempt.browser, attempt.browser.incoming());
        match self.by_passkey(attempt, now).await? {
            Ok(arrival) => self.welcome(incoming, context, arrival, now).await,
            Err(again) => Ok(show::sign_in(context, incoming, browser.ring(), now, Some(again))),
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
            Ok(arrival) => welcome(browser, &arrival, &self.device_page(context)),
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
            ByPasskey::SignedIn(arrival) => {
                let service::PasskeyArrival { person, session, agreed } = *arrival;
                Ok(Ok(Arrival { person, session, agreed }))
            }
            ByPasskey::Rejected(person, why) => {
                why.record(person, attempt.browser.incoming().log());
                Ok(Err(Again { why, username: "" }))
            }
        }
    }
}
