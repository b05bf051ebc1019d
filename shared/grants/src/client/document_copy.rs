//! The kept copy of a client ID metadata document: how long it is used, and when the document is fetched again
//! (draft-ietf-oauth-client-id-metadata-document §4.4).
//!
//! A copy that was accepted serves all endpoints, so that tokens are issued and refreshed while the host of the
//! document is down. Only an authorization request fetches the document again, once the copy is stale; if the host
//! does not answer then, the copy serves a while longer.

use crate::terms::time::{Seconds, Timestamp};

/// The shortest and the longest time in seconds that a document is not fetched again, whatever its host says.
const FRESH: (Seconds, Seconds) = (30, DAY);
/// The time in seconds for a document whose host says nothing about caching.
const USUALLY_FRESH: Seconds = 300;
/// The time in seconds that a stale copy serves authorization requests while its host does not answer.
const STALE: Seconds = 7 * DAY;
const DAY: Seconds = 24 * 3600;

/// The times of the kept copy of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentCopy {
    /// The time when the document was fetched.
    pub fetched_at: Timestamp,
    /// The time from which an authorization request fetches it again.
    pub fresh_until: Timestamp,
}

/// The use of a copy for an authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyAge {
    /// The copy is used as it is.
    Fresh,
    /// The document is fetched again; the copy is used if its host does not answer.
    Stale,
    /// The document must be fetched again.
    TooOld,
}

impl DocumentCopy {
    /// The longest time in seconds after its fetch that a copy serves authorization requests.
    pub(crate) const LONGEST_USE: Seconds = FRESH.1 + STALE;

    /// The copy of a document that is fetched now. `max_age` is the time in seconds for which its host says that it
    /// may be cached.
    pub fn fetched(now: Timestamp, max_age: Option<Seconds>) -> Self {
        let (least, most) = FRESH;
        let fresh = max_age.unwrap_or(USUALLY_FRESH).clamp(least, most);
        Self { fetched_at: now, fresh_until: now.plus(fresh) }
    }

    /// Returns how the copy may be used now.
    pub fn age(&self, now: Timestamp) -> CopyAge {
        if now < self.fresh_until {
            CopyAge::Fresh
        } else if now < self.fresh_until.plus(STALE) {
            CopyAge::Stale
        } else {
            CopyAge::TooOld
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::NOW;

    #[test]
    fn c118_a_copy_is_fresh_as_long_as_its_host_says_within_bounds() {
        for (max_age, fresh) in [
            (None, 300),
            (Some(0), 30),
            (Some(29), 30),
            (Some(31), 31),
            (Some(86_401), 86_400),
            (Some(u32::MAX), 86_400),
        ] {
            let copy = DocumentCopy::fetched(NOW, max_age);
            assert_eq!((copy.fetched_at, copy.fresh_until), (NOW, NOW.plus(fresh)), "{max_age:?}");
        }
    }

    #[test]
    fn c225_a_stale_copy_serves_for_a_while_and_no_longer() {
        let copy = DocumentCopy::fetched(NOW, Some(60));
        let rows = [
            (0, CopyAge::Fresh),
            (59, CopyAge::Fresh),
            (60, CopyAge::Stale),
            (59 + STALE, CopyAge::Stale),
            (60 + STALE, CopyAge::TooOld),
        ];
        for (later, age) in rows {
            assert_eq!(copy.age(NOW.plus(later)), age, "{later}");
        }
    }
}
