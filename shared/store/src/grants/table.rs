//! The grants table: grants, and the identifiers of revoked tokens and of used assertions.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Attempt, Change, Grant, GrantId, OneUse, Seconds, Timestamp, TokenId, Transition};
use protocol::{ClientId, Subject};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Reader, by_id, text, time};
use crate::dynamodb::send::{Call, Listing};
use crate::dynamodb::unknown::Unknown;
use crate::grants::item::{from_item, to_item};
use crate::grants::transition::of_transition;

/// The number of keys that fit into one read.
const BATCH: usize = 100;

/// The number of groups of tokens, each with an item of its own for a withdrawn key: a partition serves 3,000 reads in a
/// second, and every introspection reads one of these items.
const GROUPS: u8 = 16;

/// The number of seconds for which a withdrawn key is remembered here: longer than the 35 days of point-in-time recovery.
const WITHDRAWN_FOR: Seconds = 40 * 24 * 3600;

/// The outcome of a transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The transition was applied; contains the grant afterwards.
    Done(Box<Grant>),
    /// A guard did not hold; contains the grant found there, read in the same step.
    Refused(Option<Box<Grant>>),
}

/// The grants table in DynamoDB.
#[derive(Clone)]
pub struct GrantsTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl GrantsTable {
    /// Opens the table named `table`.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Applies a transition in one conditional write: one round trip, whatever the outcome.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was applied.
    pub async fn apply(&self, transition: &Transition) -> Result<Applied, Unknown> {
        let write = self.write(transition);
        match (commit(&self.client, vec![write]).await?, transition.change()) {
            (Outcome::Done(Some(item)), _) => Ok(Applied::Done(Box::new(from_item(&self.table, &item)?))),
            (Outcome::Done(None), Change::Create(grant)) => Ok(Applied::Done(grant.clone())),
            (Outcome::Done(None), _) => Err(Unknown::damaged(&self.table, "answer")),
            (Outcome::Refused(_, found), _) => {
                let found = found.map(|item| from_item(&self.table, &item)).transpose()?;
                Ok(Applied::Refused(found.map(Box::new)))
            }
        }
    }

    /// Ends a grant with `transition`, and makes the write `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn end_beside(&self, transition: &Transition, beside: Write) -> Result<Changed, Unknown> {
        Ok(match commit(&self.client, vec![self.write(transition), beside]).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    pub(crate) fn write(&self, transition: &Transition) -> Write {
        let kind = match transition.change() {
            Change::Create(grant) => Kind::Put(to_item(grant)),
            Change::Agree(_)
            | Change::Poll { .. }
            | Change::SlowDown(_)
            | Change::Deny
            | Change::Advance { .. }
            | Change::RevokeAccess(_)
            | Change::Revoke => Kind::Update(by_id(&transition.id())),
        };
        Write::new(&self.table, kind, of_transition(transition))
    }

    /// Reads the current grant, strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn find(&self, id: GrantId) -> Result<Option<Grant>, Unknown> {
        let call = self.client.get_item().table_name(&self.table).key("id", text(&id)).consistent_read(true);
        let answer = call.sent().await.map_err(|error| self.unknown(error))?;
        answer.item.map(|item| from_item(&self.table, &item)).transpose()
    }

    /// Stores that a service's token, or one that was exchanged, was revoked, until the token would have expired.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is remembered.
    pub async fn revoke_token(&self, id: TokenId, expires_at: Timestamp) -> Result<(), Unknown> {
        let call = self.client.put_item().table_name(&self.table).item("id", text(&token_key(id)));
        let answer = call.item("expires_at", time(expires_at)).sent().await;
        answer.map(drop).map_err(|error| self.unknown(error))
    }

