//! The keys table: signing keys and the master key of the handles, wrapped.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use grants::SigningAlgorithm;
use keys::{KeyRecord, MasterRecord, Records};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, by_id, bytes, text, time};
use crate::dynamodb::unknown::Unknown;

const MASTER: &str = "handles";
const SIGNING: &str = "signing#";
/// The attributes of a signing key that anyone may know. `public` is a reserved word.
const PUBLIC: &str = "id, #public, algorithm, predecessor, created_at, activates_at";

/// The keys table in DynamoDB.
#[derive(Clone)]
pub struct KeysTable {
    client: Client,
    table: String,
}

impl KeysTable {
    /// Opens the table named `table`.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Reads the whole table: a handful of items.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn load(&self) -> Result<Records, Unknown> {
        let mut records = Records::default();
        for item in &self.items(self.client.scan()).await? {
            let read = Reader::new(&self.table, item);
            if read.text("id")? == MASTER {
                records.master = Some(MasterRecord { wrapped: read.bytes("wrapped")?.to_vec() });
            } else {
                records.signing.push(record(&read, read.bytes("wrapped")?)?);
            }
        }
        sort(&mut records);
        Ok(records)
    }

    /// Reads the signing keys without their private parts, which are left empty.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn load_public(&self) -> Result<Records, Unknown> {
        let scan = self.client.scan().projection_expression(PUBLIC).expression_attribute_names("#public", "public");
        let mut records = Records::default();
        for item in &self.items(scan).await? {
            let read = Reader::new(&self.table, item);
            if read.text("id")? != MASTER {
                records.signing.push(record(&read, &[])?);
            }
        }
        sort(&mut records);
        Ok(records)
    }

    async fn items(&self, scan: ScanFluentBuilder) -> Result<Vec<Item>, Unknown> {
        let call = scan.table_name(&self.table).consistent_read(true).into_paginator().items().send();
        call.collect::<Result<Vec<Item>, _>>().await.map_err(|error| Unknown::from_sdk(&self.table, error))
    }

    /// Writes the master key, once, and `beside` in the same transaction; of two concurrent calls, the first one
    /// wins.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_master(&self, master: &MasterRecord, beside: Option<Write>) -> Result<Changed, Unknown> {
        let item = Item::from([("id".to_owned(), text(&MASTER)), ("wrapped".to_owned(), bytes(&master.wrapped))]);
        self.put(item, beside).await
    }

    /// Writes a signing key, and `beside` in the same transaction, unless the previous key already has a
    /// successor.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_signing_key(&self, key: &KeyRecord, beside: Option<Write>) -> Result<Changed, Unknown> {
        let public = serde_json::to_string(&key.public).map_err(|_| Unknown::damaged(&self.table, "public"))?;
        let mut item = Item::from([
            ("id".to_owned(), text(&id(key))),
            ("public".to_owned(), text(&public)),
            ("algorithm".to_owned(), text(&key.algorithm.as_str())),
            ("created_at".to_owned(), time(key.created_at)),
            ("activates_at".to_owned(), time(key.activates_at)),
            ("wrapped".to_owned(), bytes(&key.wrapped)),
        ]);
        if let Some(predecessor) = &key.predecessor {
            item.insert("predecessor".to_owned(), text(predecessor));
        }
        self.put(item, beside).await
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
        Ok(match commit(&self.client, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }
}

fn id(key: &KeyRecord) -> String {
    format!("{SIGNING}{}", key.place())
}

/// Sorts the keys by the time of their creation.
fn sort(records: &mut Records) {
    records.signing.sort_by(|one, other| (one.created_at, &one.public.kid).cmp(&(other.created_at, &other.public.kid)));
}

fn record(read: &Reader<'_>, wrapped: &[u8]) -> Result<KeyRecord, Unknown> {
    Ok(KeyRecord {
        public: read.parsed("public", |text| serde_json::from_str(text))?,
        algorithm: read.named("algorithm", SigningAlgorithm::parse)?,
        predecessor: read.optional_text("predecessor")?.map(str::to_owned),
        created_at: read.time("created_at")?,
        activates_at: read.time("activates_at")?,
        wrapped: wrapped.to_vec(),
    })
}
