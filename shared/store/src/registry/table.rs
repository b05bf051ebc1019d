//! The registry: clients and APIs, read through a cache of at most a minute. `second_look` reads past it.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::Client as DynamoDb;
use grants::{Api, Client, ClientChange, Issuer, Timestamp};
use protocol::{ClientId, ClientIdUrl, Resource};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, by_id, text, time};
use crate::dynamodb::send::{Call, Listing};
use crate::dynamodb::unknown::Unknown;
use crate::registry::api_item::{API, api_key, earlier_api_key, from_api, to_api};
use crate::registry::cache::Cache;
use crate::registry::changes::of_client_change;
use crate::registry::item::{CLIENT, DOCUMENT, client_key, document_key, from_client, to_client};
use crate::registry::second_looks::SecondLooks;

/// The registry table, with a cache in each process.
#[derive(Clone)]
pub struct Registry {
    pub(crate) dynamodb: DynamoDb,
    pub(crate) table: String,
    pub(crate) clients: Cache<Client>,
    pub(crate) apis: Cache<Api>,
    pub(crate) issuers: Cache<Issuer>,
    /// The ids of the clients of one issuer and one subject.
    pub(crate) federations: Cache<Vec<ClientId>>,
    pub(crate) second_looks: SecondLooks,
}

/// The outcome of a change to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientChanged {
    /// The change was made.
    Done,
    /// A guard did not hold; contains the stored client, if the refusal concerns that client.
    Refused(Option<Box<Client>>),
}

