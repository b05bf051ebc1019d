//! The outcome of a step.

use crate::step::grant::Grant;
use crate::step::transition::Transition;
use crate::terms::refusal::Refusal;

/// The outcome of a step whose write was refused because of the stored item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The step succeeded anyway: the stored item was written by this same attempt, or may be returned again.
    Done(Box<Grant>),
    /// The request is refused.
    Refuse(Refusal),
    /// The request is refused, and this must be written before the answer.
    RefuseAnd(Refusal, Transition),
}
