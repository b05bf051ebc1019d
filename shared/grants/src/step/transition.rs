//! The writes of a step with their guards, as plain data that the store applies.

use crate::step::grant::{Grant, Stage};
use crate::step::grant_fact::GrantFact;
use crate::step::guard::Guard;
use crate::step::requirements::Requirements;
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// One write to one grant. It is applied in one step if every guard holds, and otherwise not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    id: GrantId,
    guards: Vec<Guard<GrantFact>>,
    change: Change,
}

/// The change that a transition makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The whole item is written.
    Create(Box<Grant>),
    /// Tokens are issued: the first ones or the next ones.
    Advance {
        /// The generation that begins.
        to: Generation,
        /// The time of the write.
        at: Timestamp,
        /// The time when the refresh token of the generation expires, unless the grant ends before.
        refresh_expires_at: Timestamp,
        /// The attempt that writes.
        attempt: Attempt,
    },
    /// The access token of one generation is revoked.
    RevokeAccess(Generation),
    /// The whole grant is revoked.
    Revoke,
}

impl Transition {
    /// A change to the grant `id`, without guards yet.
    pub fn of(id: GrantId, change: Change) -> Self {
        Self { id, guards: Vec::new(), change }
    }

    /// Creates a grant if none with its id exists.
    pub fn create(grant: Grant) -> Self {
        Self::of(grant.id, Change::Create(Box::new(grant))).when(Guard::Absent)
    }

    /// Adds a guard to the write.
    #[must_use]
    pub fn when(mut self, guard: Guard<GrantFact>) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds several guards to the write.
    #[must_use]
    pub fn when_all(mut self, guards: impl IntoIterator<Item = Guard<GrantFact>>) -> Self {
        self.guards.extend(guards);
        self
    }

    /// Adds the guards of `requirements`.
    #[must_use]
    pub fn requires(self, requirements: Requirements) -> Self {
        self.when_all(requirements.into_guards())
    }

    /// The id of the grant to change.
    pub const fn id(&self) -> GrantId {
        self.id
    }

    /// The guards that must all hold.
    pub fn guards(&self) -> &[Guard<GrantFact>] {
        &self.guards
    }

    /// The change to make.
    pub const fn change(&self) -> &Change {
        &self.change
    }

    /// Returns whether every guard holds.
    pub fn admits(&self, item: Option<&Grant>) -> bool {
        self.guards.iter().all(|guard| guard.holds(item))
    }

    /// Returns the item after the write, or `None` when a guard does not hold. This defines what the write means.
    pub fn after(&self, before: Option<&Grant>) -> Option<Grant> {
        if !self.admits(before) {
            return None;
        }
        match (&self.change, before) {
            (Change::Create(grant), _) => Some((**grant).clone()),
            (Change::Advance { .. } | Change::RevokeAccess(_) | Change::Revoke, Some(grant)) => {
                Some(self.change.applied(grant.clone()))
            }
            (Change::Advance { .. } | Change::RevokeAccess(_) | Change::Revoke, None) => None,
        }
    }
}

impl Change {
    /// Issues the tokens of generation `to`, now.
    pub const fn advance(to: Generation, policy: &Policy, Moment { now, attempt }: Moment) -> Self {
        Self::Advance { to, at: now, refresh_expires_at: now.plus(policy.refresh_idle_lifetime), attempt }
    }

    fn applied(&self, mut grant: Grant) -> Grant {
        match self {
            Self::Create(whole) => return (**whole).clone(),
            Self::Advance { to, at, refresh_expires_at, attempt } => {
                grant.stage = Stage::Active {
                    generation: *to,
                    rotated_at: *at,
                    refresh_expires_at: *refresh_expires_at,
                    attempt: *attempt,
                };
            }
            Self::RevokeAccess(generation) => {
                grant.revoked_access.insert(*generation);
            }
            Self::Revoke => grant.stage = Stage::Revoked,
        }
        grant
    }
}
