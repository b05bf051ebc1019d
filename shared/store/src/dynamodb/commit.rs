//! Conditional writes: one call for one item, one transaction for several, and one interpretation of the answer.
//!
//! A refused write returns which part refused it and the item found there, read in the same step. A conflict
//! between transactions is not a refusal: the same transaction is retried a few times.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactWriteItem, Update,
};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::Item;
use crate::dynamodb::send::Call;
use crate::dynamodb::unknown::Unknown;

/// The number of attempts for a transaction that conflicts with another one.
const TRIES: u32 = 8;

/// A write to one item, made only if its condition holds.
#[derive(Debug)]
pub struct Write {
    pub(crate) table: String,
    pub(crate) kind: Kind,
    pub(crate) expression: Expression,
}

/// The kind of a write, with the item or its key.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Puts a whole item where none exists.
    Put(Item),
    /// Updates some attributes of the item with this key.
    Update(Item),
    /// Deletes the item with this key.
    Delete(Item),
    /// Writes nothing; the condition must hold for the item with this key.
    Check(Item),
}

/// The outcome of a commit.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Everything was written. Contains the new item if the commit was a single update.
    Done(Option<Item>),
    /// Nothing was written: the condition of the write at this index did not hold for the item found there.
    Refused(usize, Option<Item>),
}

impl Write {
    /// Creates a write to `table`.
    pub(crate) fn new(table: &str, kind: Kind, expression: Expression) -> Self {
        Self { table: table.to_owned(), kind, expression }
    }
}

/// Makes all of the writes or none.
///
/// # Errors
/// [`Unknown`] when it is not known whether they were made.
pub(crate) async fn commit(client: &Client, writes: Vec<Write>) -> Result<Outcome, Unknown> {
    if writes.len() > 1 {
        return together(client, writes).await;
    }
    match writes.into_iter().next() {
        Some(only) => alone(client, only).await,
        None => Ok(Outcome::Done(None)),
    }
}

async fn alone(client: &Client, write: Write) -> Result<Outcome, Unknown> {
    let Write { table, kind, mut expression } = write;
    let condition = expression.take_condition();
    let update = expression.update();
    let (names, values) = (expression.take_names(), expression.take_values());
    match kind {
        Kind::Put(item) => {
            let call = client.put_item().table_name(&table).set_item(Some(item)).set_condition_expression(condition);
            let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let sent = call.return_values_on_condition_check_failure(OnFailure::AllOld).sent().await;
            let found = |error: &PutItemError| {
                let PutItemError::ConditionalCheckFailedException(failed) = error else { return None };
                Some(failed.item.clone())
            };
            answer(&table, sent.map(|_| None), found)
        }
        Kind::Update(key) => {
            let call = client.update_item().table_name(&table).set_key(Some(key)).set_condition_expression(condition);
            let call = call.update_expression(update).return_values(ReturnValue::AllNew);
            let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let sent = call.return_values_on_condition_check_failure(OnFailure::AllOld).sent().await;
            let found = |error: &UpdateItemError| {
                let UpdateItemError::ConditionalCheckFailedException(failed) = error else { return None };
                Some(failed.item.clone())
            };
            answer(&table, sent.map(|answer| answer.attributes), found)
        }
        Kind::Delete(key) => {
            let call = client.delete_item().table_name(&table).set_key(Some(key)).set_condition_expression(condition);
            let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let sent = call.return_values_on_condition_check_failure(OnFailure::AllOld).sent().await;
            let found = |error: &DeleteItemError| {
                let DeleteItemError::ConditionalCheckFailedException(failed) = error else { return None };
                Some(failed.item.clone())
            };
            answer(&table, sent.map(|_| None), found)
        }
        // A check guards the writes beside it; a check alone guards nothing.
        Kind::Check(_) => Ok(Outcome::Done(None)),
    }
}

/// Interprets the answer to one write. `found` distinguishes a refusal from all other errors.
fn answer<E, R>(
    table: &str,
    sent: Result<Option<Item>, SdkError<E, R>>,
    found: impl Fn(&E) -> Option<Option<Item>>,
) -> Result<Outcome, Unknown>
where
    E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match sent {
        Ok(item) => Ok(Outcome::Done(item)),
        Err(error) => match error.as_service_error().and_then(found) {
            Some(item) => Ok(Outcome::Refused(0, item.filter(|item| !item.is_empty()))),
            None => Err(Unknown::from_sdk(table, error)),
        },
    }
}

async fn together(client: &Client, writes: Vec<Write>) -> Result<Outcome, Unknown> {
    let mut tables: Vec<&str> = writes.iter().map(|write| write.table.as_str()).collect();
    tables.dedup();
    let table = tables.join(" or ");
    let items = writes.into_iter().map(item).collect::<Result<Vec<_>, _>>()?;
    for tried in 1.. {
        let call = client.transact_write_items().set_transact_items(Some(items.clone()));
        let Err(error) = call.sent().await else { return Ok(Outcome::Done(None)) };
        let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() else {
            return Err(Unknown::from_sdk(&table, error));
        };
        let reasons = canceled.cancellation_reasons();
        if let Some((place, reason)) = place_of(reasons, "ConditionalCheckFailed") {
            return Ok(Outcome::Refused(place, reason.item.clone().filter(|item| !item.is_empty())));
        }
        if tried >= TRIES || place_of(reasons, "TransactionConflict").is_none() {
            return Err(Unknown::from_sdk(&table, error));
        }
        tokio::time::sleep(std::time::Duration::from_millis(10 << tried)).await;
    }
    Err(Unknown::damaged(&table, "transaction"))
}

fn place_of<'r>(reasons: &'r [CancellationReason], code: &str) -> Option<(usize, &'r CancellationReason)> {
    reasons.iter().enumerate().find(|(_, reason)| reason.code() == Some(code))
}

fn item(write: Write) -> Result<TransactWriteItem, Unknown> {
    let Write { table, kind, mut expression } = write;
    let damaged = |_| Unknown::damaged(&table, "write");
    let (condition, update) = (expression.take_condition(), expression.update());
    let (names, values) = (expression.take_names(), expression.take_values());
    let built = TransactWriteItem::builder();
    Ok(match kind {
        Kind::Put(item) => {
            let put = Put::builder().table_name(&table).set_item(Some(item)).set_condition_expression(condition);
            let put = put.set_expression_attribute_names(names).set_expression_attribute_values(values);
            built.put(put.return_values_on_condition_check_failure(OnFailure::AllOld).build().map_err(damaged)?)
        }
        Kind::Update(key) => {
            let call = Update::builder().table_name(&table).set_key(Some(key)).set_condition_expression(condition);
            let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let call = call.update_expression(update).return_values_on_condition_check_failure(OnFailure::AllOld);
            built.update(call.build().map_err(damaged)?)
        }
        Kind::Delete(key) => {
            let call = Delete::builder().table_name(&table).set_key(Some(key)).set_condition_expression(condition);
            let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
            built.delete(call.return_values_on_condition_check_failure(OnFailure::AllOld).build().map_err(damaged)?)
        }
        Kind::Check(key) => {
            let call = ConditionCheck::builder().table_name(&table).set_key(Some(key));
            let call = call.condition_expression(condition.unwrap_or_default());
            let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let call = call.return_values_on_condition_check_failure(OnFailure::AllOld);
            built.condition_check(call.build().map_err(damaged)?)
        }
    }
    .build())
}
