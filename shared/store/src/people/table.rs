//! The people table: people, their sessions and their consent.

use aws_sdk_dynamodb::Client;
use grants::{Consent, RestsOn};
use protocol::ClientId;
use sessions::{PersonKey, Session, SessionHandle, User};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, text};
use crate::dynamodb::send::{Call, Listing};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{PROFILE, SESSION, consent_record, key, session_record, to_consent, to_session, to_user};

/// The people table in DynamoDB.
#[derive(Clone)]
pub struct PeopleTable {
    pub(crate) client: Client,
    pub(crate) table: String,
    /// The host that passkeys belong to at this site; `None` if nobody signs in here.
    site: Option<String>,
}

/// The stored items about the holder of a session cookie; `sessions` decides whether the cookie is valid.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The session that the cookie names.
    pub session: Option<Session>,
    /// The person that the session belongs to.
    pub user: Option<User>,
    /// The consent that the person gave to this client before.
    pub agreed: Option<Consent>,
}

/// The items that a grant depends on, as they were read.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The keys of the items that were requested.
    pub rests_on: Option<RestsOn>,
    /// The person of the grant.
    pub user: Option<User>,
    /// The session of the grant.
    pub session: Option<Session>,
}

impl PeopleTable {
    /// Opens the table named `table`.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table, site: None }
    }

    /// The same table for a site whose passkeys belong to this host; empty if there are no passkeys.
    #[must_use]
    pub fn at_site(self, host: String) -> Self {
        Self { site: Some(host), ..self }
    }

    /// Reads a person as seen at this site.
    pub(crate) fn to_person(&self, item: &Item) -> Result<User, Unknown> {
        let user = to_user(&self.table, item)?;
        Ok(match &self.site {
            Some(host) => User { factors: user.factors.at_site(host), ..user },
            None => user,
        })
    }

    /// Reads session, person and, for a client, earlier consent in one round trip: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn visitor(&self, handle: &SessionHandle, client: Option<&ClientId>) -> Result<Visitor, Unknown> {
        let records = [session_record(handle.id()), PROFILE.to_owned()].into_iter().chain(client.map(consent_record));
        self.records(handle.person(), records).await
    }

    /// Reads the items of a person with these sort keys.
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
                PROFILE => visitor.user = Some(self.to_person(item)?),
                record if record.starts_with(SESSION) => visitor.session = Some(to_session(&self.table, item)?),
                _ => visitor.agreed = Some(to_consent(&self.table, item)?),
            }
        }
        Ok(visitor)
    }

    /// Reads the person with this key, and their consent to a client: strongly consistent, one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn person(&self, person: PersonKey, client: Option<&ClientId>) -> Result<Visitor, Unknown> {
        self.records(person, std::iter::once(PROFILE.to_owned()).chain(client.map(consent_record))).await
    }

    /// Reads the items that a grant depends on: strongly consistent, one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn ground(&self, rests_on: RestsOn) -> Result<Ground, Unknown> {
        let records = std::iter::once(PROFILE.to_owned()).chain(rests_on.session.map(session_record));
        let keys = records.map(|record| key(rests_on.person, &record)).collect();
        self.to_ground(Some(rests_on), &batch::read(&self.client, &self.table, keys).await?)
    }

    pub(crate) fn to_ground(&self, rests_on: Option<RestsOn>, items: &[Item]) -> Result<Ground, Unknown> {
        let Visitor { user, session, .. } = self.to_visitor(items)?;
        Ok(Ground { rests_on, user, session })
    }

    /// Reads the person with this key.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn user(&self, person: PersonKey) -> Result<Option<User>, Unknown> {
        Ok(self.records(person, std::iter::once(PROFILE.to_owned())).await?.user)
    }

    pub(crate) fn write(&self, kind: Kind, expression: Expression) -> Write {
        Write::new(&self.table, kind, expression)
    }

    /// Reads one item: strongly consistent.
    pub(crate) async fn item(&self, key: Item) -> Result<Option<Item>, Unknown> {
        let call = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        let answer = call.sent().await.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        Ok(answer.item)
    }

    /// Reads the items of a person whose sort key has this prefix: strongly consistent.
    pub(crate) async fn items_of(&self, person: PersonKey, prefix: &str) -> Result<Vec<Item>, Unknown> {
        let mut expression = Expression::default();
        expression.same("person", text(&person));
        if !prefix.is_empty() {
            expression.begins_with("record", text(prefix));
        }
        let condition = expression.take_condition();
        let call = self.client.query().table_name(&self.table).set_key_condition_expression(condition);
        let call = call.set_expression_attribute_names(expression.take_names());
        let call = call.set_expression_attribute_values(expression.take_values()).consistent_read(true);
        let items = call.all_items().await;
        items.map_err(|error| Unknown::from_sdk(&self.table, error))
    }

    /// Reads every person: a scan, for operators.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_users(&self) -> Result<Vec<User>, Unknown> {
        let mut expression = Expression::default();
        expression.same("record", text(PROFILE));
        self.scan(expression).await?.iter().map(|item| self.to_person(item)).collect()
    }

    pub(crate) async fn scan(&self, mut filter: Expression) -> Result<Vec<Item>, Unknown> {
        let call = self.client.scan().table_name(&self.table).set_filter_expression(filter.take_condition());
        let call = call.set_expression_attribute_names(filter.take_names());
        let call = call.set_expression_attribute_values(filter.take_values()).consistent_read(true);
        let items = call.all_items().await;
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
