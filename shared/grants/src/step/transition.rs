//! What a step writes, and under which guards: data, not deeds.

use crate::step::grant::{Grant, Stage};
use crate::step::guard::{Guard, Requirements};
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// One write to one grant: applied when every guard holds, in one step, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    id: GrantId,
    guards: Vec<Guard>,
    change: Change,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The whole item.
    Create(Box<Grant>),
    /// Tokens are given: for the first time, or the next ones.
    Advance {
        /// The generation that begins.
        to: Generation,
        /// Now.
        at: Timestamp,
        /// When the refresh token of the generation expires, were the grant not to end before.
        refresh_expires_at: Timestamp,
        /// Who writes.
        attempt: Attempt,
    },
    /// The access token of one generation is revoked.
    RevokeAccess(Generation),
    /// Everything is.
    Revoke,
}

impl Transition {
    /// A change to the grant `id`, without guards yet.
    pub fn of(id: GrantId, change: Change) -> Self {
        Self { id, guards: Vec::new(), change }
    }

    /// A new grant, where there is none.
    pub fn create(grant: Grant) -> Self {
        Self::of(grant.id, Change::Create(Box::new(grant))).when(Guard::Absent)
    }

    /// Adds a guard.
    #[must_use]
    pub fn when(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds guards.
    #[must_use]
    pub fn when_all(mut self, guards: impl IntoIterator<Item = Guard>) -> Self {
        self.guards.extend(guards);
        self
    }

    /// Adds the guards of requirements.
    #[must_use]
    pub fn requires(self, requirements: Requirements) -> Self {
        self.when_all(requirements.into_guards())
    }

    /// The grant it is about.
    pub const fn id(&self) -> GrantId {
        self.id
    }

    /// Its guards.
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// Its change.
    pub const fn change(&self) -> &Change {
        &self.change
    }

    /// Whether every guard holds.
    pub fn admits(&self, item: Option<&Grant>) -> bool {
        self.guards.iter().all(|guard| guard.holds(item))
    }

    /// The meaning of a transition: the item afterwards, or `None` when a guard does not hold.
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
    /// Gives the tokens of generation `to`, now.
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
