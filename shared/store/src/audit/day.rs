//! Calendar days in UTC.

use std::fmt;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use grants::Timestamp;

const SECONDS: u64 = 24 * 3600;

/// A day in UTC, written `2026-11-28`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u64);

/// The error for text that is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2026-11-28")]
pub struct MalformedDay;

impl Day {
    /// Returns the day that contains `time`.
    pub const fn of(time: Timestamp) -> Self {
        Self(time.seconds() / SECONDS)
    }

    /// Parses the format that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedDay`] for anything but a day since 1970.
    pub fn parse(text: &str) -> Result<Self, MalformedDay> {
        let start = DateTime::from_str(&format!("{text}T00:00:00Z"), Format::DateTime).map_err(|_| MalformedDay)?;
        let day = Self::of(Timestamp::from_seconds(u64::try_from(start.secs()).map_err(|_| MalformedDay)?));
        Some(day).filter(|day| day.to_string() == text).ok_or(MalformedDay)
    }

    /// Returns the first second of the day.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(SECONDS))
    }

    /// Returns the days from this one to `last`.
    pub fn until(self, last: Self) -> impl Iterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = i64::try_from(self.start().seconds()).map_err(|_| fmt::Error)?;
        let text = DateTime::from_secs(start).fmt(Format::DateTime).map_err(|_| fmt::Error)?;
        formatter.write_str(text.split('T').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_and_read_back() {
        for (seconds, text) in [(0, "1970-01-01"), (86_399, "1970-01-01"), (1_795_824_000, "2026-11-28")] {
            let day = Day::of(Timestamp::from_seconds(seconds));
            assert_eq!(day.to_string(), text);
            assert_eq!(Day::parse(text), Ok(day));
        }
        assert_eq!(Day::parse("2024-02-29").unwrap().start(), Timestamp::from_seconds(1_709_164_800));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for bad in ["", "7d", "2026-11-31", "2026-1-1", "2026-11-28T00", "1969-12-31", "2026-02-29", "+2026-01-01"] {
            assert_eq!(Day::parse(bad), Err(MalformedDay), "{bad}");
        }
    }

    #[test]
    fn the_days_between_two_count_both() {
        let days = |from: &str, to: &str| -> Vec<String> {
            Day::parse(from).unwrap().until(Day::parse(to).unwrap()).map(|day| day.to_string()).collect()
        };
        assert_eq!(days("2026-11-30", "2026-12-01"), ["2026-11-30", "2026-12-01"]);
        assert_eq!(days("2026-12-01", "2026-11-30"), [""; 0]);
    }
}
