//! Writes that either happen or find something in their way.

/// What became of a write by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is written.
    Done,
    /// It was there already, or it was not there.
    Refused,
}
