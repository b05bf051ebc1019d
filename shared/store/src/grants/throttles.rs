//! Counters of wrong guesses, in the grants table: they are temporary, are deleted automatically and are never
//! restored.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use sessions::{Count, CountGuard, Counter, Failures};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::items::{Item, Reader, by_id, number, text, time};
use crate::dynamodb::send::Call;
use crate::dynamodb::unknown::Unknown;

/// The counters of wrong guesses.
#[derive(Clone)]
pub struct Throttles {
    client: Client,
    table: String,
}

/// The outcome of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The guess was counted.
    Done,
    /// The guard did not hold; contains the stored counter.
    Refused(Option<Failures>),
}

/// The write of a counter: the condition and the update. Each uses `:at` and `:expires_at`.
struct Step {
    condition: &'static str,
    count: &'static str,
    values: Vec<(&'static str, u64)>,
}

impl Throttles {
    /// Opens the counters in the grants table named `table`.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Reads the current counts of `counters`, in their order: one round trip, strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn failures(&self, counters: &[Counter]) -> Result<Vec<Option<Failures>>, Unknown> {
        let keys = counters.iter().map(|counter| by_id(counter.key())).collect();
        let items = batch::read(&self.client, &self.table, keys).await?;
        let of = |counter: &Counter| {
            let own = |item: &&Item| Reader::new(&self.table, item).text("id").is_ok_and(|id| id == counter.key());
            items.iter().find(own).map(|item| self.read(item)).transpose()
        };
        counters.iter().map(of).collect()
    }

    /// Counts a wrong guess in one conditional write.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was counted.
    pub async fn count(&self, count: &Count) -> Result<Counted, Unknown> {
        let step = step(count.guard);
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(&count.key))
            .condition_expression(step.condition)
            .update_expression(format!("SET failures = {}, last_at = :at, expires_at = :expires_at", step.count))
            .expression_attribute_values(":at", time(count.at))
            .expression_attribute_values(":expires_at", time(count.expires_at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in step.values {
            call = call.expression_attribute_values(name, number(&value));
        }
        match call.sent().await {
            Ok(_) => Ok(Counted::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let found = failed.item.as_ref().filter(|item| item.contains_key("failures"));
                    Ok(Counted::Refused(found.map(|item| self.read(item)).transpose()?))
                }
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }

    /// Resets a counter; one that never counted stays absent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is forgotten.
    pub async fn forget(&self, counter: &Counter) -> Result<Changed, Unknown> {
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(counter.key()))
            .condition_expression("attribute_exists(id)")
            .update_expression("SET failures = :none")
            .expression_attribute_values(":none", number(&0));
        match call.sent().await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Changed::Refused),
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }

    /// Takes back one count: what was counted turned out to be no guess.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is taken back.
    pub async fn give_back(&self, counter: &Counter) -> Result<Changed, Unknown> {
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(counter.key()))
            .condition_expression("failures >= :one")
            .update_expression("SET failures = failures - :one")
            .expression_attribute_values(":one", number(&1));
        match call.sent().await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Changed::Refused),
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }

    fn read(&self, item: &Item) -> Result<Failures, Unknown> {
        let read = Reader::new(&self.table, item);
        Ok(Failures { count: read.number("failures")?, last_at: read.time("last_at")? })
    }
}

fn step(guard: CountGuard) -> Step {
    match guard {
        CountGuard::Below { free, since } => Step {
            condition: "attribute_not_exists(id) OR (failures < :free AND last_at >= :since)",
            count: "if_not_exists(failures, :zero) + :one",
            values: vec![(":free", free.into()), (":since", since.seconds()), (":zero", 0), (":one", 1)],
        },
        CountGuard::Is(failures, then) => Step {
            condition: "failures = :failures AND last_at = :last_at",
            count: ":then",
            values: vec![
                (":failures", failures.count.into()),
                (":last_at", failures.last_at.seconds()),
                (":then", then.into()),
            ],
        },
    }
}
