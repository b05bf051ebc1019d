//! The number of second looks at the registry: limited for each client, and shared by those who wait for the same one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use grants::Timestamp;
use sessions::{Limit, Window};
use tokio::sync::Mutex as AsyncMutex;

use crate::dynamodb::unknown::Unknown;

/// The most second looks at one client. More than one, because a registration may change again, or change while it is
/// being read.
const LOOKS: Limit = Limit { most: 4, within: 5 };
/// The number of clients at which all counts are forgotten.
const MOST_KEPT: usize = 10_000;

/// The second looks of this process.
#[derive(Clone, Default)]
pub(crate) struct SecondLooks(Arc<State>);

#[derive(Default)]
struct State {
    /// Orders questions and reads: a read answers the questions that were asked before it began.
    clock: AtomicU64,
    looks: Mutex<HashMap<String, Arc<AsyncMutex<Looks>>>>,
}

/// The second looks at one client. Its lock is held during a read, so that others wait for the result.
#[derive(Debug, Default)]
struct Looks {
    /// The place of the last read in the order of the clock.
    begun: u64,
    window: Option<Window>,
}

impl SecondLooks {
    /// Reads once for all who ask before the read begins, unless there were too many reads for this key just now.
    pub(crate) async fn look(
        &self,
        key: String,
        now: Timestamp,
        read: impl Future<Output = Result<(), Unknown>>,
    ) -> Result<(), Unknown> {
        let asked = self.tick();
        let looks = self.at(key);
        let mut looks = looks.lock().await;
        if looks.begun > asked || !looks.may_look(now) {
            return Ok(());
        }
        let begun = self.tick();
        read.await?;
        looks.begun = begun;
        Ok(())
    }

    fn at(&self, key: String) -> Arc<AsyncMutex<Looks>> {
        let mut looks = self.0.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= MOST_KEPT && !looks.contains_key(&key) {
            looks.clear();
        }
        Arc::clone(looks.entry(key).or_default())
    }

    fn tick(&self) -> u64 {
        self.0.clock.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Looks {
    /// Counts one more look; `false` if there were too many of them just now.
    fn may_look(&mut self, now: Timestamp) -> bool {
        let admitted = Window::admit(self.window, LOOKS, now);
        self.window = admitted.ok().or(self.window);
        admitted.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn c175_a_few_second_looks_are_made_in_each_span() {
        let mut looks = Looks::default();
        let mut made = |later| looks.may_look(NOW.plus(later));
        assert_eq!([0, 0, 1, 1, 2, 4].map(&mut made), [true, true, true, true, false, false]);
        assert_eq!([5, 5, 6, 7, 9].map(&mut made), [true, true, true, true, false]);
        assert!(made(1000));
        // A clock that was set back does not close the window for long.
        assert!(looks.may_look(NOW));
    }

    #[test]
    fn c175_counts_are_kept_for_each_client_and_are_limited_in_number() {
        let looks = SecondLooks::default();
        let (one, other) = (looks.at("a".to_owned()), looks.at("b".to_owned()));
        assert!(Arc::ptr_eq(&one, &looks.at("a".to_owned())) && !Arc::ptr_eq(&one, &other));
        for number in 0..=MOST_KEPT {
            looks.at(number.to_string());
        }
        assert!(looks.0.looks.lock().unwrap().len() <= MOST_KEPT);
        assert!(looks.tick() < looks.tick());
    }
}
