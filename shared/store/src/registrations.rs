//! Registrations that clients make themselves, and the initial access tokens that let them.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use grants::{Client, InitialToken, InitialTokenName, Timestamp};
use protocol::ClientId;

use crate::items::{Item, Reader, number, text, time};
use crate::registry_item::{CLIENT, client_key, from_client, to_client};
use crate::self_registration_item::{INITIAL_TOKEN, from_initial_token, initial_token_key, to_initial_token};
use crate::{Changed, Registry, Unknown};

/// Why one part of a transaction refused it.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";

impl Registry {
    /// The client `id` as it is now, past the cache: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn client_now(&self, id: &ClientId) -> Result<Option<Client>, Unknown> {
        self.get(&client_key(id)).await?.map(|item| to_client(&self.table, &item)).transpose()
    }

    /// The names of the clients that an operator registered, read from the whole table.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn names_of_operators_clients(&self) -> Result<Vec<String>, Unknown> {
        let call = self
            .dynamodb
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(id, :client) AND attribute_not_exists(registered_by)")
            .projection_expression("#name")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":client", text(&CLIENT))
            .into_paginator()
            .items()
            .send();
        let items = Box::pin(call.collect::<Result<Vec<Item>, _>>()).await;
        let items = items.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        let name = |item: &Item| Reader::new(&self.table, item).text("name").map(str::to_owned);
        items.iter().map(name).collect()
    }

    /// Writes a client that is not there yet and takes one use of an initial access token, both or neither. So no use makes
    /// two clients, whatever races, and none is lost where the client is not written.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were written.
    pub async fn register_client(
        &self,
        client: &Client,
        token: &InitialTokenName,
        now: Timestamp,
    ) -> Result<Changed, Unknown> {
        let damaged = |_| Unknown::damaged(&self.table, "item");
        let client = Put::builder().table_name(&self.table).set_item(Some(from_client(client)));
        let client = client.condition_expression("attribute_not_exists(id)").build().map_err(damaged)?;
        let used = Update::builder()
            .table_name(&self.table)
            .key("id", text(&initial_token_key(token)))
            .condition_expression("uses_left > :none AND expires_at > :now")
            .update_expression("SET uses_left = uses_left - :one")
            .expression_attribute_values(":none", number(&0))
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":now", time(now))
            .build()
            .map_err(damaged)?;
        let call = self
            .dynamodb
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(client).build())
            .transact_items(TransactWriteItem::builder().update(used).build());
        match Box::pin(call.send()).await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled))
                    if canceled.cancellation_reasons().iter().any(|why| why.code() == Some(CONDITION_FAILED)) =>
                {
                    Ok(Changed::Refused)
                }
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }

    /// Writes a client in the place of the one that was `found`, unless that was switched off, deleted, or given another
    /// secret or registration meanwhile.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn change_client(&self, client: &Client, found: &Client) -> Result<Changed, Unknown> {
        let guarded = [("disabled", ":disabled"), ("secrets", ":secrets"), ("registered_by", ":registered_by")];
        let mut before = from_client(found);
        let values: Item =
            guarded.iter().filter_map(|(name, value)| Some(((*value).to_owned(), before.remove(*name)?))).collect();
        let condition = guarded.map(|(name, value)| format!("{name} = {value}")).join(" AND ");
        self.put_when(from_client(client), &condition, Some(values)).await
    }

    /// Writes an initial access token.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_initial_token(&self, token: &InitialToken) -> Result<Changed, Unknown> {
        self.put(from_initial_token(token), "attribute_not_exists(id)").await
    }

    /// An initial access token: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn initial_token(&self, name: &InitialTokenName) -> Result<Option<InitialToken>, Unknown> {
        let item = self.get(&initial_token_key(name)).await?;
        item.map(|item| to_initial_token(&self.table, &item)).transpose()
    }

    /// Every initial access token that was not cleaned away.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn all_initial_tokens(&self) -> Result<Vec<InitialToken>, Unknown> {
        self.scan(INITIAL_TOKEN).await?.iter().map(|item| to_initial_token(&self.table, item)).collect()
    }

    /// Deletes an initial access token. What was registered with it stays.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_initial_token(&self, name: &InitialTokenName) -> Result<Changed, Unknown> {
        self.delete(initial_token_key(name)).await
    }
}
