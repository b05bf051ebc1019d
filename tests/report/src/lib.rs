//! The report of a proof: its figures, its seed, and whether it is the short run or the long one.
//!
//! `tests/run` makes the short runs with the same seed each time. `tests/prove` makes the long ones with a fresh seed
//! and combines their sections in `tests/REPORT.md`.
//!
//! | variable | |
//! |---|---|
//! | `JETON_SEED` | the seed of everything random; [`SEED`] by default |
//! | `JETON_LONG` | if set, the long run is made |
//! | `JETON_REPORT` | a directory to which each section is written as a file |
#![expect(clippy::panic, reason = "a proof that cannot be told is none")]
#![expect(clippy::disallowed_methods, reason = "a proof is told by its environment how far to go")]

mod random;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use random::Random;

/// The seed of the short runs.
pub const SEED: u64 = 2026;

/// The name of the row of totals, which comes last.
pub const IN_ALL: &str = "in all";

/// A table of the report. Its rows keep their order; a row that is reported again replaces the earlier one.
pub struct Section {
    place: &'static str,
    title: &'static str,
    columns: &'static [&'static str],
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    order: Vec<String>,
    cells: BTreeMap<String, Vec<String>>,
}

impl Section {
    /// Creates a section without rows. `place` is the name of its file; sections are sorted by it.
    pub const fn new(place: &'static str, title: &'static str, columns: &'static [&'static str]) -> Self {
        let rows = Rows { order: Vec::new(), cells: BTreeMap::new() };
        Self { place, title, columns, rows: Mutex::new(rows) }
    }

    /// Reports a row: prints it at once, and saves it in the directory that `JETON_REPORT` names.
    ///
    /// # Panics
    /// If there are more cells than columns, or the file cannot be written.
    pub fn tell(&self, name: &str, cells: &[&dyn Display]) {
        let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
        assert!(cells.len() < self.columns.len(), "{name}: {cells:?} for {:?}", self.columns);
        println!("{}: {name}: {}", self.title, cells.join(", "));
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.cells.insert(name.to_owned(), cells).is_none() {
            rows.order.push(name.to_owned());
        }
        if let Some(directory) = std::env::var_os("JETON_REPORT") {
            let file = Path::new(&directory).join(self.place).with_extension("md");
            let written = std::fs::write(&file, self.markdown(&rows));
            written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
    }

    fn markdown(&self, rows: &Rows) -> String {
        let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("## {}\n\n{}", self.title, line(self.columns));
        text.push_str(&line(&vec!["---"; self.columns.len()]));
        let (last, others): (Vec<&String>, _) = rows.order.iter().partition(|name| *name == IN_ALL);
        for name in others.into_iter().chain(last) {
            let cells = rows.cells.get(name).into_iter().flatten().map(String::as_str);
            text.push_str(&line(&[name.as_str()].into_iter().chain(cells).collect::<Vec<_>>()));
        }
        text
    }
}

/// The seed of this run. It is printed so that a failed run can be repeated.
///
/// # Panics
/// If `JETON_SEED` is not a number.
pub fn seed(test: &str) -> u64 {
    let given = std::env::var("JETON_SEED").ok();
    let seed = given.map_or(SEED, |text| text.parse().unwrap_or_else(|_| panic!("JETON_SEED={text} is no number")));
    let long = depth("", "JETON_LONG=1 ");
    println!(
        "{test}: seed {seed}. The same again: {long}JETON_SEED={seed} tests/with-amazon-dynamodb \
         cargo test --release --locked --workspace {test} -- --include-ignored --nocapture"
    );
    seed
}

/// The amount of work to do: the first value in the short run, the second in the long one.
pub fn depth<T>(short: T, long: T) -> T {
    if std::env::var_os("JETON_LONG").is_some() { long } else { short }
}

/// Formats a duration in milliseconds, as the report shows it.
pub fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_a_table_of_the_last_of_each_row_in_order() {
        let section = Section::new("9-test", "Apples", &["kind", "eaten", "left"]);
        section.tell("red", &[&1, &"two"]);
        section.tell(IN_ALL, &[&7]);
        section.tell("green", &[&3]);
        section.tell("red", &[&4, &5]);
        let told = section.markdown(&section.rows.lock().unwrap());
        let table = "| kind | eaten | left |\n| --- | --- | --- |\n| red | 4 | 5 |\n| green | 3 |\n| in all | 7 |\n";
        assert_eq!(told, format!("## Apples\n\n{table}"));
    }

    #[test]
    fn without_a_seed_it_is_always_the_same() {
        assert_eq!(seed("without_a_seed_it_is_always_the_same"), SEED);
        assert_eq!((depth(1, 2), milliseconds(Duration::from_micros(12_900))), (1, "12 ms".to_owned()));
    }
}
