//! The people table: people, their sessions and what they agreed to.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use grants::Consent;
use protocol::ClientId;
use sessions::{PersonKey, Session, SessionHandle, User};

use crate::items::{Item, Reader, text};
use crate::person_item::{
    ENDED, PROFILE, SESSION, consent_record, from_session, from_user, key, session_record, to_consent, to_session,
    to_user,
};
use crate::{Changed, Unknown, batch};

/// The table.
#[derive(Clone)]
pub struct PeopleTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// What the items say of whoever holds a session cookie; whether that is good is for `sessions`.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The session.
    pub session: Option<Session>,
    /// The person.
    pub user: Option<User>,
    /// Consent that the person gave to this client before.
    pub agreed: Option<Consent>,
}

impl PeopleTable {
    /// The table named `table`.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Session, person and, for a client, earlier consent in one round trip: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn visitor(&self, handle: &SessionHandle, client: Option<&ClientId>) -> Result<Visitor, Unknown> {
        let records = [session_record(handle.id()), PROFILE.to_owned()];
        let records = records.into_iter().chain(client.map(consent_record));
        let keys = records.map(|record| key(handle.person(), &record)).collect();
        let items = batch::read(&self.client, &self.table, keys).await?;
        let mut visitor = Visitor::default();
        for item in &items {
            match Reader::new(&self.table, item).text("record")? {
                PROFILE => visitor.user = Some(to_user(&self.table, item)?),
                record if record.starts_with(SESSION) => visitor.session = Some(to_session(&self.table, item)?),
                _ => visitor.agreed = Some(to_consent(&self.table, item)?),
            }
        }
        Ok(visitor)
    }

    /// The person with this key, and what that person agreed to for the client: strongly consistent, one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn person(&self, person: PersonKey, client: &ClientId) -> Result<Visitor, Unknown> {
        self.visitor(&SessionHandle::new(person, [0; 16]), Some(client)).await
    }

    /// The person with this key.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn user(&self, person: PersonKey) -> Result<Option<User>, Unknown> {
        let call = self.client.get_item().table_name(&self.table).set_key(Some(key(person, PROFILE)));
        let answer = Box::pin(call.consistent_read(true).send()).await;
        let answer = answer.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        answer.item.map(|item| to_user(&self.table, &item)).transpose()
    }

    /// Writes a person who is not there yet.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_user(&self, user: &User) -> Result<Changed, Unknown> {
        self.put(from_user(user), Some("attribute_not_exists(person)")).await
    }

    /// Writes a person who is there already.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn replace_user(&self, user: &User) -> Result<Changed, Unknown> {
        self.put(from_user(user), Some("attribute_exists(person)")).await
    }

    /// Writes a session.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_session(&self, session: &Session) -> Result<(), Unknown> {
        self.put(from_session(session), None).await.map(drop)
    }

    /// Ends a session. One that is over already stays so.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it ended.
    pub async fn end_session(&self, session: &Session) -> Result<Changed, Unknown> {
        self.delete(key(session.person, &session_record(session.id))).await
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether all ended.
    pub async fn end_sessions(&self, person: PersonKey) -> Result<(), Unknown> {
        self.delete_those(person, |record| record.starts_with(SESSION)).await
    }

    /// Deletes a person with everything about that person, but not what is left to do after sessions ended: apps are told of
    /// it, and then it goes by itself.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether all is deleted.
    pub async fn delete_user(&self, person: PersonKey) -> Result<Changed, Unknown> {
        let changed = self.delete(key(person, PROFILE)).await?;
        self.delete_those(person, |record| !record.starts_with(ENDED)).await?;
        Ok(changed)
    }

    async fn delete_those(&self, person: PersonKey, which: impl Fn(&str) -> bool) -> Result<(), Unknown> {
        let call = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("person = :person")
            .expression_attribute_values(":person", text(&person))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let items =
            call.collect::<Result<Vec<Item>, _>>().await.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        for item in &items {
            let record = Reader::new(&self.table, item).text("record")?;
            if which(record) {
                self.delete(key(person, record)).await?;
            }
        }
        Ok(())
    }

    /// Every person.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn all_users(&self) -> Result<Vec<User>, Unknown> {
        let call = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("#record = :profile")
            .expression_attribute_names("#record", "record")
            .expression_attribute_values(":profile", text(&PROFILE))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let items =
            call.collect::<Result<Vec<Item>, _>>().await.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        items.iter().map(|item| to_user(&self.table, item)).collect()
    }

    pub(crate) async fn put(&self, item: Item, condition: Option<&str>) -> Result<Changed, Unknown> {
        let call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        match Box::pin(call.set_condition_expression(condition.map(str::to_owned)).send()).await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Changed::Refused),
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }

    pub(crate) async fn delete(&self, key: Item) -> Result<Changed, Unknown> {
        let call = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        match call.condition_expression("attribute_exists(person)").send().await {
            Ok(_) => Ok(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(Changed::Refused),
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }
}
