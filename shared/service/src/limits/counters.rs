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
}

impl Counters {
    pub(crate) fn new(throttles: Throttles) -> Self {
        Self { throttles, waiting: Mutex::new(HashMap::new()) }
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
