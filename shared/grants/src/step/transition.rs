//! The writes of a step with their guards, as plain data that the store applies.

use protocol::Thumbprint;

use crate::step::grant::Grant;
use crate::step::grant_fact::GrantFact;
use crate::step::guard::Guard;
use crate::step::requirements::Requirements;
use crate::step::stage::Stage;
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::time::{Seconds, Timestamp};

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
    /// A person agrees to a pushed request, or approves that of a device: the item becomes this grant.
    Agree(Box<Grant>),
    /// A device polled in time: its next poll is in time after the interval, less `slack`.
    Poll {
        /// The time of the poll.
        at: Timestamp,
        /// The seconds by which a poll may be early.
        slack: Seconds,
        /// The attempt that writes.
        attempt: Attempt,
    },
    /// A device polled too early: the interval is longer by this many seconds from now on. The time of its last poll in
    /// time stays.
    SlowDown(Seconds),
    /// A person denies the request of a device.
    Deny,
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
        /// The key that the refresh token is bound to from now on; `None` leaves it as it is.
        refresh_key: Option<Thumbprint>,
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
            (_, Some(grant)) => Some(self.change.applied(grant.clone())),
            (_, None) => None,
        }
    }
}

impl Change {
    /// Issues the tokens of generation `to`, now. The refresh token lives for `refresh_lifetime`, and is bound to
    /// `refresh_key`, if there is one.
    pub const fn advance(
        to: Generation,
        refresh_lifetime: Seconds,
        Moment { now, attempt }: Moment,
        refresh_key: Option<Thumbprint>,
    ) -> Self {
        Self::Advance { to, at: now, refresh_expires_at: now.plus(refresh_lifetime), attempt, refresh_key }
    }

    fn applied(&self, mut grant: Grant) -> Grant {
        match self {
            Self::Create(whole) | Self::Agree(whole) => return (**whole).clone(),
            Self::Advance { to, at, refresh_expires_at, attempt, refresh_key } => {
                grant.stage = Stage::Active {
                    generation: *to,
                    rotated_at: *at,
                    refresh_expires_at: *refresh_expires_at,
                    attempt: *attempt,
                };
                grant.refresh_key = refresh_key.or(grant.refresh_key);
            }
            Self::RevokeAccess(generation) => {
                grant.revoked_access.insert(*generation);
            }
            Self::Poll { at, slack, attempt: by } => {
                if let Stage::Pending { interval, next_poll_at, attempt } = &mut grant.stage {
                    (*next_poll_at, *attempt) = (at.plus(interval.saturating_sub(*slack)), *by);
                }
            }
            Self::SlowDown(more) => {
                if let Stage::Pending { interval, next_poll_at, .. } = &mut grant.stage {
                    (*interval, *next_poll_at) = (interval.saturating_add(*more), next_poll_at.plus(*more));
                }
            }
            Self::Deny => grant.stage = Stage::Denied,
            Self::Revoke => grant.stage = Stage::Revoked,
        }
        grant
    }
}
