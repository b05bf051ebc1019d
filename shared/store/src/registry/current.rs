//! The registration that a decision counts for: a page showed one, and the answer must not count for another. So it is read
//! past the cache.

use grants::{Api, Client, Timestamp};
use protocol::Resource;

use crate::dynamodb::unknown::Unknown;
use crate::registry::table::Registry;

impl Registry {
    /// Reads a client and its APIs past the cache, strongly consistent and in one round trip, and remembers what is there.
    /// Returns whether that is `client` itself, with the APIs among those that were `used`.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn is_current(&self, client: &Client, used: &[Api], now: Timestamp) -> Result<bool, Unknown> {
        let wanted: Vec<&Resource> = client.apis.iter().collect();
        let (found, apis) = tokio::try_join!(self.client_now(&client.id), self.read_apis(&wanted))?;
        let there = |identifier: &Resource| apis.iter().find(|(name, _)| name == identifier.as_str());
        let before = |identifier: &Resource| used.iter().find(|api| !api.is_issuer && api.identifier == *identifier);
        let same_apis =
            client.apis.iter().all(|identifier| there(identifier).map(|(_, api)| api) == before(identifier));
        let is_same = same_apis && found.as_ref() == Some(client);
        // The APIs that are gone, and those that the client got since.
        let listed = client.apis.iter().chain(found.iter().flat_map(|found| &found.apis));
        for identifier in listed.filter(|identifier| there(identifier).is_none()) {
            self.apis.remove(identifier.as_str());
        }
        for (name, api) in apis {
            self.apis.put(name, api, now);
        }
        match found {
            Some(found) => drop(self.remember_client(found, now)),
            None => self.clients.remove(client.id.as_str()),
        }
        Ok(is_same)
    }
}
