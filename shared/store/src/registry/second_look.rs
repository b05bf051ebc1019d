//! A second look at the registry: for a request that the cached registration does not admit, the registration is read
//! again, so that a new secret, key, redirect URI or API works at once.
//!
//! The number of these reads is limited for each client, and requests that wait for the same read share it. So a
//! flood of wrong requests causes a few reads, and a client that nobody registered causes none.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use grants::{Api, Client, Seconds, Timestamp};
use protocol::Resource;
use tokio::sync::Mutex as AsyncMutex;

use crate::dynamodb::unknown::Unknown;
use crate::registry::item::{client_key, to_client};
use crate::registry::table::Registry;

/// The most second looks at one client within [`SPAN`]. More than one, because a registration may change again, or
/// change while it is being read.
const MOST: u32 = 4;
/// The length in seconds of the span for which second looks are counted.
const SPAN: Seconds = 5;
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
    span_from: Option<Timestamp>,
    in_span: u32,
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

impl Looks {
    /// Counts one more look; `false` if there were too many of them just now.
    fn may_look(&mut self, now: Timestamp) -> bool {
        if self.span_from.is_none_or(|from| from.plus(SPAN) <= now || from > now) {
            (self.span_from, self.in_span) = (Some(now), 0);
        }
        self.in_span += 1;
        self.in_span <= MOST
    }
}

impl Registry {
    /// Returns a client as it is registered now, if this differs from `cached`, with which a request was refused.
    /// `None` if it is the same, if there is no such client any more, or if it was read too often just now.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn client_again(&self, cached: &Client, now: Timestamp) -> Result<Option<Arc<Client>>, Unknown> {
        let id = &cached.id;
        let newer = || self.clients.get(id.as_str(), now).filter(|known| **known != *cached && !known.is_over(now));
        // Another request looked in the meantime.
        if let Some(newer) = newer() {
            return Ok(Some(newer));
        }
        self.second_look(client_key(id), now, async {
            match self.client_item(id).await? {
                Some(item) => drop(self.clients.put(id.to_string(), to_client(&self.table, &item)?, now)),
                None => self.clients.remove(id.as_str()),
            }
            Ok(())
        })
        .await?;
        Ok(newer())
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
        if changed() || cached.is_empty() {
            return Ok(changed());
        }
        self.second_look(format!("apis of {}", client.id), now, async {
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

    /// Reads once for all who ask before the read begins.
    async fn second_look(
        &self,
        key: String,
        now: Timestamp,
        read: impl Future<Output = Result<(), Unknown>>,
    ) -> Result<(), Unknown> {
        let asked = self.second_looks.tick();
        let looks = self.second_looks.at(key);
        let mut looks = looks.lock().await;
        if looks.begun > asked || !looks.may_look(now) {
            return Ok(());
        }
        let begun = self.second_looks.tick();
        read.await?;
        looks.begun = begun;
        Ok(())
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
        // A clock that was set back does not close the span for long.
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
