//! Summaries of many measured times.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A summary of many times, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The number of times.
    pub count: usize,
    /// The smallest of the times.
    pub least: f64,
    /// The median: half of the times are not above it.
    pub median: f64,
    /// The 99th percentile: one time in a hundred is above it. With fewer than a hundred times it is the largest.
    pub p99: f64,
    /// The largest of the times.
    pub most: f64,
}

impl Times {
    /// Summarises the given times.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = |place: usize| times.get(place.min(last)).map_or(0.0, |time| microseconds(*time));
        let p99 = (times.len() * 99).div_ceil(100).saturating_sub(1);
        Self { count: times.len(), least: at(0), median: at(last / 2), p99: at(p99), most: at(last) }
    }
}

/// Converts a duration to microseconds.
pub fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_one_is_above_the_last_percentile() {
        let times = Times::of((1..=200).rev().map(Duration::from_micros).collect());
        let whole = |number: f64| format!("{number:.0}");
        let found = [times.least, times.median, times.p99, times.most].map(whole);
        assert_eq!((times.count, found), (200, ["1", "100", "198", "200"].map(str::to_owned)));
        assert!((Times::of(vec![Duration::from_millis(2)]).p99 - 2_000.0).abs() < 1e-6);
        assert_eq!(Times::of(Vec::new()), Times::default());
    }
}
