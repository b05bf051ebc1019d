//! Limits on documents and key sets that strangers make this server fetch, counted in the memory of each process: a URL that
//! leads to nothing costs no write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use grants::Timestamp;
use sessions::{Limit, Wait, Window, source_names};

/// The most documents that are fetched from one host.
const FROM_HOST: Limit = Limit { most: 60, within: 60 };
/// The most documents that are fetched for requests from one source.
const FOR_SOURCE: Limit = Limit { most: 30, within: 60 };
/// The most key sets that are fetched from one host. Many clients may keep theirs on one host, and a test suite registers new
/// ones all the time, so the limits are higher than those on documents.
const KEYS_FROM_HOST: Limit = Limit { most: 240, within: 60 };
/// The most key sets that are fetched for requests from one source. One source alone uses up no host.
const KEYS_FOR_SOURCE: Limit = Limit { most: 120, within: 60 };
/// The number of windows at which those that have passed are dropped.
const MOST_WINDOWS: usize = 4096;

/// The fetches of the last minute, by host and by source. The windows of both limits have the same length.
pub(crate) struct Fetches {
    from_host: Limit,
    for_source: Limit,
    windows: Mutex<HashMap<String, Window>>,
}

/// The limits on documents.
impl Default for Fetches {
    fn default() -> Self {
        Self { from_host: FROM_HOST, for_source: FOR_SOURCE, windows: Mutex::default() }
    }
}

impl Fetches {
    /// Creates the limits on key sets.
    pub(crate) fn of_keys() -> Self {
        Self { from_host: KEYS_FROM_HOST, for_source: KEYS_FOR_SOURCE, windows: Mutex::default() }
    }

    /// Counts a fetch from a host, for a request from `source`.
    ///
    /// # Errors
    /// [`Wait`] when there were too many.
    pub(crate) fn count(&self, host: &str, source: Option<IpAddr>, now: Timestamp) -> Result<(), Wait> {
        let source = source.map(source_names).unwrap_or_default().into_iter().map(|(name, wider)| {
            (format!("source {name}"), Limit { most: self.for_source.most.saturating_mul(wider), ..self.for_source })
        });
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST_WINDOWS {
            windows.retain(|_, window| !window.is_over(self.from_host, now));
        }
        for (key, limit) in source.chain([(format!("host {host}"), self.from_host)]) {
            let window = Window::admit(windows.get(&key).copied(), limit, now)?;
            windows.insert(key, window);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn source(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn c155_fetches_are_limited_for_each_source_and_from_each_host() {
        let fetches = Fetches::default();
        for number in 0..FOR_SOURCE.most {
            assert_eq!(fetches.count(&format!("h{number}.example"), Some(source(1)), NOW), Ok(()));
        }
        assert_eq!(fetches.count("other.example", Some(source(1)), NOW), Err(Wait(60)));
        assert_eq!(fetches.count("other.example", Some(source(2)), NOW), Ok(()));
        assert_eq!(fetches.count("other.example", Some(source(1)), NOW.plus(60)), Ok(()));
        let fetches = Fetches::default();
        for number in 0..FROM_HOST.most {
            let from = u8::try_from(number % 5).unwrap();
            assert_eq!(fetches.count("app.example", Some(source(from)), NOW), Ok(()));
        }
        assert_eq!(fetches.count("app.example", Some(source(9)), NOW.plus(1)), Err(Wait(59)));
        assert_eq!(fetches.count("app.example:8443", Some(source(9)), NOW.plus(1)), Ok(()));
    }

    #[test]
    fn c153_key_sets_have_limits_that_a_test_suite_at_one_address_does_not_reach() {
        let fetches = Fetches::of_keys();
        let count = |from| fetches.count("suite.example", Some(source(from)), NOW);
        let of_each = [1, 1, 2, 3].map(|from| (0..1000).take_while(|_| count(from).is_ok()).count());
        assert_eq!(of_each, [120, 0, 120, 0]);
        assert_eq!(fetches.count("app.example", Some(source(3)), NOW), Ok(()));
        assert_eq!(fetches.count("suite.example", Some(source(1)), NOW.plus(60)), Ok(()));
    }
}
