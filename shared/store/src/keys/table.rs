//! The keys table: signing keys and the master keys of the handles, wrapped.
//!
//! The names of the keys that were withdrawn stand in one item of the registry. So a copy of the keys table that is
//! restored brings none of them back: whoever reads the keys reads that item at the same time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Seconds, Timestamp};
use keys::{KeyRecord, MasterName, MasterRecord, Records};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, by_id, bytes, number, text};
use crate::dynamodb::send::{Call, Listing};
use crate::dynamodb::unknown::Unknown;
use crate::keys::masters::{CLIENT_SECRETS, MASTER, REVISION, SECOND_FACTORS, attribute, from_master, masters};
use crate::keys::signing::{id, record, signing_item, sort};

/// The item of the registry with the names of the withdrawn keys.
const WITHDRAWN: &str = "withdrawn#keys";
/// The time in seconds that those names are cached for the key set.
const LIFETIME: Seconds = 60;
/// The attribute with those names.
const KIDS: &str = "kids";
/// The attributes of a signing key that anyone may know. `public` is a reserved word.
const PUBLIC: &str = "id, #public, algorithm, predecessor, created_at, activates_at";

/// The keys table in DynamoDB.
#[derive(Clone)]
pub struct KeysTable {
    client: Client,
    table: String,
    registry: String,
    cached: Arc<Mutex<Option<Cached>>>,
}

/// The names of the withdrawn keys, as they were read for the key set.
#[derive(Clone)]
struct Cached {
    read_at: Timestamp,
    /// The names of the keys in the table at the last read of it.
    kids: BTreeSet<String>,
    withdrawn: BTreeSet<String>,
}

impl KeysTable {
    /// Opens the table named `table`; `registry` is the table with the names of the withdrawn keys.
    pub fn new(client: Client, table: String, registry: String) -> Self {
        Self { client, table, registry, cached: Arc::default() }
    }

