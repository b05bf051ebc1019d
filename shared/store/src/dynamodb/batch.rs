//! Reads and deletes of several items in one round trip.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, WriteRequest};

use crate::dynamodb::items::Item;
use crate::dynamodb::send::Call;
use crate::dynamodb::unknown::Unknown;

/// Reads the items with these keys, in any order and strongly consistent. Returns all of them or [`Unknown`].
pub(crate) async fn read(client: &Client, table: &str, keys: Vec<Item>) -> Result<Vec<Item>, Unknown> {
    let [items] = read_of(client, [(table, keys)]).await?;
    Ok(items)
}

/// Reads items of several tables in the same way, and returns those of each table.
pub(crate) async fn read_of<const N: usize>(
    client: &Client,
    wanted: [(&str, Vec<Item>); N],
) -> Result<[Vec<Item>; N], Unknown> {
    let tables = wanted.each_ref().map(|(table, _)| *table);
    let first = tables.first().copied().unwrap_or_default();
    let mut call = client.batch_get_item();
    for (table, keys) in wanted {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        call = call.request_items(table, keys.map_err(|_| Unknown::damaged(table, "keys"))?);
    }
    let answer = call.sent().await.map_err(|error| Unknown::from_sdk(first, error))?;
    if answer.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
        return Err(Unknown::unprocessed(first));
    }
    let mut found = answer.responses.unwrap_or_default();
    Ok(tables.map(|table| found.remove(table).unwrap_or_default()))
}

/// The number of items that one call deletes.
const DELETED_AT_ONCE: usize = 25;
/// The number of attempts for items that the store left unprocessed.
const TRIES: u32 = 8;

/// Deletes the items with these keys in batches, whether or not they exist.
pub(crate) async fn delete(client: &Client, table: &str, keys: Vec<Item>) -> Result<(), Unknown> {
    let damaged = |_| Unknown::damaged(table, "keys");
    let request = |key: Item| {
        let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(damaged)?;
        Ok::<_, Unknown>(WriteRequest::builder().delete_request(delete).build())
    };
    let mut left = keys.into_iter().map(request).collect::<Result<Vec<_>, _>>()?;
    let mut unprocessed = 0;
    while !left.is_empty() {
        let later = left.split_off(left.len().min(DELETED_AT_ONCE));
        let call = client.batch_write_item().request_items(table, left);
        let answer = call.sent().await.map_err(|error| Unknown::from_sdk(table, error))?;
        left = answer.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default();
        if !left.is_empty() {
            unprocessed += 1;
            if unprocessed > TRIES {
                return Err(Unknown::unprocessed(table));
            }
            tokio::time::sleep(std::time::Duration::from_millis(10 << unprocessed)).await;
        }
        left.extend(later);
    }
    Ok(())
}
