//! What became of a step.

use crate::step::grant::Grant;
use crate::step::transition::Transition;
use crate::terms::refusal::Refusal;

/// What became of a step whose write was refused by the item that stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done all the same: what stands there is the work of this very attempt, or may be given again.
    Done(Box<Grant>),
    /// No.
    Refuse(Refusal),
    /// No, and this must be written before it is said.
    RefuseAnd(Refusal, Transition),
}
