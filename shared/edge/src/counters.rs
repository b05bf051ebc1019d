//! Counters of wrong guesses, and of what else anybody can send: until one may not be answered any more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use grants::Timestamp;
use sessions::{Counter, Failures, Wait};
use store::{Counted, Throttles, Unknown};

/// A counter that changes so often between a look and a write has many guessers: none of them is answered.
const MOST_LOOKS: usize = 8;
/// So many waits are remembered; then all are forgotten and learned again.
const MOST_REMEMBERED: usize = 4096;

/// Counts one wrong guess, or tells how long none is answered.
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

/// The longest wait that any of the counters asks for.
pub(crate) fn longest_wait(counters: &[Counter], failures: &[Option<Failures>], now: Timestamp) -> Option<Wait> {
    counters.iter().zip(failures).filter_map(|(counter, failures)| counter.wait(failures.as_ref(), now)).max()
}

/// Counters of what anybody can send: what has to wait is remembered, so that a flood of it costs no storage call.
pub(crate) struct Counters {
    throttles: Throttles,
    waiting: Mutex<HashMap<String, Timestamp>>,
}

impl Counters {
    pub(crate) fn new(throttles: Throttles) -> Self {
        Self { throttles, waiting: Mutex::new(HashMap::new()) }
    }

    /// Counts one more at each of `counters`, or tells how long nothing is answered.
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
