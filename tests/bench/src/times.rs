//! What many times come to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Many times, summed up; microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// How many there were.
    pub count: usize,
    /// The smallest.
    pub least: f64,
    /// Half are not above it.
    pub median: f64,
    /// Of a hundred one is above it. Of fewer than a hundred it is the largest.
    pub p99: f64,
    /// The largest.
    pub most: f64,
}

impl Times {
    /// Sums up.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = |place: usize| times.get(place.min(last)).map_or(0.0, |time| microseconds(*time));
        let p99 = (times.len() * 99).div_ceil(100).saturating_sub(1);
        Self { count: times.len(), least: at(0), median: at(last / 2), p99: at(p99), most: at(last) }
    }
}

/// Microseconds.
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
