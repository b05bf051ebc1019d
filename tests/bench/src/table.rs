//! Tables in Markdown for the report.

use std::fmt::Write as _;

use crate::results::Origin;
use crate::svg::figure;

/// A table with a title, the command that produced it, and notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    title: String,
    about: Vec<String>,
    picture: Option<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table without rows.
    pub(crate) fn new(title: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(ToString::to_string).collect();
        Self { title: title.to_owned(), columns, ..Self::default() }
    }

    /// Adds a column to the table.
    #[must_use]
    pub(crate) fn column(mut self, name: &str) -> Self {
        self.columns.push(name.to_owned());
        self
    }

    /// Adds a paragraph before the table.
    #[must_use]
    pub(crate) fn about(mut self, text: &str) -> Self {
        self.about.push(text.to_owned());
        self
    }

    /// Adds the command that produced the table.
    #[must_use]
    pub(crate) fn made_by(self, origin: &Origin) -> Self {
        self.about(&format!(
            "`{}` on {}, commit `{}`, profile `{}`.",
            origin.command, origin.date, origin.commit, origin.profile
        ))
    }

    /// Adds a picture below the table: its file and a description.
    #[must_use]
    pub(crate) fn picture(mut self, file: &str, shows: &str) -> Self {
        self.picture = Some((file.to_owned(), shows.to_owned()));
        self
    }

    /// Adds a row to the table.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Formats the table as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n", self.title);
        for paragraph in &self.about {
            let _ = write!(text, "\n{paragraph}\n");
        }
        if !self.rows.is_empty() {
            let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
            let mut rule = vec!["---".to_owned()];
            rule.resize(self.columns.len(), "---:".to_owned());
            let _ = write!(text, "\n{}{}", line(&self.columns), line(&rule));
            text.extend(self.rows.iter().map(|row| line(row)));
        }
        if let Some((file, shows)) = &self.picture {
            let _ = write!(text, "\n![{shows}]({file})\n");
        }
        text
    }
}

/// Formats microseconds as milliseconds.
pub(crate) fn ms(microseconds: f64) -> String {
    figure(microseconds / 1_000.0)
}

/// Formats bytes as MB (10^6 bytes).
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{}.{:02}", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
}

/// Formats a number with separators between the thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let lead = digits.len() % 3;
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 3 == lead {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_rule_and_its_figures_stand_right() {
        let mut table = Table::new("Apples", &["kind", "left"]).column("eaten").about("Of this year.");
        table.row(["red", "1", "2"].map(str::to_owned).to_vec());
        let text = "## Apples\n\nOf this year.\n\n| kind | left | eaten |\n| --- | ---: | ---: |\n| red | 1 | 2 |\n";
        assert_eq!(table.markdown(), text);
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"].map(str::to_owned));
        assert_eq!((ms(1_250.0), megabytes(7_489_123)), ("1.25".to_owned(), "7.48".to_owned()));
    }
}
