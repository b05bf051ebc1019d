//! Counters of wrong guesses and other unauthenticated requests, which block further attempts above a limit.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use grants::Timestamp;
use sessions::{Counter, Failures, Wait};
use store::{Counted, Throttles, Unknown};

/// The number of attempts to update a counter. If it changes more often in between, there are many concurrent
/// guessers, and none is answered.
const MOST_LOOKS: usize = 8;
/// The maximum number of remembered waits; when it is reached, all are forgotten and learned again.
const MOST_REMEMBERED: usize = 4096;

/// Counts one wrong guess, or returns the time during which guesses are blocked.
///
/// # Errors
/// [`Unknown`] when it is not known whether it was counted.
pub(crate) async fn count(
    throttles: &Throttles,
    counter: &Counter,
    mut found: Option<Failures>,
    now: Timestamp,
) -> Result<Option<Wait>, Unknown> {
    for _ in 0..MOST_LOOKS {
        match counter.count(found.as_ref(), now) {
            Err(wait) => return Ok(Some(wait)),
            Ok(count) => match throttles.count(&count).await? {
                Counted::Done => return Ok(None),
                Counted::Refused(there) => found = there,
            },
        }
    }
    Ok(Some(Wait(1)))
}

/// Returns the longest wait that any of the counters requires.
pub(crate) fn longest_wait(counters: &[Counter], failures: &[Option<Failures>], now: Timestamp) -> Option<Wait> {
    counters.iter().zip(failures).filter_map(|(counter, failures)| counter.wait(failures.as_ref(), now)).max()
}

/// Counters of unauthenticated requests. Waits are remembered in memory, so that a flood of requests causes no
/// storage calls.
pub(crate) struct Counters {
    throttles: Throttles,
    waiting: Mutex<HashMap<String, Timestamp>>,
    /// The counts of names that nobody has.
    strangers: Mutex<HashMap<String, Failures>>,
}

impl Counters {
    pub(crate) fn new(throttles: Throttles) -> Self {
        Self { throttles, waiting: Mutex::default(), strangers: Mutex::default() }
    }

    /// Counts one more at each of `counters`, or returns the time during which requests are blocked.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was counted.
    pub(crate) async fn count(
        &self,
        counters: impl IntoIterator<Item = Counter>,
        now: Timestamp,
    ) -> Result<Option<Wait>, Unknown> {
        for counter in counters {
            if let Some(wait) = self.remembered(&counter, now) {
                return Ok(Some(wait));
            }
            if let Some(wait) = count(&self.throttles, &counter, None, now).await? {
                self.remember(&counter, now.plus(wait.0));
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    /// Counts one more at each of `counters` by the same rule, in the memory of this process alone: a name that nobody has
    /// protects nothing, so it costs no write.
    pub(crate) fn count_stranger(&self, counters: impl IntoIterator<Item = Counter>, now: Timestamp) -> Option<Wait> {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.len() >= MOST_REMEMBERED {
            strangers.clear();
        }
        for counter in counters {
            let found = strangers.get(counter.key()).copied();
            match counter.count(found.as_ref(), now) {
                Err(wait) => return Some(wait),
                Ok(count) => strangers.extend(count.after(found).map(|after| (counter.key().to_owned(), after))),
            }
        }
        None
    }

    /// Counts one more at each of `counters` before anything is compared: however many guesses come at the same time, no more
    /// are compared than the counters admit. If one of them requires a wait, the guess is not answered, and counts at none.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was counted.
    pub(crate) async fn count_first(&self, counters: &[Counter], now: Timestamp) -> Result<Option<Wait>, Unknown> {
        let failures = match self.failures(counters, now).await? {
            Ok(failures) => failures,
            Err(wait) => return Ok(Some(wait)),
        };
        for (place, (counter, found)) in counters.iter().zip(failures).enumerate() {
            if let Some(wait) = count(&self.throttles, counter, found, now).await? {
                self.remember(counter, now.plus(wait.0));
                self.give_back(counters.iter().take(place)).await?;
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    /// Resets a counter.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was reset.
    pub(crate) async fn forget(&self, counter: &Counter) -> Result<(), Unknown> {
        self.throttles.forget(counter).await.map(drop)
    }

    /// Takes back what [`Self::count_first`] counted, because it was no wrong guess.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was taken back.
    pub(crate) async fn give_back(&self, counters: impl IntoIterator<Item = &Counter>) -> Result<(), Unknown> {
        for counter in counters {
            self.throttles.give_back(counter).await?;
        }
        Ok(())
    }

    /// Returns the stored counts, or else the longest wait that any of the counters requires.
    async fn failures(
        &self,
        counters: &[Counter],
        now: Timestamp,
    ) -> Result<Result<Vec<Option<Failures>>, Wait>, Unknown> {
        if let Some(wait) = counters.iter().filter_map(|counter| self.remembered(counter, now)).max() {
            return Ok(Err(wait));
        }
        let failures = if counters.is_empty() { Vec::new() } else { self.throttles.failures(counters).await? };
        for (counter, found) in counters.iter().zip(&failures) {
            if let Some(Wait(wait)) = counter.wait(found.as_ref(), now) {
                self.remember(counter, now.plus(wait));
            }
        }
        Ok(longest_wait(counters, &failures, now).map_or(Ok(failures), Err))
    }

    fn remembered(&self, counter: &Counter, now: Timestamp) -> Option<Wait> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let over = waiting.get(counter.key()).filter(|over| **over > now)?;
        Some(Wait(u32::try_from(over.since(now)).unwrap_or(u32::MAX)))
    }

    fn remember(&self, counter: &Counter, over: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST_REMEMBERED {
            waiting.clear();
        }
        waiting.insert(counter.key().to_owned(), over);
    }
}
