//! The items that lead from a user code to the request of its device.

use grants::{Attempt, Grant, GrantId, GrantSecret, HiddenUserCode, Timestamp};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::items::{Reader, text};
use crate::dynamodb::send::Call;
use crate::dynamodb::unknown::Unknown;
use crate::grants::table::GrantsTable;

/// A user code that leads to a request until it expires.
#[derive(Clone, Copy, Debug)]
pub struct UserCodePointer {
    /// The keyed hash of the code, which is the key of the item.
    pub code: HiddenUserCode,
    /// The item of the request.
    pub grant: GrantId,
    /// The time when both expire.
    pub expires_at: Timestamp,
}

impl GrantsTable {
    /// Stores a pointer, unless the code leads to another request. An expired pointer that is not deleted yet does not
    /// count.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn point(&self, pointer: UserCodePointer, attempt: Attempt, now: Timestamp) -> Result<Changed, Unknown> {
        let record = self.client.put_item().item("id", text(&key(pointer.code))).item("leads_to", text(&pointer.grant));
        self.occupy(record, pointer.expires_at, attempt, now).await
    }

    /// Reads the current item that a user code leads to, strongly consistent: two reads, one after the other.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn led_to(&self, code: HiddenUserCode) -> Result<Option<Grant>, Unknown> {
        let call = self.client.get_item().table_name(&self.table).key("id", text(&key(code))).consistent_read(true);
        let answer = call.sent().await.map_err(|error| self.unknown(error))?;
        let leads_to = match &answer.item {
            Some(item) => Reader::new(&self.table, item).parsed("leads_to", GrantId::parse)?,
            // A grant that nobody has: the time of an answer does not tell a code that was never drawn from one that is over.
            None => GrantSecret::from_bytes([0; 16]).id(),
        };
        self.find(leads_to).await
    }
}

fn key(code: HiddenUserCode) -> String {
    format!("user-code#{code}")
}
