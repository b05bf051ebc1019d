//! Dates in the form that people write.

use crate::text::{Text, say};

const MONTHS: [Text; 12] = [
    say("month-1"),
    say("month-2"),
    say("month-3"),
    say("month-4"),
    say("month-5"),
    say("month-6"),
    say("month-7"),
    say("month-8"),
    say("month-9"),
    say("month-10"),
    say("month-11"),
    say("month-12"),
];
const SECONDS_A_DAY: u64 = 24 * 3600;

/// Formats a number of seconds since the start of 1970 as a date in UTC, in the language of the request: `23 November 2026`.
pub fn date(seconds: u64) -> String {
    let (mut days, mut year) = (seconds / SECONDS_A_DAY, 1970);
    while let Some(rest) = days.checked_sub(days_of(year)).filter(|_| year < 9999) {
        (days, year) = (rest, year + 1);
    }
    for (month, name) in (1..).zip(MONTHS) {
        let Some(rest) = days.checked_sub(days_of_month(year, month)) else {
            let date = say("date").number("day", days + 1).with("month", name).number("year", year);
            return date.to_string();
        };
        days = rest;
    }
    say("date-end").number("year", year).to_string()
}

/// Formats a number of seconds since the start of 1970 as a time in UTC, in the language of the request:
/// `23 November 2026, 09:05 UTC`.
pub fn moment(seconds: u64) -> String {
    let minutes = seconds % SECONDS_A_DAY / 60;
    let (hours, minutes) = (format!("{:02}", minutes / 60), format!("{:02}", minutes % 60));
    say("moment").with("date", date(seconds)).with("hours", hours).with("minutes", minutes).to_string()
}

const fn is_leap_year(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of(year: u64) -> u64 {
    if is_leap_year(year) { 366 } else { 365 }
}

const fn days_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{date, moment};

    #[test]
    fn a_moment_has_hours_and_minutes() {
        assert_eq!(moment(1_800_000_000 + 3_725), "15 January 2027, 09:02 UTC");
    }

    #[test]
    fn a_date_is_that_of_its_seconds() {
        let rows = [
            (0, "1 January 1970"),
            (86_399, "1 January 1970"),
            (86_400, "2 January 1970"),
            (951_782_400, "29 February 2000"),
            (951_868_800, "1 March 2000"),
            (1_735_689_599, "31 December 2024"),
            (1_800_000_000, "15 January 2027"),
            (4_107_542_400, "1 March 2100"),
            (u64::MAX, "the end of 9999"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(date(seconds), expected, "{seconds}");
        }
    }
}
