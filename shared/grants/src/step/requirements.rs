//! Guards with the refusals they cause, so that a write and its explanation share one list.

use crate::step::grant::Grant;
use crate::step::grant_fact::GrantFact;
use crate::step::guard::Guard;
use crate::terms::refusal::Refusal;

/// Guards in the order in which failures are reported, each with the refusal it causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    guard: Guard<GrantFact>,
    refusal: Refusal,
}

impl Requirements {
    /// Adds a guard and the refusal it causes.
    #[must_use]
    pub fn require(mut self, guard: Guard<GrantFact>, refusal: Refusal) -> Self {
        self.0.push(Requirement { guard, refusal });
        self
    }

    /// Adds all of `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Returns the refusal of the first guard that does not hold.
    pub fn first_unmet(&self, grant: &Grant) -> Option<Refusal> {
        self.0.iter().find(|requirement| !requirement.guard.holds(Some(grant))).map(|requirement| requirement.refusal)
    }

    /// The guards, without their refusals.
    pub fn into_guards(self) -> impl Iterator<Item = Guard<GrantFact>> {
        self.0.into_iter().map(|requirement| requirement.guard)
    }
}
