//! Rotation: decides which keys to create and which to delete, from the stored keys and the clock.
//!
//! # Decisions
//! - Keys are never promoted: a new key carries the time from which it signs, which is late enough for every
//!   verifier to have dropped the key set without it. So a rotation is one write for each new key, and an
//!   interrupted rotation is simply repeated.
//! - A key's place in the table is named after its predecessor. Two concurrent rotations both create the successor
//!   of the same key, and one of the writes finds the place taken.
//! - A host whose clock is wrong by more than five minutes cannot rotate: AWS rejects its signature.
//!   [`PREPUBLICATION`] leaves ten minutes between a gateway's cache time and the first signature, enough for the
//!   minute that a key set may be old when a gateway reads it, and for a rotator and a signer whose clocks are wrong by
//!   four and a half minutes in opposite directions.

use std::collections::BTreeSet;

use grants::{Seconds, SigningAlgorithm, Timestamp};

use crate::signing::records::{KeyRecord, KeyState, PREPUBLICATION, Records};

/// The time at which the next key of an algorithm is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Once the newest key has signed for this long, or will have when its successor can sign.
    Due(Seconds),
    /// In this run; the key signs once every verifier knows it.
    Soon,
    /// In this run; the key signs immediately, because the current key has leaked.
    AtOnce,
}

/// A master key that a rotation will create, to make handles at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewMaster {
    /// The first one of the stack.
    First,
    /// Another one, because those that are there were withdrawn: the table was restored.
    Another,
}

/// A signing key that a rotation will create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedKey {
    /// The algorithm of the key.
    pub algorithm: SigningAlgorithm,
    /// The `kid` of the preceding key.
    pub predecessor: Option<String>,
    /// The time from which the key signs.
    pub activates_at: Timestamp,
}

/// The steps of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The master key of the handles to create, if none makes handles.
    pub master: Option<NewMaster>,
    /// Tells to create the key for the secrets that clients sign with.
    pub client_secrets: bool,
    /// Tells to create the key that seals the secrets of authenticator apps.
    pub second_factors: bool,
    /// The signing keys to create.
    pub make: Vec<PlannedKey>,
    /// The keys to delete, which no valid token needs.
    pub delete: Vec<KeyRecord>,
}

impl Records {
    /// Plans a rotation that provides a key for each of `algorithms` and for each algorithm already in use.
    pub fn rotation(&self, algorithms: &BTreeSet<SigningAlgorithm>, when: When, now: Timestamp) -> Rotation {
        // A restored table may hold nothing of an algorithm but keys that were withdrawn.
        let used = self.signing.iter().chain(&self.withdrawn).map(|key| key.algorithm);
        let all: BTreeSet<SigningAlgorithm> = match when {
            When::Due(_) => used.chain(algorithms.iter().copied()).collect(),
            When::Soon | When::AtOnce if algorithms.is_empty() => used.collect(),
            When::Soon | When::AtOnce => algorithms.clone(),
        };
        let master = match (self.masters.stored.is_empty(), self.masters.active(now)) {
            (true, _) => Some(NewMaster::First),
            (false, None) => Some(NewMaster::Another),
            (false, Some(_)) => None,
        };
        let retired = self.signing.iter().filter(|key| self.state(key, now) == KeyState::Retired);
        Rotation {
            master,
            client_secrets: self.masters.client_secrets.is_none(),
            second_factors: self.masters.second_factors.is_none(),
            make: all.into_iter().filter_map(|algorithm| self.next(algorithm, when, now)).collect(),
            delete: retired.chain(&self.withdrawn).cloned().collect(),
        }
    }

    fn next(&self, algorithm: SigningAlgorithm, when: When, now: Timestamp) -> Option<PlannedKey> {
        let newest = self.newest(algorithm);
        let published = now.plus(PREPUBLICATION);
        let signs = self.signing.iter().any(|key| key.algorithm == algorithm);
        let activates_at = match (newest.filter(|_| signs), when) {
            // No token has been verified with a key of this algorithm yet, or every key of it was withdrawn.
            (None, _) | (_, When::AtOnce) => now,
            (Some(newest), When::Due(interval)) if newest.activates_at.plus(interval) > published => return None,
            (Some(_), When::Due(_) | When::Soon) => published,
        };
        Some(PlannedKey { algorithm, predecessor: newest.map(|key| key.public.kid.clone()), activates_at })
    }

    /// Returns the key of an algorithm that has no successor yet.
    ///
    /// A key that was withdrawn counts as long as it is in the table, because its place is taken.
    pub(crate) fn newest(&self, algorithm: SigningAlgorithm) -> Option<&KeyRecord> {
        let of_algorithm = || self.signing.iter().chain(&self.withdrawn).filter(|key| key.algorithm == algorithm);
        let followed =
            |key: &KeyRecord| of_algorithm().any(|other| other.predecessor.as_deref() == Some(key.public.kid.as_str()));
        of_algorithm().filter(|key| !followed(key)).max_by(|one, other| one.order().cmp(&other.order()))
    }

    /// Returns the age in seconds of the key that has been active for longest, for an alarm.
    pub fn oldest_signing_age(&self, now: Timestamp) -> Option<u64> {
        let signing = self.signing.iter().filter(|key| self.state(key, now) == KeyState::Active);
        signing.map(|key| now.since(key.activates_at)).max()
    }
}

#[cfg(test)]
mod tests;
