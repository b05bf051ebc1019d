//! The moment of a request.

use crate::terms::ids::Attempt;
use crate::terms::time::Timestamp;

/// The time of a request, and the id that every write for it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The current time, read once per request.
    pub now: Timestamp,
    /// The id of this attempt, by which a repeated request recognises its own work.
    pub attempt: Attempt,
}
