//! Limits on open registration: a maximum number of clients per source.

use grants::Timestamp;
use sessions::{Counter, Wait};

use crate::counters::Counters;
use crate::http::failure::Failure;
use crate::http::request::Incoming;
use crate::parts::Stores;
use crate::setup::config::ConfigError;

/// Counts registrations by source.
pub struct Registrations {
    counters: Counters,
}

impl Registrations {
    /// Builds it from the configuration.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn open(stores: &Stores) -> Result<Self, ConfigError> {
        Ok(Self { counters: Counters::new(stores.throttles()?) })
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
