//! Clients whose metadata are a document at the URL that is their id: the kept copy of the document.

use std::sync::Arc;

use grants::{Client, Timestamp};
use protocol::ClientId;

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::Write;
use crate::dynamodb::unknown::Unknown;
use crate::registry::item::document_key;
use crate::registry::table::Registry;

impl Registry {
    /// Keeps the copy of a document that was fetched: a new one, or in place of the one `found`. If another process
    /// was faster, or an operator disabled or deleted the client in the meantime, nothing is written. Returns the
    /// client that is stored now.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn keep_document(
        &self,
        client: Client,
        found: Option<&Client>,
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, Unknown> {
        let written = match found {
            Some(found) => self.replace_registration(&client, found, None).await?,
            None => self.create_client(&client, None).await?,
        };
        let stored = match written {
            Changed::Done => Some(client),
            Changed::Refused => self.client_now(&client.id).await?,
        };
        Ok(stored.map(|client| self.remember_client(client, now)))
    }

    /// Reads the client `id` past the cache, strongly consistent, and remembers it.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn client_past_the_cache(&self, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Unknown> {
        let found = self.client_now(id).await?;
        if found.is_none() {
            self.clients.remove(id.as_str());
        }
        Ok(found.map(|client| self.remember_client(client, now)))
    }

    /// Deletes the kept copy of the document of `id`, and makes the write `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_document(&self, id: &ClientId, beside: Option<Write>) -> Result<Changed, Unknown> {
        self.delete(document_key(id), beside).await
    }
}
