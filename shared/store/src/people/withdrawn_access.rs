//! The work that remains after a person withdrew the access of an app: its item, under the person.
//!
//! Its sort key begins like that of the work after a sign-out. So the stream brings it back a little later, the deletion of the
//! person leaves it, and an earlier version passes over it.

use grants::{Consent, PersonKey, Seconds, Timestamp};
use protocol::{ClientId, Subject};
use sessions::WithdrawnAccess;

use crate::dynamodb::commit::{Kind, Write};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, number, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{ENDED, consent_record, key, to_consent};
use crate::people::table::PeopleTable;

/// The part of the sort key after [`ENDED`], before the time and the client.
const APP: &str = "app#";
/// The time in seconds after which unfinished work is deleted.
const LIFETIME: Seconds = 24 * 3600;

/// The sort key of the work after a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawalRecord {
    /// The app whose access was withdrawn.
    pub client: ClientId,
    /// The time of the withdrawal.
    pub at: Timestamp,
}

impl WithdrawalRecord {
    /// Parses the sort key of an item; `None` for other kinds of items.
    pub fn parse(record: &str) -> Option<Self> {
        let (at, client) = record.strip_prefix(ENDED)?.strip_prefix(APP)?.split_once('#')?;
        let at = Timestamp::from_seconds(at.parse().ok()?);
        Some(Self { client: ClientId::parse(client).ok()?, at })
    }

    fn of(withdrawn: &WithdrawnAccess) -> Self {
        Self { client: withdrawn.client.clone(), at: withdrawn.at }
    }

    fn key(&self, person: PersonKey) -> Item {
        key(person, &format!("{ENDED}{APP}{}#{}", self.at.seconds(), self.client))
    }
}

impl PeopleTable {
    /// Reads the work that remains after a withdrawal: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn withdrawn(
        &self,
        person: PersonKey,
        record: &WithdrawalRecord,
    ) -> Result<Option<WithdrawnAccess>, Unknown> {
        let item = self.item(record.key(person)).await?;
        item.map(|item| {
            let read = Reader::new(&self.table, &item);
            let (subject, passes) = (read.parsed("subject", Subject::parse)?, read.number("passes")?);
            Ok(WithdrawnAccess { person, subject, client: record.client.clone(), at: record.at, passes })
        })
        .transpose()
    }

    /// Stores the work that remains after a withdrawal; it comes back as a record of the table's stream.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn remember_withdrawn(&self, withdrawn: &WithdrawnAccess) -> Result<(), Unknown> {
        self.put(from_withdrawn(withdrawn)).await
    }

    /// Deletes the item: no work remains.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn forget_withdrawn(&self, person: PersonKey, record: &WithdrawalRecord) -> Result<(), Unknown> {
        self.delete(record.key(person), None).await.map(drop)
    }

    /// Returns the write that stores all work after a withdrawal, for the transaction that withdraws.
    pub(crate) fn withdrawal(&self, withdrawn: &WithdrawnAccess) -> Write {
        self.write(Kind::Put(from_withdrawn(withdrawn)), Expression::default())
    }

    /// Reads the consent of a person to a client: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn consent(&self, person: PersonKey, client: &ClientId) -> Result<Option<Consent>, Unknown> {
        let item = self.item(key(person, &consent_record(client))).await?;
        item.map(|item| to_consent(&self.table, &item)).transpose()
    }
}

fn from_withdrawn(withdrawn: &WithdrawnAccess) -> Item {
    let mut item = WithdrawalRecord::of(withdrawn).key(withdrawn.person);
    item.extend([
        ("subject".to_owned(), text(&withdrawn.subject)),
        ("passes".to_owned(), number(&withdrawn.passes)),
        ("expires_at".to_owned(), time(withdrawn.at.plus(LIFETIME))),
    ]);
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::ended_sessions::SessionRecord;

    #[test]
    fn c237_the_work_after_a_withdrawal_is_told_from_that_after_a_sign_out_whatever_the_client_is_called() {
        let person = PersonKey::from_bytes([1; 16]);
        for client in ["app", "https://app.example/client#1", "app#1#2", "AAAAAAAAAAAAAAAAAAAAAA"] {
            let record = WithdrawalRecord { client: ClientId::parse(client).unwrap(), at: Timestamp::from_seconds(9) };
            let key = record.key(person);
            let text = key["record"].as_s().unwrap();
            assert_eq!(WithdrawalRecord::parse(text), Some(record));
            // So an earlier version, which knows of sign-outs only, passes over it.
            assert_eq!(SessionRecord::parse(text), None);
        }
        for other in ["ended#AAAAAAAAAAAAAAAAAAAAAA", "ended#app#", "ended#app#9", "ended#app#x#a", "consent#app", ""] {
            assert_eq!(WithdrawalRecord::parse(other), None, "{other}");
        }
    }
}
