//! The people table: people, their sessions and what they agreed to.

use aws_sdk_dynamodb::Client;
use grants::{Consent, RestsOn};
use protocol::{ClientId, Username};
use sessions::{AliasKey, PersonKey, Session, SessionHandle, User};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, text};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{
    LEADS_TO, PROFILE, SESSION, alias_key, consent_record, key, session_record, to_alias, to_consent, to_session,
    to_user,
};

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

/// The items that a grant rests on, as they were read.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The items that were asked for.
    pub rests_on: Option<RestsOn>,
    /// The person.
    pub user: Option<User>,
    /// The session.
    pub session: Option<Session>,
}

/// Whoever has a user name, as far as one read tells.
#[derive(Clone, Debug)]
pub enum Named {
    /// An alias leads to this person.
    Leads(PersonKey),
    /// A person of version 0.1, whose key is the name's hash.
    Legacy(Box<User>),
    /// Nobody.
    Nobody,
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
        let records = [session_record(handle.id()), PROFILE.to_owned()].into_iter().chain(client.map(consent_record));
        self.records(handle.person(), records).await
    }

    /// The items of a person with these sort keys.
    pub(crate) async fn records(
        &self,
        person: PersonKey,
        records: impl Iterator<Item = String>,
    ) -> Result<Visitor, Unknown> {
        let keys = records.map(|record| key(person, &record)).collect();
        self.to_visitor(&batch::read(&self.client, &self.table, keys).await?)
    }

    fn to_visitor(&self, items: &[Item]) -> Result<Visitor, Unknown> {
        let mut visitor = Visitor::default();
        for item in items {
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
        self.records(person, [PROFILE.to_owned(), consent_record(client)].into_iter()).await
    }

    /// The items that a grant rests on: strongly consistent, one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn ground(&self, rests_on: RestsOn) -> Result<Ground, Unknown> {
        let records = std::iter::once(PROFILE.to_owned()).chain(rests_on.session.map(session_record));
        let keys = records.map(|record| key(rests_on.person, &record)).collect();
        self.to_ground(Some(rests_on), &batch::read(&self.client, &self.table, keys).await?)
    }

    pub(crate) fn to_ground(&self, rests_on: Option<RestsOn>, items: &[Item]) -> Result<Ground, Unknown> {
        let Visitor { user, session, .. } = self.to_visitor(items)?;
        Ok(Ground { rests_on, user, session })
    }

    /// Whoever has this user name: one round trip, strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn named(&self, username: &Username) -> Result<Named, Unknown> {
        let keys = vec![alias_key(&AliasKey::login(username)), key(PersonKey::of_name(username), PROFILE)];
        let mut named = Named::Nobody;
        for item in &batch::read(&self.client, &self.table, keys).await? {
            if item.contains_key(LEADS_TO) {
                return Ok(Named::Leads(to_alias(&self.table, item)?));
            }
            let user = to_user(&self.table, item)?;
            if !user.aliased {
                named = Named::Legacy(Box::new(user));
            }
        }
        Ok(named)
    }

    /// The person with this user name.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn by_name(&self, username: &Username) -> Result<Option<User>, Unknown> {
        match self.named(username).await? {
            Named::Leads(person) => self.user(person).await,
            Named::Legacy(user) => Ok(Some(*user)),
            Named::Nobody => Ok(None),
        }
    }

    /// The person with this key.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known.
    pub async fn user(&self, person: PersonKey) -> Result<Option<User>, Unknown> {
        Ok(self.records(person, std::iter::once(PROFILE.to_owned())).await?.user)
    }

    pub(crate) fn write(&self, kind: Kind, expression: Expression) -> Write {
        Write::new(&self.table, kind, expression)
    }

    /// The items of a person whose sort key begins so: strongly consistent.
    pub(crate) async fn items_of(&self, person: PersonKey, prefix: &str) -> Result<Vec<Item>, Unknown> {
        let mut expression = Expression::default();
        let mut condition = expression.compare("person", "=", text(&person));
        if !prefix.is_empty() {
            let (record, value) = (expression.name("record"), expression.value(text(prefix)));
            condition = format!("{condition} AND begins_with({record}, {value})");
        }
        let call = self.client.query().table_name(&self.table).key_condition_expression(condition);
        let call = call.set_expression_attribute_names(expression.take_names());
        let call = call.set_expression_attribute_values(expression.take_values()).consistent_read(true);
        let items = call.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
        items.map_err(|error| Unknown::from_sdk(&self.table, error))
    }

    /// Every person: a scan, for operators.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn all_users(&self) -> Result<Vec<User>, Unknown> {
        let mut expression = Expression::default();
        expression.same("record", text(PROFILE));
        self.scan(expression).await?.iter().map(|item| to_user(&self.table, item)).collect()
    }

    pub(crate) async fn scan(&self, mut filter: Expression) -> Result<Vec<Item>, Unknown> {
        let call = self.client.scan().table_name(&self.table).set_filter_expression(filter.condition());
        let call = call.set_expression_attribute_names(filter.take_names());
        let call = call.set_expression_attribute_values(filter.take_values()).consistent_read(true);
        let items = call.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
        items.map_err(|error| Unknown::from_sdk(&self.table, error))
    }

    pub(crate) async fn put(&self, item: Item) -> Result<(), Unknown> {
        commit(&self.client, vec![self.write(Kind::Put(item), Expression::default())]).await.map(drop)
    }

    pub(crate) async fn delete(&self, key: Item, beside: Option<Write>) -> Result<Changed, Unknown> {
        let mut there = Expression::default();
        there.present("person");
        let own = self.write(Kind::Delete(key), there);
        Ok(match commit(&self.client, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }
}
