//! The second looks at the registry: apart in time for each client, and shared by those who wait for the same one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep_until};

use crate::dynamodb::unknown::Unknown;

/// The least time between the beginnings of two second looks at one client.
const APART: Duration = Duration::from_millis(100);
/// The number of clients at which all are forgotten.
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

/// The second looks at one client. Its lock is held until a read is done, so that others wait for the result.
#[derive(Debug, Default)]
struct Looks {
    /// The place of the last read in the order of the clock.
    begun: u64,
    /// The time when the next read may begin.
    next: Option<Instant>,
}

impl SecondLooks {
    /// Reads once for all who ask before the read begins, and not sooner than [`APART`] after the read before it.
    pub(crate) async fn look(
        &self,
        key: String,
        read: impl Future<Output = Result<(), Unknown>>,
    ) -> Result<(), Unknown> {
        let asked = self.tick();
        let looks = self.at(key);
        let mut looks = looks.lock().await;
        if looks.begun > asked {
            return Ok(());
        }
        if let Some(next) = looks.next {
            sleep_until(next).await;
        }
        looks.next = Some(Instant::now() + APART);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c175_looks_are_kept_for_each_client_and_are_limited_in_number() {
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