    /// Reads the whole table, a handful of items, and the names of the withdrawn keys: the time of one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn load(&self) -> Result<Records, Unknown> {
        let mut records = Records::default();
        let (items, withdrawn) = tokio::try_join!(self.items(self.client.scan()), self.withdrawn())?;
        for item in &items {
            let read = Reader::new(&self.table, item);
            if read.text("id")? == MASTER {
                records.masters.stored = masters(&self.table, item)?;
                let wrapped = |name: &'static str| {
                    let there = item.contains_key(name).then(|| read.bytes(name)).transpose();
                    there.map(|bytes| bytes.map(<[u8]>::to_vec))
                };
                records.masters.client_secrets = wrapped(CLIENT_SECRETS)?;
                records.masters.second_factors = wrapped(SECOND_FACTORS)?;
                records.masters.revision = read.optional_number(REVISION)?.unwrap_or_default();
            } else {
                records.signing.push(record(&read, read.bytes("wrapped")?)?);
            }
        }
        sort(&mut records);
        Ok(records.without(&withdrawn))
    }

    /// Reads the names of the keys that were withdrawn: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn withdrawn(&self) -> Result<BTreeSet<String>, Unknown> {
        let call = self.client.get_item().table_name(&self.registry).key("id", text(WITHDRAWN)).consistent_read(true);
        let answer = call.sent().await.map_err(|error| Unknown::from_sdk(&self.registry, error))?;
        let Some(kids) = answer.item.and_then(|mut item| item.remove(KIDS)) else { return Ok(BTreeSet::new()) };
        let kids = kids.as_ss().map_err(|_| Unknown::damaged(&self.registry, KIDS))?;
        Ok(kids.iter().cloned().collect())
    }

    /// Reads the signing keys without their private parts, which are left empty. A key that was withdrawn is not in the
    /// table, unless that was restored: so the names of withdrawn keys may be a minute old.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn load_public(&self, now: Timestamp) -> Result<Records, Unknown> {
        let scan = self.client.scan().projection_expression(PUBLIC).expression_attribute_names("#public", "public");
        let mut records = Records::default();
        for item in &self.items(scan).await? {
            let read = Reader::new(&self.table, item);
            if read.text("id")? != MASTER {
                records.signing.push(record(&read, &[])?);
            }
        }
        sort(&mut records);
        let kids = records.signing.iter().map(|key| key.public.kid.clone()).collect();
        let withdrawn = self.recently_withdrawn(kids, now).await?;
        Ok(records.without(&withdrawn))
    }

    async fn items(&self, scan: ScanFluentBuilder) -> Result<Vec<Item>, Unknown> {
        let call = scan.table_name(&self.table).consistent_read(true);
        call.all_items().await.map_err(|error| Unknown::from_sdk(&self.table, error))
    }

    /// Returns the names of withdrawn keys as they were a minute ago or later. They are read again for a key that was not in
    /// the table before: it may be restored.
    async fn recently_withdrawn(&self, kids: BTreeSet<String>, now: Timestamp) -> Result<BTreeSet<String>, Unknown> {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = cached.filter(|cached| cached.read_at.plus(LIFETIME) > now && kids.is_subset(&cached.kids));
        let (read_at, withdrawn) = match fresh {
            Some(cached) => (cached.read_at, cached.withdrawn),
            None => (now, self.withdrawn().await?),
        };
        let cached = Cached { read_at, kids, withdrawn: withdrawn.clone() };
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached);
        Ok(withdrawn)
    }

    /// Writes the first master key, once, and `beside` in the same transaction; of two concurrent calls, the first one
    /// wins.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_master(&self, master: &MasterRecord, beside: Option<Write>) -> Result<Changed, Unknown> {
        let item = Item::from([("id".to_owned(), text(&MASTER)), ("wrapped".to_owned(), bytes(&master.wrapped))]);
        self.put(item, beside).await
    }

    /// Writes another master key beside those of `known`, and `beside` in the same transaction, unless they changed since
    /// they were read.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn add_master(
        &self,
        master: &MasterRecord,
        known: &Records,
        beside: Option<Write>,
    ) -> Result<Changed, Unknown> {
        let write = self.masters_write(known, Some(master), None);
        Ok(changed(&commit(&self.client, std::iter::once(write).chain(beside).collect()).await?))
    }

    /// Writes the key for the secrets that clients sign with, wrapped, once, and `beside` in the same transaction; of two
    /// concurrent calls, the first one wins. The first master key must be there.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn add_client_secrets_key(&self, wrapped: &[u8], beside: Option<Write>) -> Result<Changed, Unknown> {
        self.add_key(CLIENT_SECRETS, wrapped, beside).await
    }

    /// Writes the key that seals the secrets of authenticator apps, as [`KeysTable::add_client_secrets_key`] does its key.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn add_second_factors_key(&self, wrapped: &[u8], beside: Option<Write>) -> Result<Changed, Unknown> {
        self.add_key(SECOND_FACTORS, wrapped, beside).await
    }

    async fn add_key(&self, attribute: &str, wrapped: &[u8], beside: Option<Write>) -> Result<Changed, Unknown> {
        let mut expression = Expression::default();
        expression.present("id");
        expression.absent(attribute);
        expression.set(attribute, bytes(wrapped));
        self.commit(Kind::Update(by_id(MASTER)), expression, beside).await
    }

    /// Changes the masters of `known`: adds one, or removes one.
    fn masters_write(&self, known: &Records, add: Option<&MasterRecord>, remove: Option<&MasterRecord>) -> Write {
        let revision = known.masters.revision;
        let mut expression = Expression::default();
        expression.present("id");
        expression.same_or_absent(REVISION, (revision > 0).then(|| number(&revision)));
        expression.set(REVISION, number(&revision.saturating_add(1)));
        if let Some(master) = add {
            expression.set(&attribute(master.name), from_master(master));
        }
        // What must never change comes from the first master, so that one stays.
        if let Some(master) = remove.filter(|master| master.name != MasterName::First) {
            expression.set_or_remove(&attribute(master.name), None);
        }
        Write::new(&self.table, Kind::Update(by_id(MASTER)), expression)
    }

    /// Withdraws a signing key: remembers its name, deletes it, writes the key that signs instead, and makes the writes
    /// `beside`, all in one transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn withdraw_signing_key(
        &self,
        key: &KeyRecord,
        successor: Option<&KeyRecord>,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let (mut there, mut absent) = (Expression::default(), Expression::default());
        there.present("id");
        absent.absent("id");
        let delete = Write::new(&self.table, Kind::Delete(by_id(&id(key))), there);
        let item = successor.map(|key| signing_item(&self.table, key)).transpose()?;
        let put = item.map(|item| Write::new(&self.table, Kind::Put(item), absent));
        let writes = [self.remember(&key.public.kid), delete].into_iter().chain(put).chain(beside);
        Ok(changed(&commit(&self.client, writes.collect()).await?))
    }

    /// Withdraws a master key: remembers its name, writes the key that makes handles instead, and makes the writes
    /// `beside`, all in one transaction, unless the masters of `known` changed since they were read.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn withdraw_master(
        &self,
        key: &MasterRecord,
        successor: Option<&MasterRecord>,
        known: &Records,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let masters = self.masters_write(known, successor, Some(key));
        let writes = [self.remember(&key.name.to_string()), masters].into_iter().chain(beside);
        Ok(changed(&commit(&self.client, writes.collect()).await?))
    }

    /// Remembers the name of a withdrawn key.
    fn remember(&self, kid: &str) -> Write {
        let mut expression = Expression::default();
        expression.add(KIDS, AttributeValue::Ss(vec![kid.to_owned()]));
        Write::new(&self.registry, Kind::Update(by_id(WITHDRAWN)), expression)
    }

    /// Writes a signing key, and `beside` in the same transaction, unless the previous key already has a
    /// successor.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_signing_key(&self, key: &KeyRecord, beside: Option<Write>) -> Result<Changed, Unknown> {
        self.put(signing_item(&self.table, key)?, beside).await
    }

    /// Deletes a signing key that no verifier needs any more, and makes the write `beside` in the same
    /// transaction. A key that is already deleted stays so.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_signing_key(&self, key: &KeyRecord, beside: Option<Write>) -> Result<Changed, Unknown> {
        let mut there = Expression::default();
        there.present("id");
        self.commit(Kind::Delete(by_id(&id(key))), there, beside).await
    }

    async fn put(&self, item: Item, beside: Option<Write>) -> Result<Changed, Unknown> {
        let mut absent = Expression::default();
        absent.absent("id");
        self.commit(Kind::Put(item), absent, beside).await
    }

    async fn commit(&self, kind: Kind, expression: Expression, beside: Option<Write>) -> Result<Changed, Unknown> {
        let own = Write::new(&self.table, kind, expression);
        Ok(changed(&commit(&self.client, std::iter::once(own).chain(beside).collect()).await?))
    }
}

const fn changed(outcome: &Outcome) -> Changed {
    match outcome {
        Outcome::Done(_) => Changed::Done,
        Outcome::Refused(..) => Changed::Refused,
    }
}
