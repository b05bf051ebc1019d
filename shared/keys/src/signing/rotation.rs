//! Rotation: which keys to make and which to delete, told from what is there and from the clock.
//!
//! # Decisions
//! - Nothing is promoted: a new key carries the time from which it signs, later than every verifier has forgotten the key
//!   set without it. So a rotation is one write for each new key, and one that dies half-way is simply done again.
//! - A key's place in the table is named after the key it follows. Of two rotations at once, each makes the successor of
//!   the same key, and one write finds the place taken.
//! - A host whose clock is more than five minutes off cannot rotate: AWS refuses its signature. [`PREPUBLICATION`] leaves
//!   ten minutes between a gateway's cache and the first signature, enough for a rotator and a signer that are five
//!   minutes off in opposite ways.

use std::collections::BTreeSet;

use grants::{Seconds, SigningAlgorithm, Timestamp};

use crate::signing::records::{KeyRecord, KeyState, PREPUBLICATION, Records};

/// When the next key of an algorithm is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// When the newest has signed, or will have signed, for so long.
    Due(Seconds),
    /// In this run, to sign once every verifier knows it.
    Soon,
    /// In this run, to sign at once: the key that signs now has leaked.
    AtOnce,
}

/// A key that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedKey {
    /// The algorithm.
    pub algorithm: SigningAlgorithm,
    /// The `kid` of the key that it follows.
    pub predecessor: Option<String>,
    /// From when it signs.
    pub activates_at: Timestamp,
}

/// What a rotation has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Whether there is no master of the handles yet.
    pub master: bool,
    /// The keys to make.
    pub make: Vec<PlannedKey>,
    /// The keys that no token needs any more.
    pub delete: Vec<KeyRecord>,
}

impl Records {
    /// What to do now, so that there is a key for each of `algorithms` and for each that is in use.
    pub fn rotation(&self, algorithms: &BTreeSet<SigningAlgorithm>, when: When, now: Timestamp) -> Rotation {
        let used = self.signing.iter().map(|key| key.algorithm);
        let all: BTreeSet<SigningAlgorithm> = match when {
            When::Due(_) => used.chain(algorithms.iter().copied()).collect(),
            When::Soon | When::AtOnce if algorithms.is_empty() => used.collect(),
            When::Soon | When::AtOnce => algorithms.clone(),
        };
        Rotation {
            master: self.master.is_none(),
            make: all.into_iter().filter_map(|algorithm| self.next(algorithm, when, now)).collect(),
            delete: self.signing.iter().filter(|key| self.state(key, now) == KeyState::Retired).cloned().collect(),
        }
    }

    fn next(&self, algorithm: SigningAlgorithm, when: When, now: Timestamp) -> Option<PlannedKey> {
        let newest = self.newest(algorithm);
        let published = now.plus(PREPUBLICATION);
        let activates_at = match (newest, when) {
            // Nobody has verified anything with a key of this algorithm yet.
            (None, _) | (_, When::AtOnce) => now,
            (Some(newest), When::Due(interval)) if newest.activates_at.plus(interval) > published => return None,
            (Some(_), When::Due(_) | When::Soon) => published,
        };
        Some(PlannedKey { algorithm, predecessor: newest.map(|key| key.public.kid.clone()), activates_at })
    }

    /// The key of an algorithm that nothing follows yet.
    fn newest(&self, algorithm: SigningAlgorithm) -> Option<&KeyRecord> {
        let of_algorithm = || self.signing.iter().filter(|key| key.algorithm == algorithm);
        let followed =
            |key: &KeyRecord| of_algorithm().any(|other| other.predecessor.as_deref() == Some(key.public.kid.as_str()));
        of_algorithm().filter(|key| !followed(key)).max_by(|one, other| one.order().cmp(&other.order()))
    }

    /// How long the oldest of the keys that sign now has signed: what an alarm watches.
    pub fn oldest_signing_age(&self, now: Timestamp) -> Option<u64> {
        let signing = self.signing.iter().filter(|key| self.state(key, now) == KeyState::Active);
        signing.map(|key| now.since(key.activates_at)).max()
    }
}

#[cfg(test)]
mod tests;
