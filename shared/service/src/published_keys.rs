//! Cache of the public keys, for the documents that list them, and the rules for their age.
//!
//! # Decisions
//! - The keys are read for each document, unless they were read often just now: then the last ones are served, until a few
//!   seconds are over. So a new key is listed at once, since it may sign at once (`jeton keys rotate --now`, `jeton keys
//!   retire`, or the first client with an algorithm), and many requests of anyone cost few reads.
//! - A key that was withdrawn is out of the key set within a minute, also where the document is cached: the keys are at most
//!   half a minute old when they are served, and may be kept for another half. So keys that cannot be read again are served
//!   only for a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use edge::Failure;
use grants::{Seconds, Timestamp};
use keys::Records;
use sessions::{Limit, Window};
use store::KeysTable;

/// The most reads, unless there are no keys to serve.
const READS: Limit = Limit { most: 30, within: 3 };
/// The age in seconds from which on keys are not served any more, even if they cannot be read again. It is found out by two
/// calls that take two and a half seconds each at most.
const LONGEST: Seconds = 25;

/// The public keys that one process serves.
pub struct PublishedKeys {
    table: KeysTable,
    last: Mutex<Last>,
}

/// The last keys that were read, and the number of reads just now.
#[derive(Default)]
struct Last {
    keys: Option<ReadKeys>,
    reads: Option<Window>,
}

/// The keys that were read, with the time.
struct ReadKeys {
    at: Timestamp,
    records: Arc<Records>,
}

impl PublishedKeys {
    /// Creates a cache of the keys in `table`.
    pub fn new(table: KeysTable) -> Self {
        Self { table, last: Mutex::default() }
    }

    /// Returns the signing keys without their private parts.
    ///
    /// # Errors
    /// A [`Failure`] with `temporarily_unavailable` when the keys cannot be read, and were not read recently.
    pub async fn records(&self, now: Timestamp) -> Result<Arc<Records>, Failure> {
        let (may_read, recent) = self.last().begin(now);
        match recent {
            Some(recent) if !may_read => Ok(recent),
            recent => match self.table.load_public(now).await {
                Ok(records) => Ok(self.last().keep(records, now)),
                Err(unknown) => {
                    // Logs the reason.
                    let failure = Failure::from(unknown);
                    recent.ok_or(failure)
                }
            },
        }
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Last {
    /// Counts one more read; returns whether there were not too many of them just now, and the keys that may be served
    /// instead.
    fn begin(&mut self, now: Timestamp) -> (bool, Option<Arc<Records>>) {
        let admitted = Window::admit(self.reads, READS, now);
        let may_read = admitted.is_ok();
        self.reads = admitted.ok().or(self.reads);
        let recent = self.keys.as_ref().filter(|keys| keys.at <= now && now < keys.at.plus(LONGEST));
        (may_read, recent.map(|keys| Arc::clone(&keys.records)))
    }

    fn keep(&mut self, records: Records, now: Timestamp) -> Arc<Records> {
        let records = Arc::new(records);
        self.keys = Some(ReadKeys { at: now, records: Arc::clone(&records) });
        records
    }
}
