//! Mails that people ask for: queued at the same cost whoever they are for, and limited for each source and each mailbox.

use std::net::IpAddr;

use grants::Timestamp;
use protocol::EmailAddress;
use sessions::{Counter, Letter, QueuedMail, Wait};
use store::{PeopleTable, Throttles, Unknown};

use crate::limits::counters::Counters;

/// Queues mails, and limits them.
pub struct Mails {
    people: PeopleTable,
    counters: Counters,
}

impl Mails {
    /// Creates the queue in the table of `people`.
    pub fn new(people: PeopleTable, throttles: Throttles) -> Self {
        Self { people, counters: Counters::new(throttles) }
    }

    /// Queues a mail that someone at `source` asks for; `None` is input that no mailbox can match, and is counted too.
    /// Returns the time during which nothing is queued for that source.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether the mail is queued.
    pub async fn ask(
        &self,
        letter: Option<Letter>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<Wait>, Unknown> {
        if let Some(wait) = self.counters.count(source.map(Counter::mails_asked_from).unwrap_or_default(), now).await? {
            return Ok(Some(wait));
        }
        if let Some(letter) = letter {
            let mail = QueuedMail::new(letter, edge::random(), now).in_language(pages::spoken().tag());
            self.people.queue_mail(&mail).await?;
        }
        Ok(None)
    }

    /// Counts one use of the form that makes an account with this address. Returns the time during which it is not answered.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was counted.
    pub async fn try_sign_up(&self, address: &EmailAddress, now: Timestamp) -> Result<Option<Wait>, Unknown> {
        self.counters.count([Counter::sign_ups_with(address)], now).await
    }

    /// Counts a mail at the counters of its mailbox. Returns whether it may be sent.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was counted.
    pub async fn may_send(&self, counters: &[Counter], now: Timestamp) -> Result<bool, Unknown> {
        Ok(self.counters.count(counters.iter().cloned(), now).await?.is_none())
    }
}
