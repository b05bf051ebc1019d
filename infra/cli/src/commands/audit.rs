//! The command `jeton audit`.

use edge::Error;
use grants::Timestamp;
use serde_json::{Value, json};
use store::{AuditRecord, Day};

use crate::args::{AuditCommand, AuditList};
use crate::commands::listing::print_list;
use crate::output;
use crate::stack::Stack;

pub(crate) async fn run(command: AuditCommand) -> Result<(), Error> {
    let AuditCommand::List(options) = command;
    let now = edge::now();
    let since = since(&options.since, now)?;
    let records = Stack::find(&options.listing.common).await?.audit.list(since, now).await?;
    let asked = records.iter().filter(|record| is_asked_for(record, &options)).map(describe);
    print_list(&options.listing, &["at", "action", "about"], asked.collect())
}

/// Parses the time given with `--since`.
fn since(text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    let units = [('d', 24 * 3600), ('h', 3600), ('m', 60), ('s', 1)];
    let span = units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let time = if let Some((number, unit)) = span {
        number.parse::<u32>().ok().map(|number| now.minus(number.saturating_mul(unit)))
    } else {
        let seconds = text.parse().ok().map(Timestamp::from_seconds);
        seconds.or_else(|| Day::parse(text).ok().map(Day::start)).or_else(|| second(text))
    };
    time.ok_or_else(|| {
        let forms = "7d, 12h, 30m, 90s, 2026-11-01, 2026-11-01T08:00:00Z or seconds since 1970";
        format!("--since {text:?} is no time: give {forms}").into()
    })
}

/// Parses a time as the list prints it, in UTC (RFC 3339). A fraction is of the second in which the list begins.
fn second(text: &str) -> Option<Timestamp> {
    let (day, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let number = |digits: &str| {
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        all_digits.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let parts: Vec<u32> = clock.split(':').filter(|part| part.len() == 2).map(number).collect::<Option<_>>()?;
    let [hour @ 0..24, minute @ 0..60, second @ 0..60] = parts.as_slice() else { return None };
    let good = clock.len() == "08:00:00".len() && number(fraction).is_some();
    let start = good.then(|| Day::parse(day).ok()).flatten()?.start();
    Some(start.plus(hour * 3600 + minute * 60 + second))
}

fn is_asked_for(record: &AuditRecord, options: &AuditList) -> bool {
    let holds = |text: &str, wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| text.contains(wanted));
    holds(&record.who, &options.who) && holds(&record.about, &options.about)
}

fn describe(record: &AuditRecord) -> Value {
    json!({
        "at": moment(record),
        "who": record.who,
        "action": record.action,
        "about": record.about,
        "attributes": record.attributes,
    })
}

/// Formats the time of a record in UTC, to the millisecond (RFC 3339).
fn moment(record: &AuditRecord) -> String {
    let to_the_second = output::moment(record.time());
    format!("{}.{:03}Z", to_the_second.trim_end_matches('Z'), record.at % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon on 2026-11-28, in UTC.
    const NOON: Timestamp = Timestamp::from_seconds(1_795_867_200);

    #[test]
    fn c147_the_beginning_of_a_list_is_a_span_a_day_or_a_time() {
        let rows = [
            ("7d", 1_795_262_400),
            ("0d", 1_795_867_200),
            ("12h", 1_795_824_000),
            ("30m", 1_795_865_400),
            ("90s", 1_795_867_110),
            ("2026-11-28T12:00:05Z", 1_795_867_205),
            ("2026-11-28T12:00:05.007Z", 1_795_867_205),
            ("2026-11-28T23:59:59.999999Z", 1_795_910_399),
            ("1795000000", 1_795_000_000),
        ];
        for (text, seconds) in rows.into_iter().chain([("2026-11-28", 1_795_824_000), ("9999999d", 0)]) {
            assert!(since(text, NOON).is_ok_and(|time| time.seconds() == seconds), "{text}");
        }
        let no_moments = [
            "2026-11-28T12:00:05",
            "2026-11-28T12:00:05+01:00",
            "2026-11-28T24:00:00Z",
            "2026-11-28T12:60:00Z",
            "2026-11-28T12:00Z",
            "2026-11-28T12:00:00:00Z",
            "2026-11-28T12:00:00:1Z",
            "2026-11-28T+1:00:00Z",
            "2026-11-28T12:00:05.Z",
            "2026-11-31T12:00:05Z",
            "2026-11-28 12:00:05Z",
        ];
        for bad in ["", "d", "-1d", "7 d", "1.5h", "s", "2026-13-01", "yesterday", "-5"].into_iter().chain(no_moments) {
            assert!(since(bad, NOON).is_err_and(|error| error.to_string().contains("--since")), "{bad}");
        }
    }

    #[test]
    fn c147_a_record_is_told_with_its_time_to_the_millisecond() {
        let record = AuditRecord {
            at: 1_795_867_205_007,
            nonce: [0; 8],
            who: "local:ana@host".to_owned(),
            action: "user disable".to_owned(),
            about: "user:usr_1".to_owned(),
            attributes: vec!["disabled".to_owned()],
        };
        let told = describe(&record);
        assert_eq!(told["at"], "2026-11-28T12:00:05.007Z");
        let again = told["at"].as_str().map(|at| since(at, NOON).unwrap());
        assert_eq!(again, Some(record.time()), "a list may begin at a time that another one has");
    }
}
