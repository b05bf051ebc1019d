//! The system clock, read in one place.

use grants::Timestamp;

/// Returns the current time, rounded down to a second: a token's `iat` must never be ahead of a strict verifier's
/// clock (C101).
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Timestamp {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_seconds(since_1970.map_or(0, |span| span.as_secs()))
}

/// Returns the milliseconds since 1970, for values that are only recorded.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn milliseconds() -> u64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.map_or(0, |span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

/// Returns a starting point for measuring durations.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}
