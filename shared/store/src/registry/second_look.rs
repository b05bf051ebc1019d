//! A second look at the registry: for a request that the cached registration does not admit, the registration is read
//! again, so that a new secret, key, redirect URI or API works at once.
//!
//! A client is read at most ten times a second, and all requests that wait for such a read share it. So a flood of wrong
//! requests causes few reads, and no number of them keeps a new secret from being found: the right request waits for at
//! most a tenth of a second. A client that nobody registered causes no second look.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grants::{Api, Client, Timestamp};
use protocol::Resource;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep_until};

use crate::dynamodb::unknown::Unknown;
use crate::registry::item::{client_key, to_client};
use crate::registry::table::Registry;

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

impl Registry {
    /// Returns a client as it is registered now, if this differs from `cached`, with which a request was refused.
    /// `None` if it is the same, or if there is no such client any more.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn client_again(&self, cached: &Client, now: Timestamp) -> Result<Option<Arc<Client>>, Unknown> {
        let id = &cached.id;
        self.second_look(client_key(id), async {
            match self.client_item(id).await? {
                Some(item) => drop(self.clients.put(id.to_string(), to_client(&self.table, &item)?, now)),
                None => self.clients.remove(id.as_str()),
            }
            Ok(())
        })
        .await?;
        Ok(self.clients.get(id.as_str(), now).filter(|known| **known != *cached && !known.is_over(now)))
    }

    /// Reads the cached APIs of a client again, and returns whether any of them differs from `used`, with which a
    /// request was refused. The limit is that of [`Self::client_again`].
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn apis_again(&self, client: &Client, used: &[Api], now: Timestamp) -> Result<bool, Unknown> {
        let known = |identifier: &Resource| self.apis.get(identifier.as_str(), now);
        let before = |identifier: &Resource| used.iter().find(|api| api.identifier == *identifier);
        let changed = || client.apis.iter().any(|identifier| known(identifier).as_deref() != before(identifier));
        let cached: Vec<&Resource> = client.apis.iter().filter(|identifier| known(identifier).is_some()).collect();
        if cached.is_empty() {
            return Ok(changed());
        }
        self.second_look(format!("apis of {}", client.id), async {
            let found = self.read_apis(&cached).await?;
            for identifier in &cached {
                self.apis.remove(identifier.as_str());
            }
            for (name, api) in found {
                self.apis.put(name, api, now);
            }
            Ok(())
        })
        .await?;
        Ok(changed())
    }

    /// Reads once for all who ask before the read begins, and not sooner than [`APART`] after the read before it.
    async fn second_look(&self, key: String, read: impl Future<Output = Result<(), Unknown>>) -> Result<(), Unknown> {
        let asked = self.second_looks.tick();
        let looks = self.second_looks.at(key);
        let mut looks = looks.lock().await;
        if looks.begun > asked {
            return Ok(());
        }
        if let Some(next) = looks.next {
            sleep_until(next).await;
        }
        looks.next = Some(Instant::now() + APART);
        let begun = self.second_looks.tick();
        read.await?;
        looks.begun = begun;
        Ok(())
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
