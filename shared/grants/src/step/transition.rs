//! What a step writes, and under which guards: data, not deeds.

use std::num::NonZeroUsize;

use protocol::{ClientId, CodeChallenge, RedirectUri, Resource};

use crate::step::grant::{Grant, Stage};
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// One write to one grant: applied when every guard holds, in one step, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    id: GrantId,
    guards: Vec<Guard>,
    change: Change,
}

/// What must be true of the item at the moment of the write. All but [`Guard::Absent`] are false of an absent item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// There is no item.
    Absent,
    /// The grant is this client's.
    ClientIs(ClientId),
    /// The code is not redeemed.
    Issued,
    /// The code expires after this point.
    CodeAliveAt(Timestamp),
    /// The code is bound to this challenge.
    ChallengeIs(CodeChallenge),
    /// The code is bound to no challenge.
    NoChallenge,
    /// The code went there.
    RedirectUriIs(RedirectUri),
    /// The authorization request did not name its redirect URI.
    RedirectUriNotSent,
    /// The API is of the grant.
    ResourceGranted(Resource),
    /// The grant is for one API, or for one beside this issuer.
    OneAudience(Resource),
    /// The scope token is of the grant.
    ScopeGranted(String),
    /// Tokens were given, last in this generation.
    ActiveAt(Generation),
    /// The refresh token expires after this point.
    RefreshAliveAt(Timestamp),
    /// It is not revoked.
    NotRevoked,
    /// Fewer access tokens than this were revoked one by one.
    RevokedAccessBelow(NonZeroUsize),
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
    pub const fn advance(to: Generation, policy: &Policy, now: Timestamp, attempt: Attempt) -> Self {
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

impl Guard {
    /// Whether it is true of the item.
    pub fn holds(&self, item: Option<&Grant>) -> bool {
        let Some(grant) = item else { return *self == Self::Absent };
        match self {
            Self::Absent => false,
            Self::ClientIs(client) => grant.client_id == *client,
            Self::Issued => matches!(grant.stage, Stage::Issued { .. }),
            Self::CodeAliveAt(now) => {
                matches!(grant.stage, Stage::Issued { code_expires_at, .. } if code_expires_at > *now)
            }
            Self::ChallengeIs(challenge) => grant.code_challenge.as_ref() == Some(challenge),
            Self::NoChallenge => grant.code_challenge.is_none(),
            Self::RedirectUriIs(uri) => grant.redirect_uri.as_ref() == Some(uri),
            Self::RedirectUriNotSent => !grant.redirect_uri_sent,
            Self::ResourceGranted(resource) => grant.resources.contains(resource),
            Self::OneAudience(issuer) => match grant.resources.as_slice() {
                [_] => true,
                [first, second] => first == issuer || second == issuer,
                [] | [_, _, _, ..] => false,
            },
            Self::ScopeGranted(token) => grant.scope.contains(token),
            Self::ActiveAt(now) => matches!(grant.stage, Stage::Active { generation, .. } if generation == *now),
            Self::RefreshAliveAt(now) => {
                let alive = |expiry: Timestamp| expiry > *now && grant.ends_at > *now;
                matches!(grant.stage, Stage::Active { refresh_expires_at, .. } if alive(refresh_expires_at))
            }
            Self::NotRevoked => grant.stage != Stage::Revoked,
            Self::RevokedAccessBelow(limit) => grant.revoked_access.len() < limit.get(),
        }
    }
}
