//! The output of commands: one JSON document, or lines for people.

use std::error::Error as StdError;
use std::fmt;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use grants::Timestamp;
use serde_json::{Value, json};
use store::Day;

use crate::progress::undisturbed;

/// The members that are times, in seconds since 1970.
const TIMES: [&str; 11] = [
    "created_at",
    "activates_at",
    "expires_at",
    "ends_at",
    "agreed_at",
    "auth_time",
    "last_seen_at",
    "last_used_at",
    "updated_at",
    "fetched_at",
    "fresh_until",
];
/// The members that are shown only once, and so in the quiet mode too.
const SHOWN_ONCE: [&str; 4] = ["client_secret", "registration_token", "link", "access_token"];

/// The members that people need first of what was made.
const FIRST: [&str; 2] = ["client_id", "client_secret"];

/// `true` if the result of the command is not wanted.
static QUIET: AtomicBool = AtomicBool::new(false);

/// An error in the way in which a command was called, as the parser of the command line would find it.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl StdError for UsageError {}

/// Prints no results from now on, except for secrets that are shown only once.
pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Returns whether the result of the command is not wanted.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Prints `document` as JSON, or each member on its own line.
pub(crate) fn print(json: bool, document: &Value) -> Result<(), edge::Error> {
    let text = match (is_quiet(), json) {
        (true, _) => return shown_once(document).map_or(Ok(()), |secret| write(&secret)),
        (false, true) => serde_json::to_string(document)?,
        (false, false) => lines(document),
    };
    write(text.trim_end())
}

/// Prints what a command made. People read first what they need next, nothing without a value, and that a secret is shown
/// only now.
pub(crate) fn print_made(json: bool, document: &Value) -> Result<(), edge::Error> {
    if json || is_quiet() { print(json, document) } else { write(&made(document)) }
}

fn made(document: &Value) -> String {
    let document = with_values(document).unwrap_or_default();
    let members = document.as_object().into_iter().flatten();
    let (first, others): (Vec<_>, Vec<_>) = members.partition(|(name, _)| FIRST.contains(&name.as_str()));
    let mut text = rows(&[first, others].concat());
    if shown_once(&document).is_some() {
        text.push_str("\n\nThe secret is shown only now: keep it.");
    }
    text
}

/// Leaves out what has no value, also inside.
fn with_values(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(values) if values.is_empty() => None,
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(name, value)| Some((name.clone(), with_values(value)?)));
            Some(kept.collect::<serde_json::Map<_, _>>()).filter(|kept| !kept.is_empty()).map(Value::Object)
        }
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value.clone()),
    }
}

/// Prints what a command would have done. People read only what would change, if the document tells it.
pub(crate) fn print_dry_run(json: bool, mut document: Value) -> Result<(), edge::Error> {
    let changes = document.get("changes").filter(|_| !json).map(told);
    if let Some(changes) = changes {
        document = changes;
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("dry_run".to_owned(), true.into());
    }
    print(json, &document)
}

/// Tells each change in one line.
fn told(changes: &Value) -> Value {
    let side = |name: &str, change: &Value, side: &str| change.get(side).map(|value| member(name, value));
    let line = |name: &str, change: &Value| {
        Some(format!("{} -> {}", side(name, change, "before")?, side(name, change, "after")?))
    };
    let changes = changes.as_object().into_iter().flatten();
    changes.filter_map(|(name, change)| Some((name.clone(), Value::String(line(name, change)?)))).collect()
}

/// Writes text for people, unless nothing is wanted.
pub(crate) fn tell(text: &str) -> Result<(), edge::Error> {
    if QUIET.load(Ordering::Relaxed) { Ok(()) } else { write(text) }
}

/// Writes text to standard output. A reader that has read enough, such as `head`, has closed the pipe, which is no
/// error.
pub(crate) fn write(text: &str) -> Result<(), edge::Error> {
    let written = undisturbed(|| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush())
    });
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a line to standard error, if somebody reads it.
pub(crate) fn aside(text: &str) {
    undisturbed(|| drop(writeln!(std::io::stderr().lock(), "{text}")));
}

/// Formats an error for standard error.
pub(crate) fn error_text(json: bool, error: &str) -> String {
    if json { json!({ "error": error }).to_string() } else { format!("jeton: {}", error.replace('\n', " ")) }
}

fn shown_once(document: &Value) -> Option<String> {
    SHOWN_ONCE.iter().find_map(|name| document.get(name)?.as_str().map(str::to_owned))
}

