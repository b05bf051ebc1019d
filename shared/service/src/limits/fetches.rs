//! Limits on documents that strangers make this server fetch, counted in the memory of each process: a URL that
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
/// The number of windows at which those that have passed are dropped.
const MOST_WINDOWS: usize = 4096;

/// The fetches of the last minute, by host and by source.
#[derive(Default)]
pub(crate) struct Fetches(Mutex<HashMap<String, Window>>);

impl Fetches {
    /// Counts a fetch from a host, for a request from `source`.
    ///
    /// # Errors
    /// [`Wait`] when there were too many.
    pub(crate) fn count(&self, host: &str, source: Option<IpAddr>, now: Timestamp) -> Result<(), Wait> {
        let source = source.map(source_names).unwrap_or_default().into_iter().map(|(name, wider)| {
            (format!("source {name}"), Limit { most: FOR_SOURCE.most.saturating_mul(wider), ..FOR_SOURCE })
        });
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST_WINDOWS {
            // Both limits have windows of the same length.
            windows.retain(|_, window| !window.is_over(FROM_HOST, now));
        }
        for (key, limit) in source.chain([(format!("host {host}"), FROM_HOST)]) {
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
}
