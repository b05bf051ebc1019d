//! The parts that all imports share: lines of input, the report, and the number of writes at a time.

use std::fmt;
use std::io::BufRead;
use std::time::Duration;

use edge::Error;
use serde::Serialize;
use store::{Cause, Changed, Unknown};
use zeroize::Zeroizing;

use crate::output::{is_quiet, write};
use crate::progress::Progress;

/// The number of lines that are read, checked and written together.
pub(crate) const BATCH: usize = 400;
/// The number of writes that wait for the store at the same time.
pub(crate) const WRITES: usize = 8;
/// The number of attempts for a write that the store does not answer.
const TRIES: u32 = 5;
/// The maximum length of a line; the largest claims and logos fit.
const MAX_LINE_BYTES: u64 = 256 * 1024;

/// The report of an import.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    imported: u64,
    registered_already: u64,
    refused: Vec<Refused>,
    /// An answer of the store that ended the import.
    #[serde(skip)]
    stopped: Option<String>,
    #[serde(skip)]
    progress: Option<Progress>,
}

/// A line that was not imported, and why.
#[derive(Debug, Serialize)]
struct Refused {
    line: u64,
    error: String,
}

/// The result for one line.
pub(crate) enum Imported {
    /// It is imported, or would be.
    Done,
    /// Its name was registered before.
    Already,
    /// It cannot be imported.
    Refused(String),
    /// The store did not answer, so it is not known whether it is imported.
    Unknown(String),
}

/// Makes a write, and makes it again if the store does not answer. A write that was made although its answer was lost
/// is found `there`.
pub(crate) async fn persistently(
    write: impl AsyncFn() -> Result<Changed, Unknown>,
    there: impl AsyncFn() -> Result<bool, Unknown>,
) -> Imported {
    let mut error = String::new();
    for tried in 1..=TRIES {
        let unknown = match write().await {
            Ok(Changed::Done) => return Imported::Done,
            Ok(Changed::Refused) if tried == 1 => return Imported::Already,
            Ok(Changed::Refused) => match there().await {
                Ok(true) => return Imported::Done,
                Ok(false) => return Imported::Already,
                Err(unknown) => unknown,
            },
            Err(unknown) => unknown,
        };
        error = unknown.to_string();
        match unknown.cause {
            Cause::NoTable | Cause::Forbidden | Cause::Expired | Cause::Clock | Cause::Damaged => break,
            Cause::Throttled | Cause::Unreachable | Cause::Other => {}
        }
        tokio::time::sleep(Duration::from_millis(100 << tried)).await;
    }
    Imported::Unknown(error)
}

impl Report {
    /// Creates an empty report that shows its progress.
    pub(crate) fn shown_by(progress: Progress) -> Self {
        Self { progress: Some(progress), ..Self::default() }
    }

    /// Adds the result for a line.
    pub(crate) fn add(&mut self, line: u64, result: Imported) {
        if let Some(progress) = &mut self.progress {
            progress.add_one();
        }
        match result {
            Imported::Done => self.imported = self.imported.saturating_add(1),
            Imported::Already => self.registered_already = self.registered_already.saturating_add(1),
            Imported::Refused(error) => self.refused.push(Refused { line, error }),
            Imported::Unknown(error) => {
                self.refused.push(Refused { line, error: format!("{error}; then send the line again") });
                self.stopped = Some(error);
            }
        }
    }