fn lines(document: &Value) -> String {
    match document {
        Value::Array(rows) if rows.is_empty() => "none".to_owned(),
        Value::Array(rows) => rows.iter().map(lines).collect::<Vec<_>>().join("\n\n"),
        Value::Object(members) => rows(&members.iter().collect::<Vec<_>>()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => cell(document),
    }
}

/// Formats each member on a line of its own.
fn rows(members: &[(&String, &Value)]) -> String {
    let width = members.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, value): &(&String, &Value)| format!("{name:width$}  {}", member(name, value));
    members.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Formats a member of a document; times are told in UTC.
fn member(name: &str, value: &Value) -> String {
    let seconds = value.as_u64().filter(|_| TIMES.contains(&name));
    seconds.map_or_else(|| cell(value), |seconds| moment(Timestamp::from_seconds(seconds)))
}

/// Formats a time in UTC (RFC 3339).
pub(crate) fn moment(time: Timestamp) -> String {
    let day = Day::of(time);
    let second = time.since(day.start());
    format!("{day}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name}={}", member(name, value))).collect::<Vec<_>>().join(" ")
        }
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_readable_without_json() {
        let document = serde_json::json!([{"id": "a", "scope": ["r", "w"]}, {"id": "b", "scope": null}]);
        assert_eq!(lines(&document), "id     a\nscope  r w\n\nid     b\nscope  -");
        assert_eq!(lines(&serde_json::json!([])), "none");
        let nested = serde_json::json!({"created": [{"alg": "RS256", "kid": "k"}], "deleted": []});
        assert_eq!(lines(&nested), "created  alg=RS256 kid=k\ndeleted  -");
    }

    #[test]
    fn what_was_made_begins_with_the_id_and_the_secret_and_has_no_gaps() {
        let document = json!({
            "apis": ["urn:a"], "claims": null, "client_id": "shop", "client_secret": "s", "may_act": [],
            "relying_party": {"sector": null, "subject_type": "public"}, "federation": {"claims": {}},
        });
        let expected = "client_id      shop\nclient_secret  s\napis           urn:a\nrelying_party  subject_type=public\n\n\
                        The secret is shown only now: keep it.";
        assert_eq!(made(&document), expected);
        assert_eq!(made(&json!({"apis": [], "client_id": "spa"})), "client_id  spa");
    }

    #[test]
    fn c244_people_read_times_and_programs_read_seconds() {
        let document =
            json!({"created_at": 1_795_867_205, "created": [{"activates_at": 0}], "uses_left": 1, "ends_at": null});
        let expected = "created     activates_at=1970-01-01T00:00:00Z\ncreated_at  2026-11-28T12:00:05Z\nends_at     -\nuses_left   1";
        assert_eq!(lines(&document), expected);
    }

    #[test]
    fn c244_people_read_each_change_of_a_dry_run_in_one_line() {
        let changes =
            json!({"apis": {"before": [], "after": ["urn:a", "urn:b"]}, "scope": {"before": "r", "after": null}});
        assert_eq!(lines(&told(&changes)), "apis   - -> urn:a urn:b\nscope  r -> -");
    }

    /// Returns the lines of the source files in a folder of this crate, and below it.
    fn source(folder: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let lines = |path: std::path::PathBuf| {
            if path.is_dir() {
                return source(&path);
            }
            std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
        };
        entries.flat_map(lines).collect()
    }

    #[test]
    fn c244_each_member_with_a_time_is_one_that_people_read_in_utc() {
        let commands = source(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands"));
        let mut seen = 0;
        for line in commands.iter().filter(|line| !line.contains("assert")) {
            let parts: Vec<&str> = line.split('"').collect();
            for pair in parts.windows(2) {
                let [name, value] = pair else { continue };
                if value.starts_with(": ") && (value.contains(".seconds()") || value.contains("::seconds")) {
                    assert!(TIMES.contains(name), "{line}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 15, "{seen}");
    }

    #[test]
    fn c244_no_closed_pipe_ends_a_command_with_a_panic() {
        let printing = ["print", "eprint"].map(|name| [format!("{name}!("), format!("{name}ln!(")]).concat();
        for line in source(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
            let found = printing
                .iter()
                .find(|name| line.trim_start().starts_with(name.as_str()) || line.contains(&format!(" {name}")));
            assert_eq!(found, None, "{line}: use output::write, output::tell or output::aside");
        }
    }

    #[test]
    fn c244_an_error_is_a_line_or_a_json_document() {
        assert_eq!(error_text(false, "no\nsuch thing"), "jeton: no such thing");
        let told: Value = serde_json::from_str(&error_text(true, "no \"such\"\nthing")).unwrap();
        assert_eq!(told, json!({ "error": "no \"such\"\nthing" }));
    }

    #[test]
    fn c244_the_quiet_mode_tells_a_secret_and_nothing_else() {
        assert_eq!(shown_once(&json!({"client_id": "a", "client_secret": "s"})).as_deref(), Some("s"));
        assert_eq!(shown_once(&json!({"registration_token": "t"})).as_deref(), Some("t"));
        assert_eq!(shown_once(&json!({"address": "a@b.example", "link": "l"})).as_deref(), Some("l"));
        assert_eq!(
            [json!({"client_id": "a"}), json!([{"client_secret": "s"}])].map(|other| shown_once(&other)),
            [None, None]
        );
    }
}
