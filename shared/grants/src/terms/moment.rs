//! The moment of a request.

use crate::terms::ids::Attempt;
use crate::terms::time::Timestamp;

/// The time of a request, and the name that everything written for it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time, read once.
    pub now: Timestamp,
    /// The name of this attempt: a repeated send finds its own work by it.
    pub attempt: Attempt,
}
