//! The grants table: grants, and the identifiers of revoked tokens and of used assertions.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use grants::{Attempt, Change, Grant, GrantId, OneUse, Timestamp, TokenId, Transition};
use protocol::{ClientId, Subject};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::items::{Item, Reader, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::dynamodb::{batch, expression};
use crate::grants::item::{Expression, from_item, to_item};

/// So many keys fit into one read.
const BATCH: usize = 100;

/// What became of a transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was applied; this is the grant now.
    Done(Box<Grant>),
    /// A guard did not hold; this is the grant that stood there, read in the same step.
    Refused(Option<Box<Grant>>),
}

/// The table.
#[derive(Clone)]
pub struct GrantsTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl GrantsTable {
    /// The table named `table`.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Applies a transition in one conditional write: one round trip, whatever comes of it.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was applied.
    pub async fn apply(&self, transition: &Transition) -> Result<Applied, Unknown> {
        match transition.change() {
            Change::Create(grant) => self.put(grant, transition).await,
            Change::Advance { .. } | Change::RevokeAccess(_) | Change::Revoke => self.update(transition).await,
        }
    }

    /// Ends a grant with `transition`, and does `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn end_beside(&self, transition: &Transition, beside: Write) -> Result<Changed, Unknown> {
        let mut expression = Expression::default();
        let condition = expression.condition(transition.guards());
        let update = expression.update(transition.change());
        let whole = expression::Expression::written(condition, update, expression.names, expression.values);
        let key = Item::from([("id".to_owned(), text(&transition.id()))]);
        Ok(match commit(&self.client, vec![Write::new(&self.table, Kind::Update(key), whole), beside]).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    async fn put(&self, grant: &Grant, transition: &Transition) -> Result<Applied, Unknown> {
        let mut expression = Expression::default();
        let condition = expression.condition(transition.guards());
        let call = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(grant)))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values).filter(|values| !values.is_empty()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(call.send()).await {
            Ok(_) => Ok(Applied::Done(Box::new(grant.clone()))),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => self.refused(failed.item.as_ref()),
                _ => Err(self.unknown(error)),
            },
        }
    }

    async fn update(&self, transition: &Transition) -> Result<Applied, Unknown> {
        let mut expression = Expression::default();
        let condition = expression.condition(transition.guards());
        let update = expression.update(transition.change());
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(&transition.id()))
            .condition_expression(condition)
            .set_update_expression(update)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(call.send()).await {
            Ok(answer) => {
                let item = answer.attributes.ok_or_else(|| Unknown::damaged(&self.table, "answer"))?;
                Ok(Applied::Done(Box::new(from_item(&self.table, &item)?)))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => self.refused(failed.item.as_ref()),
                _ => Err(self.unknown(error)),
            },
        }
    }

    fn refused(&self, item: Option<&Item>) -> Result<Applied, Unknown> {
        let found = item.filter(|item| !item.is_empty()).map(|item| from_item(&self.table, item)).transpose()?;
        Ok(Applied::Refused(found.map(Box::new)))
    }

    /// The grant as it is now: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn find(&self, id: GrantId) -> Result<Option<Grant>, Unknown> {
        let call = self.client.get_item().table_name(&self.table).key("id", text(&id)).consistent_read(true);
        let answer = Box::pin(call.send()).await.map_err(|error| self.unknown(error))?;
        answer.item.map(|item| from_item(&self.table, &item)).transpose()
    }

    /// Remembers that a service's token was revoked, until it would have expired.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is remembered.
    pub async fn revoke_token(&self, id: TokenId, expires_at: Timestamp) -> Result<(), Unknown> {
        let call = self.client.put_item().table_name(&self.table).item("id", text(&token_key(id)));
        let answer = Box::pin(call.item("expires_at", time(expires_at)).send()).await;
        answer.map(drop).map_err(|error| self.unknown(error))
    }

    /// Whether [`GrantsTable::revoke_token`] was called for the token: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn token_is_revoked(&self, id: TokenId) -> Result<bool, Unknown> {
        let call = self.client.get_item().table_name(&self.table).key("id", text(&token_key(id))).consistent_read(true);
        let answer = Box::pin(call.send()).await.map_err(|error| self.unknown(error))?;
        Ok(answer.item.is_some())
    }

    /// Writes the use of an assertion, once for all functions: refused while another attempt's stands there. One that is over
    /// but not cleaned away does not stand in the way.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn use_assertion(&self, once: OneUse, attempt: Attempt, now: Timestamp) -> Result<Changed, Unknown> {
        let call = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("id", text(&assertion_key(once)))
            .item("attempt", text(&attempt))
            .item("expires_at", time(once.until))
            .condition_expression("attribute_not_exists(id) OR attempt = :attempt OR expires_at <= :now")
            .expression_attribute_values(":attempt", text(&attempt))
            .expression_attribute_values(":now", time(now));
        match Box::pin(call.send()).await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Changed::Refused),
                _ => Err(self.unknown(error)),
            },
        }
    }

    /// The grants of a person. The index follows the table within a moment, so who ends all of them asks again until
    /// there is none left to end.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn of_subject(&self, subject: &Subject) -> Result<Vec<GrantId>, Unknown> {
        self.ids_in("by-subject", "subject", text(&subject)).await
    }

    /// The grants of a person, as they are now. The index follows the table within a moment.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn of_person(&self, subject: &Subject) -> Result<Vec<Grant>, Unknown> {
        self.with_ids(&self.of_subject(subject).await?).await
    }

    /// The grants with these ids: strongly consistent.
    pub(crate) async fn with_ids(&self, ids: &[GrantId]) -> Result<Vec<Grant>, Unknown> {
        let mut grants = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let keys = ids.iter().map(|id| Item::from([("id".to_owned(), text(id))])).collect();
            for item in &batch::read(&self.client, &self.table, keys).await? {
                grants.push(from_item(&self.table, item)?);
            }
        }
        Ok(grants)
    }

    /// Every grant, or those of one client: a scan, for operators.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn all(&self, client: Option<&ClientId>) -> Result<Vec<Grant>, Unknown> {
        let call = self.client.scan().table_name(&self.table).consistent_read(true);
        let call = match client {
            Some(client) => {
                call.filter_expression("client_id = :client").expression_attribute_values(":client", text(client))
            }
            // Counters, spent assertions and revoked tokens stand here too.
            None => call.filter_expression("attribute_exists(client_id)"),
        };
        let items = call.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
        items.map_err(|error| self.unknown(error))?.iter().map(|item| from_item(&self.table, item)).collect()
    }

    /// The grants that one of the indexes has under a value of its attribute: only their ids, however many pages they fill.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub(crate) async fn ids_in(
        &self,
        index: &str,
        attribute: &str,
        value: AttributeValue,
    ) -> Result<Vec<GrantId>, Unknown> {
        let call = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .key_condition_expression("#attribute = :value")
            .expression_attribute_names("#attribute", attribute)
            .expression_attribute_values(":value", value)
            .into_paginator()
            .items()
            .send();
        let items = call.collect::<Result<Vec<Item>, _>>().await.map_err(|error| self.unknown(error))?;
        items.iter().map(|item| Reader::new(&self.table, item).parsed("id", GrantId::parse)).collect()
    }

    pub(crate) fn unknown<E, R>(&self, error: aws_sdk_dynamodb::error::SdkError<E, R>) -> Unknown
    where
        E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        Unknown::from_sdk(&self.table, error)
    }
}

fn assertion_key(once: OneUse) -> String {
    format!("jti#{}", once.id)
}

fn token_key(id: TokenId) -> String {
    format!("token#{id}")
}
