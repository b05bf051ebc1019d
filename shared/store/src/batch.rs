//! Several items in one round trip.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use crate::Unknown;
use crate::items::Item;

/// The items with these keys, in no order: strongly consistent. It is all of them or [`Unknown`].
pub(crate) async fn read(client: &Client, table: &str, keys: Vec<Item>) -> Result<Vec<Item>, Unknown> {
    let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
    let wanted = wanted.map_err(|_| Unknown::damaged(table, "keys"))?;
    let answer = Box::pin(client.batch_get_item().request_items(table, wanted).send()).await;
    let answer = answer.map_err(|error| Unknown::from_sdk(table, error))?;
    if answer.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
        return Err(Unknown::unprocessed(table));
    }
    Ok(answer.responses.and_then(|mut tables| tables.remove(table)).unwrap_or_default())
}
