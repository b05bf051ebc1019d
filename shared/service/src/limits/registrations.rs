//! Limits on open registration: a maximum number of clients per source.

use edge::{Failure, Incoming};
use grants::Timestamp;
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
        let wait = self.counters.count(incoming.source().map(Counter::registration_source), now).await?;
        wait.map_or(Ok(()), |Wait(wait)| Err(Failure::too_many_registrations(wait)))
    }
}