    /// Returns whether the store failed, so that the rest is better sent later.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Prints the report.
    ///
    /// # Errors
    /// If a line was refused, or if the import stopped before the end.
    pub(crate) fn finish(mut self, json: bool) -> Result<(), Error> {
        self.progress = None;
        self.refused.sort_by_key(|refused| refused.line);
        if !is_quiet() {
            write(&if json { serde_json::to_string(&self)? } else { self.to_string() })?;
        }
        if let Some(error) = self.stopped {
            return Err(format!(
                "the import stopped: {error}; run the same import again; what is already imported is kept"
            )
            .into());
        }
        match self.refused.len() {
            0 => Ok(()),
            1 => Err("1 line was refused: correct it, and run the same import again".into()),
            many => Err(format!("{many} lines were refused: correct them, and run the same import again").into()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { imported, registered_already, refused, .. } = self;
        write!(formatter, "imported            {imported}\nregistered already  {registered_already}")?;
        write!(formatter, "\nrefused             {}", refused.len())?;
        refused.iter().try_for_each(|Refused { line, error }| write!(formatter, "\n  line {line}: {error}"))
    }
}

/// The lines of the input that are not empty, with their numbers. They may contain secrets.
pub(crate) struct Lines<R> {
    input: R,
    number: u64,
}

/// A line of the input: its number, and its text or the reason why it has none.
pub(crate) type Line = (u64, Result<Zeroizing<String>, String>);

impl<R: BufRead> Lines<R> {
    /// Creates the lines of an input.
    pub(crate) const fn of(input: R) -> Self {
        Self::after(0, input)
    }

    /// Creates the lines of an input of which this many were read already.
    pub(crate) const fn after(number: u64, input: R) -> Self {
        Self { input, number }
    }

    /// Reads the next lines, at most as many as a batch has; none at the end of the input.
    pub(crate) fn batch(&mut self) -> Result<Vec<Line>, Error> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            let Some(line) = self.next()? else { break };
            batch.push(line);
        }
        Ok(batch)
    }

    fn next(&mut self) -> Result<Option<Line>, Error> {
        loop {
            let mut bytes = Zeroizing::new(Vec::new());
            let mut limited = std::io::Read::take(&mut self.input, MAX_LINE_BYTES);
            if limited.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            let whole = limited.limit() > 0 || bytes.ends_with(b"\n");
            if !whole {
                self.input.skip_until(b'\n')?;
                return Ok(Some((self.number, Err("a line has at most 256 KiB".to_owned()))));
            }
            let Ok(text) = std::str::from_utf8(&bytes) else {
                return Ok(Some((self.number, Err("the line is not UTF-8".to_owned()))));
            };
            // Some systems write a byte order mark.
            let text = text.trim_start_matches('\u{feff}').trim();
            if !text.is_empty() {
                return Ok(Some((self.number, Ok(Zeroizing::new(text.to_owned())))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c245_a_line_that_cannot_be_read_does_not_stop_the_rest() {
        let long = "x".repeat(300 * 1024);
        let input =
            [b"\xef\xbb\xbfone\r\n\n".to_vec(), b"\xff\n".to_vec(), long.into_bytes(), b"\n last".to_vec()].concat();
        let mut lines = Lines::of(&input[..]);
        let batch = lines.batch().unwrap();
        let told: Vec<(u64, &str)> = batch
            .iter()
            .map(|(number, text)| (*number, text.as_ref().map_or_else(|error| &**error, |text| text.as_str())))
            .collect();
        let expected = [(1, "one"), (3, "the line is not UTF-8"), (4, "a line has at most 256 KiB"), (5, "last")];
        assert_eq!(told, expected);
        assert!(lines.batch().unwrap().is_empty());
    }

    #[test]
    fn c245_the_report_names_each_refused_line_in_order() {
        let mut report = Report::default();
        let results = [
            (7, Imported::Refused("b".to_owned())),
            (3, Imported::Refused("a".to_owned())),
            (1, Imported::Done),
            (2, Imported::Already),
        ];
        for (line, result) in results {
            report.add(line, result);
        }
        report.refused.sort_by_key(|refused| refused.line);
        let expected =
            r#"{"imported":1,"registered_already":1,"refused":[{"line":3,"error":"a"},{"line":7,"error":"b"}]}"#;
        assert_eq!(serde_json::to_string(&report).unwrap(), expected);
        assert!(!report.is_stopped());
        report.add(9, Imported::Unknown("no answer".to_owned()));
        assert!(report.is_stopped());
    }
}
