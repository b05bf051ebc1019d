//! A second look at the registry: for a request that the cached registration does not admit, the registration is read
//! again, so that a new secret, key, redirect URI or API works at once.
//!
//! The number of these reads is limited for each client, and requests that wait for the same read share it. So a
//! flood of wrong requests causes a few reads, and a client that nobody registered causes none.

use std::sync::Arc;

use grants::{Api, Client, Timestamp};
use protocol::Resource;

use crate::dynamodb::unknown::Unknown;
use crate::registry::item::{client_key, to_client};
use crate::registry::table::Registry;

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
        self.second_looks
            .look(client_key(id), now, async {
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
        self.second_looks
            .look(format!("apis of {}", client.id), now, async {
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
}
