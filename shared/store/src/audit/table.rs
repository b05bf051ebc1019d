//! The audit table: changes made by operators, one partition per day.
//!
//! A record is written in the same transaction as the change that it describes, so that neither exists without the
//! other.

use aws_sdk_dynamodb::Client;
use grants::{Seconds, Timestamp};

use crate::audit::day::Day;
use crate::audit::record::AuditRecord;
use crate::dynamodb::commit::{Kind, Write};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, list, text, time};
use crate::dynamodb::send::Listing;
use crate::dynamodb::unknown::Unknown;

/// The audit table, with its retention time.
#[derive(Clone)]
pub struct AuditTable {
    client: Client,
    table: String,
    keep: Seconds,
}

impl AuditTable {
    /// Opens the table named `table`, whose records are kept for `keep` seconds.
    pub const fn new(client: Client, table: String, keep: Seconds) -> Self {
        Self { client, table, keep }
    }

    /// Returns the same table with another retention time, in seconds.
    #[must_use]
    pub fn kept_for(self, keep: Seconds) -> Self {
        Self { keep, ..self }
    }

    /// Returns the write of a record, for the transaction of the change that it describes.
    pub fn record(&self, record: &AuditRecord) -> Write {
        let mut absent = Expression::default();
        absent.absent("id");
        Write::new(&self.table, Kind::Put(from_record(record, self.keep)), absent)
    }

    /// Lists the records from `since` to the day of `now`, oldest first; records past the retention time are left
    /// out.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn list(&self, since: Timestamp, now: Timestamp) -> Result<Vec<AuditRecord>, Unknown> {
        let since = since.max(now.minus(self.keep));
        let mut records = Vec::new();
        for day in Day::of(since).until(Day::of(now)) {
            for item in self.of_day(day, since).await? {
                records.push(to_record(&self.table, &item)?);
            }
        }
        Ok(records)
    }

    async fn of_day(&self, day: Day, since: Timestamp) -> Result<Vec<Item>, Unknown> {
        let call = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#day = :day AND id >= :since")
            .expression_attribute_names("#day", "day")
            .expression_attribute_values(":day", text(&day))
            .expression_attribute_values(":since", text(&moment(since.seconds().saturating_mul(1000))))
            .consistent_read(true);
        let found = call.all_items().await;
        found.map_err(|error| Unknown::from_sdk(&self.table, error))
    }
}

fn from_record(record: &AuditRecord, keep: Seconds) -> Item {
    let nonce = record.nonce.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    Item::from([
        ("day".to_owned(), text(&Day::of(record.time()))),
        ("id".to_owned(), text(&format!("{}#{nonce}", moment(record.at)))),
        ("who".to_owned(), text(&record.who)),
        ("action".to_owned(), text(&record.action)),
        ("about".to_owned(), text(&record.about)),
        ("attributes".to_owned(), list(&record.attributes)),
        ("expires_at".to_owned(), time(record.time().plus(keep))),
    ])
}

/// Formats milliseconds so that they sort as text.
fn moment(milliseconds: u64) -> String {
    format!("{milliseconds:015}")
}

fn to_record(table: &str, item: &Item) -> Result<AuditRecord, Unknown> {
    let read = Reader::new(table, item);
    let (at, nonce) = read.parsed("id", |id| moment_of(id).ok_or(()))?;
    Ok(AuditRecord {
        at,
        nonce,
        who: read.text("who")?.to_owned(),
        action: read.text("action")?.to_owned(),
        about: read.text("about")?.to_owned(),
        attributes: read.list("attributes", |name| Ok::<_, ()>(name.to_owned()))?,
    })
}

fn moment_of(id: &str) -> Option<(u64, [u8; 8])> {
    let (at, nonce) = id.split_once('#')?;
    Some((at.parse().ok()?, u64::from_str_radix(nonce, 16).ok()?.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_795_867_200_000;
    const KEEP: Seconds = 400 * 24 * 3600;

    fn record(at: u64) -> AuditRecord {
        AuditRecord {
            at,
            nonce: [0, 1, 2, 3, 4, 5, 6, 255],
            who: "local:ana@host".to_owned(),
            action: "user update".to_owned(),
            about: "user:usr_1".to_owned(),
            attributes: vec!["claims.email".to_owned(), "claims.updated_at".to_owned()],
        }
    }

    #[test]
    fn c147_a_record_is_read_back() {
        for at in [0, 1, NOON + 7] {
            assert_eq!(to_record("audit", &from_record(&record(at), KEEP)).unwrap(), record(at));
        }
    }

    #[test]
    fn c147_a_record_stands_in_its_day_by_its_time_for_as_long_as_records_are_kept() {
        let item = from_record(&record(NOON + 7), KEEP);
        assert_eq!(item["day"].as_s().unwrap(), "2026-11-28");
        assert_eq!(item["id"].as_s().unwrap(), "001795867200007#00010203040506ff");
        assert_eq!(item["expires_at"].as_n().unwrap(), &(NOON / 1000 + 400 * 24 * 3600).to_string());
        assert!(moment(999) < moment(1000) && moment(NOON) < format!("{}#0", moment(NOON)));
    }

    #[test]
    fn a_damaged_record_is_not_taken_for_another() {
        for (name, value) in [("id", "007"), ("id", "x#00"), ("id", "1#xyz"), ("who", "")] {
            let mut item = from_record(&record(NOON), KEEP);
            if value.is_empty() {
                item.remove(name);
            } else {
                item.insert(name.to_owned(), text(value));
            }
            assert!(to_record("audit", &item).is_err(), "{name} {value}");
        }
    }
}
