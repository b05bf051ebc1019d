//! Rows of table-driven tests: when one fails, the message says which.

use std::fmt::Display;

/// A row of a table, for as long as the value lives. When an assertion fails meanwhile, its message is followed by
/// the row's label.
pub(crate) struct Case(String);

impl Case {
    pub(crate) fn new(label: impl Display) -> Self {
        Self(label.to_string())
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the case: {}", self.0);
        }
    }
}
