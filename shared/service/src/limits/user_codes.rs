//! The look-up of a user code that a person entered, and the limits on wrong ones (RFC 8628 §5.1).

use std::net::IpAddr;

use grants::{Grant, Seconds, Timestamp, device};
use keys::HandleKeys;
use protocol::UserCode;
use sessions::{Counter, VisitId, Wait};
use store::{GrantsTable, Throttles, Unknown};

use crate::limits::counters::Counters;

/// Looks up user codes and counts wrong ones, by browser and by source.
pub struct UserCodes {
    grants: GrantsTable,
    counters: Counters,
}

/// A user code that a person entered, and where it comes from.
pub struct EnteredCode<'a> {
    /// The code in its normal form.
    pub code: &'a UserCode,
    /// The browser, if it sent a cookie.
    pub browser: Option<VisitId>,
    /// The caller's address, as the gateway saw it.
    pub source: Option<IpAddr>,
}

/// The result of a look-up.
pub enum FoundCode {
    /// The code leads to this request, which waits for an answer.
    Waiting(Box<Grant>),
    /// The code is unknown, or its request was answered or is over.
    Unknown,
    /// No answer for this many seconds, whether the code is known or not.
    Wait(Seconds),
}

impl UserCodes {
    /// Creates a look-up in `grants`.
    pub fn new(grants: GrantsTable, throttles: Throttles) -> Self {
        Self { grants, counters: Counters::new(throttles) }
    }

    /// Looks up a code. It is counted before it is compared: however many are tried at the same time, no more are compared than
    /// the counters admit. A right one is given back to the source, and resets the counter of the browser, which a guesser
    /// could leave behind anyway.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn find(
        &self,
        entered: &EnteredCode<'_>,
        keys: &HandleKeys,
        now: Timestamp,
    ) -> Result<FoundCode, Unknown> {
        let browser = entered.browser.as_ref().map(Counter::user_codes_of_browser);
        let sources = entered.source.map(Counter::user_codes_from).unwrap_or_default();
        let counters: Vec<Counter> = browser.iter().chain(&sources).cloned().collect();
        if let Some(Wait(wait)) = self.counters.count_first(&counters, now).await? {
            return Ok(FoundCode::Wait(wait));
        }
        let Some(grant) = self.waiting(entered.code, keys, now).await? else { return Ok(FoundCode::Unknown) };
        self.counters.give_back(&sources).await?;
        if let Some(own) = &browser {
            self.counters.forget(own).await?;
        }
        Ok(FoundCode::Waiting(Box::new(grant)))
    }

    /// Returns the request that a code leads to, if it waits for an answer. Nothing is counted: the code comes from a form
    /// that was made for it.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn waiting(&self, code: &UserCode, keys: &HandleKeys, now: Timestamp) -> Result<Option<Grant>, Unknown> {
        let found = self.grants.led_to(keys.hide_user_code(code)).await?;
        Ok(found.filter(|grant| device::waiting(code, Some(grant), now).is_some()))
    }
}