impl Registry {
    /// Opens the table named `table`.
    pub fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self {
            dynamodb,
            table,
            clients: Cache::default(),
            apis: Cache::default(),
            issuers: Cache::default(),
            federations: Cache::default(),
            second_looks: SecondLooks::default(),
        }
    }

    /// Returns the client `id`, unless it expired. A missing client is read again each time, so that a new one
    /// works at once.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn client(&self, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Unknown> {
        let known = if let Some(known) = self.clients.get(id.as_str(), now) {
            known
        } else {
            let Some(item) = self.client_item(id).await? else { return Ok(None) };
            self.clients.put(id.to_string(), to_client(&self.table, &item)?, now)
        };
        Ok(Some(known).filter(|client| !client.is_over(now)))
    }

    /// Returns those of the APIs that are registered, in the requested order, in one round trip at most. Each spelling
    /// of an identifier finds its API.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn apis(&self, identifiers: &[Resource], now: Timestamp) -> Result<Vec<Api>, Unknown> {
        let known = |identifier: &Resource| self.apis.get(identifier.as_str(), now);
        let missing: Vec<&Resource> = identifiers.iter().filter(|identifier| known(identifier).is_none()).collect();
        for (name, api) in self.read_apis(&missing).await? {
            self.apis.put(name, api, now);
        }
        let found = identifiers.iter().filter_map(known);
        Ok(found.map(|api| Api::clone(&api)).collect())
    }

    /// Reads those of the APIs that are registered, each with the identifier by which it was requested.
    pub(crate) async fn read_apis(&self, identifiers: &[&Resource]) -> Result<Vec<(String, Api)>, Unknown> {
        let keys_of = |identifier: &&Resource| std::iter::once(api_key(identifier)).chain(earlier_api_key(identifier));
        // A batch must not contain a key twice.
        let keys: BTreeSet<String> = identifiers.iter().flat_map(keys_of).collect();
        let items = self.get_several(keys.into_iter().collect()).await?;
        let found = items.iter().map(|item| to_api(&self.table, item)).collect::<Result<Vec<Api>, Unknown>>()?;
        let named = |identifier: &&Resource| {
            let as_written = found.iter().find(|api| api.identifier.as_str() == identifier.as_str());
            let api = as_written.or_else(|| found.iter().find(|api| api.identifier == **identifier))?;
            Some((identifier.to_string(), api.clone()))
        };
        Ok(identifiers.iter().filter_map(named).collect())
    }

    /// Writes a new client, and the writes `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_client(
        &self,
        client: &Client,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let federation = self.federation_writes(None, Some(client));
        self.create(from_client(client), beside.into_iter().chain(federation)).await
    }

    /// Changes a client, and makes the writes `beside` in the same transaction. Returns whether it was made, or the
    /// item found instead.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_client(
        &self,
        change: &ClientChange,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<ClientChanged, Unknown> {
        let key = if change.is_of_document() { document_key(change.id()) } else { client_key(change.id()) };
        let key = by_id(&key);
        let own = Write::new(&self.table, Kind::Update(key), of_client_change(change));
        let outcome = commit(&self.dynamodb, std::iter::once(own).chain(beside).collect()).await?;
        Ok(match outcome {
            Outcome::Done(_) => ClientChanged::Done,
            Outcome::Refused(0, found) => {
                let found = found.map(|item| to_client(&self.table, &item)).transpose()?;
                ClientChanged::Refused(found.map(Box::new))
            }
            // The refusal came from the write beside it, which does not concern a client.
            Outcome::Refused(..) => ClientChanged::Refused(None),
        })
    }

    /// Deletes a client with its logo, and makes the write `beside` in the same transaction. It is refused if the client is
    /// gone, also if the id is that of another one by now.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_client(
        &self,
        client: &Client,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let mut registered = Expression::default();
        registered.same("created_at", time(client.created_at));
        let key = by_id(&client_key(&client.id));
        self.commit(Kind::Delete(key), registered, std::iter::once(self.without_logo(&client.id)).chain(beside)).await
    }

    /// Reads all clients: those that were registered, and then those that a document describes.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_clients(&self) -> Result<Vec<Client>, Unknown> {
        let mut items = self.scan(CLIENT).await?;
        items.extend(self.scan(DOCUMENT).await?);
        items.iter().map(|item| to_client(&self.table, item)).collect()
    }

    /// Writes a new API, and `beside` in the same transaction. It is refused if there is an API with another spelling
    /// of the same identifier.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_api(&self, api: &Api, beside: Option<Write>) -> Result<Changed, Unknown> {
        if self.earlier_api(&api.identifier).await?.is_some() {
            return Ok(Changed::Refused);
        }
        self.create(from_api(api), beside).await
    }

    /// Deletes an API, and makes the write `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_api(&self, identifier: &Resource, beside: Option<Write>) -> Result<Changed, Unknown> {
        let key = self.earlier_api(identifier).await?.unwrap_or_else(|| api_key(identifier));
        self.delete(key, beside).await
    }

    /// Returns the key under which an earlier version stored the API, if it is there.
    pub(crate) async fn earlier_api(&self, identifier: &Resource) -> Result<Option<String>, Unknown> {
        let Some(key) = earlier_api_key(identifier) else { return Ok(None) };
        Ok(self.get(&key).await?.map(|_| key))
    }

    /// Reads all APIs.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_apis(&self) -> Result<Vec<Api>, Unknown> {
        self.scan(API).await?.iter().map(|item| to_api(&self.table, item)).collect()
    }

    /// Reads the item of a client: the registered one, or else the kept copy of the document at its URL. For an id
    /// that is such a URL, both are read at once.
    pub(crate) async fn client_item(&self, id: &ClientId) -> Result<Option<Item>, Unknown> {
        let (registered, document) = (client_key(id), document_key(id));
        if ClientIdUrl::parse(id).is_none() {
            return self.get(&registered).await;
        }
        let (registered, document) = tokio::try_join!(self.get(&registered), self.get(&document))?;
        Ok(registered.or(document))
    }

    /// Remembers a client in the cache of this process, as if it had been read now.
    pub(crate) fn remember_client(&self, client: Client, now: Timestamp) -> Arc<Client> {
        self.clients.put(client.id.to_string(), client, now)
    }

    pub(crate) async fn get(&self, key: &str) -> Result<Option<Item>, Unknown> {
        let call = self.dynamodb.get_item().table_name(&self.table).key("id", text(&key)).consistent_read(true);
        let answer = call.sent().await.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        Ok(answer.item)
    }

    pub(crate) async fn get_several(&self, keys: Vec<String>) -> Result<Vec<Item>, Unknown> {
        match keys.as_slice() {
            [] => return Ok(Vec::new()),
            [only] => return Ok(self.get(only).await?.into_iter().collect()),
            _ => {}
        }
        let keys = keys.iter().map(|key| by_id(&key)).collect();
        batch::read(&self.dynamodb, &self.table, keys).await
    }

    pub(crate) async fn create(&self, item: Item, beside: impl IntoIterator<Item = Write>) -> Result<Changed, Unknown> {
        let mut absent = Expression::default();
        absent.absent("id");
        self.commit(Kind::Put(item), absent, beside).await
    }

    pub(crate) async fn delete(
        &self,
        key: String,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let mut there = Expression::default();
        there.present("id");
        self.commit(Kind::Delete(by_id(&key)), there, beside).await
    }

    pub(crate) async fn commit(
        &self,
        kind: Kind,
        expression: Expression,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let own = Write::new(&self.table, kind, expression);
        Ok(match commit(&self.dynamodb, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    pub(crate) async fn scan(&self, prefix: &str) -> Result<Vec<Item>, Unknown> {
        let call = self
            .dynamodb
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(id, :prefix)")
            .expression_attribute_values(":prefix", text(&prefix))
            .consistent_read(true);
        call.all_items().await.map_err(|error| Unknown::from_sdk(&self.table, error))
    }
}