    /// Returns whether [`GrantsTable::revoke_token`] was called for the service's token, or for one of those that were
    /// `exchanged` for it, or the key `kid` of the signature was withdrawn: strongly consistent, one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn token_is_revoked(&self, id: TokenId, kid: &str, exchanged: &[TokenId]) -> Result<bool, Unknown> {
        let token = token_key(id);
        let withdrawn = withdrawn_key(kid, group_of(&token));
        let exchanged = exchanged.iter().map(|id| token_key(*id));
        let keys = [withdrawn, token].into_iter().chain(exchanged).map(|id| by_id(&id)).collect();
        Ok(!batch::read(&self.client, &self.table, keys).await?.is_empty())
    }

    /// Returns the writes that have every token with the key `kid` refused at once. They are kept for longer than a backup
    /// of any table.
    pub fn withdrawals(&self, kid: &str, now: Timestamp) -> Vec<Write> {
        let write = |group| {
            let mut expression = Expression::default();
            expression.set("expires_at", time(now.plus(WITHDRAWN_FOR)));
            Write::new(&self.table, Kind::Update(by_id(&withdrawn_key(kid, group))), expression)
        };
        (0..GROUPS).map(write).collect()
    }

    /// Records the use of an assertion, which succeeds once across all functions: refused while the record of
    /// another attempt is valid. An expired record that is not deleted yet does not count.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn use_assertion(&self, once: OneUse, attempt: Attempt, now: Timestamp) -> Result<Changed, Unknown> {
        let record = self.client.put_item().item("id", text(&assertion_key(once)));
        self.occupy(record, once.until, attempt, now).await
    }

    /// Writes a new item that is in effect until it expires: refused while the item of another attempt is in effect. An
    /// expired item that is not deleted yet does not count.
    pub(super) async fn occupy(
        &self,
        record: PutItemFluentBuilder,
        until: Timestamp,
        attempt: Attempt,
        now: Timestamp,
    ) -> Result<Changed, Unknown> {
        let call = record
            .table_name(&self.table)
            .item("attempt", text(&attempt))
            .item("expires_at", time(until))
            .condition_expression("attribute_not_exists(id) OR attempt = :attempt OR expires_at <= :now")
            .expression_attribute_values(":attempt", text(&attempt))
            .expression_attribute_values(":now", time(now));
        match call.sent().await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Changed::Refused),
                _ => Err(self.unknown(error)),
            },
        }
    }

    /// Returns the ids of a person's grants. The index lags slightly behind the table, so a caller that ends all
    /// of them must repeat the query until it finds none to end.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn of_subject(&self, subject: &Subject) -> Result<Vec<GrantId>, Unknown> {
        self.ids_in("by-subject", "subject", text(&subject)).await
    }

    /// Reads the current grants of a person. The index lags slightly behind the table.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn of_person(&self, subject: &Subject) -> Result<Vec<Grant>, Unknown> {
        self.with_ids(&self.of_subject(subject).await?).await
    }

    /// Reads the grants with these ids, strongly consistent.
    pub(crate) async fn with_ids(&self, ids: &[GrantId]) -> Result<Vec<Grant>, Unknown> {
        let mut grants = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let keys = ids.iter().map(by_id).collect();
            for item in &batch::read(&self.client, &self.table, keys).await? {
                grants.push(from_item(&self.table, item)?);
            }
        }
        Ok(grants)
    }

    /// Reads every grant, or those of one client: a scan, for operators.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all(&self, client: Option<&ClientId>) -> Result<Vec<Grant>, Unknown> {
        let call = self.client.scan().table_name(&self.table).consistent_read(true);
        let call = match client {
            Some(client) => {
                call.filter_expression("client_id = :client").expression_attribute_values(":client", text(client))
            }
            // The table also holds counters, used assertions and revoked tokens.
            None => call.filter_expression("attribute_exists(client_id)"),
        };
        let items = call.all_items().await;
        items.map_err(|error| self.unknown(error))?.iter().map(|item| from_item(&self.table, item)).collect()
    }

    /// Returns the ids of the grants that an index has under a value of its attribute, over all pages.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
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
            .expression_attribute_values(":value", value);
        let items = call.all_items().await.map_err(|error| self.unknown(error))?;
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

/// Returns the key of the item that has the tokens of one group refused if they are signed with the key `kid`.
pub(crate) fn withdrawn_key(kid: &str, group: u8) -> String {
    format!("withdrawn#{kid}#{group}")
}

/// Returns the group of a token, by the last characters of the item that it names.
pub(crate) fn group_of(item: &str) -> u8 {
    item.bytes().rev().take(4).fold(0, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(byte)) % GROUPS
}

/// Returns the key of the item that has a token refused.
pub(crate) fn token_key(id: TokenId) -> String {
    format!("token#{id}")
}
