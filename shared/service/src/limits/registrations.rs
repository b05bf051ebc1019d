//! Limits on registration: a maximum number of clients and of fetched documents, each counted before the work is done.

use edge::{Failure, Incoming};
use grants::{InitialTokenName, Timestamp};
use protocol::ClientId;
use sessions::{Counter, Wait};
use store::Throttles;

use crate::limits::counters::Counters;

/// Counts registrations by source.
pub struct Registrations {
    counters: Counters,
}

impl Registrations {
    /// Counts in the table of `throttles`.
    pub fn new(throttles: Throttles) -> Self {
        Self { counters: Counters::new(throttles) }
    }

    /// Counts one registration.
    ///
    /// # Errors
    /// A [`Failure`] when its source has made too many, or it could not be counted.
    pub async fn count(&self, incoming: Incoming<'_>, now: Timestamp) -> Result<(), Failure> {
        let wait =
            self.counters.count(incoming.source().map(Counter::registration_source).unwrap_or_default(), now).await?;
        refuse(wait)
    }

    /// Counts a request with an initial access token that has a document fetched.
    ///
    /// # Errors
    /// A [`Failure`] when the token or the source has had too many fetched, or it could not be counted.
    pub async fn count_fetches(
        &self,
        incoming: Incoming<'_>,
        token: Option<&InitialTokenName>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let source = incoming.source().map(Counter::fetches_for_source).unwrap_or_default();
        refuse(self.counters.count(token.map(Counter::fetches_for_token).into_iter().chain(source), now).await?)
    }

    /// Counts a change that a client makes to its own registration.
    ///
    /// # Errors
    /// A [`Failure`] when the client has made too many, or it could not be counted.
    pub async fn count_replacement(&self, client: &ClientId, now: Timestamp) -> Result<(), Failure> {
        refuse(self.counters.count([Counter::replacements(client)], now).await?)
    }
}

fn refuse(wait: Option<Wait>) -> Result<(), Failure> {
    wait.map_or(Ok(()), |Wait(wait)| Err(Failure::too_many_registrations(wait)))
}
