//! The outcome of conditional writes.

/// The outcome of a write by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The change was written.
    Done,
    /// The item existed already, or did not exist.
    Refused,
}
