//! The work that remains after a session ended: its item, and the grants of the session.

use std::collections::BTreeSet;

use grants::{Grant, PersonKey, Seconds, SessionId, Timestamp};
use protocol::ClientId;
use sessions::EndedSession;

use crate::dynamodb::items::{Item, Reader, list, number, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::grants::table::GrantsTable;
use crate::people::item::{ENDED, SESSION, ended_record, key};
use crate::people::table::PeopleTable;

/// The time in seconds after which unfinished work is deleted.
const LIFETIME: Seconds = 24 * 3600;

/// The subject of an item of the people table that concerns a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionRecord {
    /// A session, as stored.
    Session(SessionId),
    /// The work that remains after the session ended.
    Ended(SessionId),
}

impl SessionRecord {
    /// Parses the sort key of an item; `None` for other kinds of items.
    pub fn parse(record: &str) -> Option<Self> {
        let of = |prefix: &str| record.strip_prefix(prefix).and_then(|id| SessionId::parse(id).ok());
        of(SESSION).map(Self::Session).or_else(|| of(ENDED).map(Self::Ended))
    }
}

impl GrantsTable {
    /// Reads the current grants of a session. The index that finds them lags slightly behind the table, so a
    /// caller that must not miss any has to repeat the query.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn of_session(&self, session: SessionId) -> Result<Vec<Grant>, Unknown> {
        let ids = self.ids_in("by-session", "session", text(&session)).await?;
        self.with_ids(&ids).await
    }
}

impl PeopleTable {
    /// Reads the work that remains after a session ended: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn ended(&self, person: PersonKey, session: SessionId) -> Result<Option<EndedSession>, Unknown> {
        let item = self.item(key(person, &ended_record(session))).await?;
        item.map(|item| self.to_ended(person, session, &item)).transpose()
    }

    /// Stores the work that remains after a session ended; it comes back as a record of the table's stream.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn remember_ended(&self, ended: &EndedSession, now: Timestamp) -> Result<(), Unknown> {
        let mut item = key(ended.person, &ended_record(ended.session));
        let told: Vec<&ClientId> = ended.told.iter().collect();
        item.extend([
            ("told".to_owned(), list(&told)),
            ("passes".to_owned(), number(&ended.passes)),
            ("expires_at".to_owned(), time(now.plus(LIFETIME))),
        ]);
        self.put(item).await
    }

    /// Deletes the item: no work remains.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn forget_ended(&self, person: PersonKey, session: SessionId) -> Result<(), Unknown> {
        self.delete(key(person, &ended_record(session)), None).await.map(drop)
    }

    fn to_ended(&self, person: PersonKey, session: SessionId, item: &Item) -> Result<EndedSession, Unknown> {
        let read = Reader::new(&self.table, item);
        let told: BTreeSet<ClientId> = read.list("told", ClientId::parse)?.into_iter().collect();
        Ok(EndedSession { session, person, told, passes: read.number("passes")? })
    }
}
