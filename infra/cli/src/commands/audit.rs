//! The command `jeton audit`.

use edge::Error;
use grants::Timestamp;
use serde_json::{Value, json};
use store::{AuditRecord, Day};

use crate::args::{AuditCommand, AuditList};
use crate::output::print;
use crate::stack::Stack;

pub(crate) async fn run(command: AuditCommand) -> Result<(), Error> {
    let AuditCommand::List(options) = command;
    let now = edge::now();
    let since = since(&options.since, now)?;
    let records = Stack::find(&options.common).await?.audit.list(since, now).await?;
    print(options.common.json, &records.iter().filter(|record| is_asked_for(record, &options)).map(describe).collect())
}

/// Parses the time given with `--since`.
fn since(text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    let back = |number: &str, unit: u32| Some(now.minus(number.parse::<u32>().ok()?.saturating_mul(unit)));
    let time = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => back(days, 24 * 3600),
        (_, Some(hours)) => back(hours, 3600),
        (None, None) => {
            let seconds = text.parse().ok().map(Timestamp::from_seconds);
            seconds.or_else(|| Day::parse(text).ok().map(Day::start))
        }
    };
    time.ok_or_else(|| format!("--since {text:?} is no time: give 7d, 12h, 2026-11-01 or seconds since 1970").into())
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
    let day = Day::of(record.time());
    let second = record.time().since(day.start());
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", record.at % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon on 2026-11-28, in UTC.
    const NOON: Timestamp = Timestamp::from_seconds(1_795_867_200);

    #[test]
    fn c147_the_beginning_of_a_list_is_a_span_a_day_or_a_time() {
        let rows =
            [("7d", 1_795_262_400), ("0d", 1_795_867_200), ("12h", 1_795_824_000), ("1795000000", 1_795_000_000)];
        for (text, seconds) in rows.into_iter().chain([("2026-11-28", 1_795_824_000), ("9999999d", 0)]) {
            assert!(since(text, NOON).is_ok_and(|time| time.seconds() == seconds), "{text}");
        }
        for bad in ["", "d", "-1d", "7 d", "1.5h", "2026-13-01", "yesterday", "-5"] {
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
        assert_eq!(describe(&record)["at"], "2026-11-28T12:00:05.007Z");
    }
}
