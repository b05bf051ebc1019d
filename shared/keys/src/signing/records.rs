//! Stored keys, and their state, which is computed from the clock.

use std::collections::BTreeSet;

use grants::{MAX_LIFETIME, Seconds, SigningAlgorithm, Timestamp};
use protocol::Jwk;

use crate::signing::masters::Masters;

/// The number of seconds for which a new key is published before it signs: API gateways cache a key set for up to
/// two hours.
pub const PREPUBLICATION: Seconds = 2 * 3600 + 600;

/// The extra seconds for which a retired key stays published after the last token it can have signed, because
/// clocks differ.
const MARGIN: Seconds = 600;

/// A signing key as it is stored, with the private part wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The public part, whose `kid` identifies the key.
    pub public: Jwk,
    /// The only algorithm that the key is for.
    pub algorithm: SigningAlgorithm,
    /// The `kid` of the preceding key; `None` for the first key of its algorithm.
    pub predecessor: Option<String>,
    /// The time when the key was created.
    pub created_at: Timestamp,
    /// The time from which the key signs.
    pub activates_at: Timestamp,
    /// The private part (PKCS#8), wrapped; empty if only public parts were read.
    pub wrapped: Vec<u8>,
}

/// All the contents of the keys table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The master keys of the handles; the first one is there once any is.
    pub masters: Masters,
    /// All the signing keys that are good, in any state.
    pub signing: Vec<KeyRecord>,
    /// The signing keys that were withdrawn, and are in the table again since it was restored.
    pub withdrawn: Vec<KeyRecord>,
}

/// The current use of a signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The key is published, so that verifiers know it before it signs.
    Pending,
    /// The key signs new tokens.
    Active,
    /// The key is published, because tokens that it signed may still be valid.
    Retiring,
    /// The key is no longer needed, because no token that it signed can still be valid.
    Retired,
}

impl KeyState {
    /// The name of the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }

    /// Returns whether the key is in the key set.
    pub const fn is_published(self) -> bool {
        match self {
            Self::Pending | Self::Active | Self::Retiring => true,
            Self::Retired => false,
        }
    }
}

impl Records {
    /// Sets aside the keys that were withdrawn, wherever the table comes from: none of them signs, verifies, is published or
    /// makes handles any more.
    #[must_use]
    pub fn without(mut self, withdrawn: &BTreeSet<String>) -> Self {
        let is_good = |key: &KeyRecord| !withdrawn.contains(&key.public.kid);
        let (good, gone): (Vec<_>, Vec<_>) = self.signing.into_iter().partition(is_good);
        self.withdrawn.extend(gone);
        Self { masters: self.masters.without(withdrawn), signing: good, withdrawn: self.withdrawn }
    }

    /// Returns the key that signs with `algorithm` now: the last one whose activation time has come. If none has
    /// come yet, because the clock is slow, returns the first key.
    pub fn active(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&KeyRecord> {
        let of_algorithm = || self.signing.iter().filter(|key| key.algorithm == algorithm);
        of_algorithm()
            .filter(|key| key.activates_at <= now)
            .max_by(|one, other| one.order().cmp(&other.order()))
            .or_else(|| of_algorithm().min_by(|one, other| one.order().cmp(&other.order())))
    }

    /// Returns the algorithms that have a key. One of them always signs.
    pub fn algorithms(&self) -> BTreeSet<SigningAlgorithm> {
        self.signing.iter().map(|record| record.algorithm).collect()
    }

    /// Returns the current state of `key`.
    pub fn state(&self, key: &KeyRecord, now: Timestamp) -> KeyState {
        if self.active(key.algorithm, now).is_some_and(|active| active.public.kid == key.public.kid) {
            return KeyState::Active;
        }
        if key.activates_at > now {
            return KeyState::Pending;
        }
        let successors =
            self.signing.iter().filter(|other| other.algorithm == key.algorithm && other.order() > key.order());
        let superseded_at = successors.map(|other| other.activates_at).min().unwrap_or(now);
        if superseded_at.plus(MAX_LIFETIME).plus(MARGIN) > now { KeyState::Retiring } else { KeyState::Retired }
    }

    /// Returns the public keys of the key set.
    pub fn published(&self, now: Timestamp) -> Vec<Jwk> {
        let published = self.signing.iter().filter(|key| self.state(key, now).is_published());
        published.map(|key| key.public.clone()).collect()
    }
}

impl KeyRecord {
    /// Returns the key's place in the table, which is unique: a key has one successor, no matter which rotation
    /// creates it.
    pub fn place(&self) -> String {
        match &self.predecessor {
            None => self.algorithm.as_str().to_owned(),
            Some(predecessor) => format!("{}#{predecessor}", self.algorithm.as_str()),
        }
    }

    pub(crate) fn order(&self) -> (Timestamp, &str) {
        (self.activates_at, self.public.kid.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: &str, activates_at: u64) -> KeyRecord {
        KeyRecord {
            public: Jwk { kid: kid.to_owned(), ..Jwk::default() },
            algorithm: SigningAlgorithm::Es256,
            predecessor: None,
            created_at: Timestamp::from_seconds(0),
            activates_at: Timestamp::from_seconds(activates_at),
            wrapped: Vec::new(),
        }
    }

    #[test]
    fn c102_a_key_is_published_before_it_signs_and_until_its_last_token_is_dead() {
        let records = Records { signing: vec![key("old", 1_000), key("new", 10_000)], ..Records::default() };
        let states = |now| -> Vec<KeyState> {
            let now = Timestamp::from_seconds(now);
            records.signing.iter().map(|key| records.state(key, now)).collect()
        };
        let dead = 10_000 + u64::from(MAX_LIFETIME) + u64::from(MARGIN);
        assert_eq!(states(1), [KeyState::Active, KeyState::Pending]);
        assert_eq!(states(9_999), [KeyState::Active, KeyState::Pending]);
        assert_eq!(states(10_000), [KeyState::Retiring, KeyState::Active]);
        assert_eq!(states(dead - 1), [KeyState::Retiring, KeyState::Active]);
        assert_eq!(states(dead), [KeyState::Retired, KeyState::Active]);
        assert_eq!(records.published(Timestamp::from_seconds(dead)).len(), 1);
        // A key of another algorithm follows none of these.
        let other = KeyRecord { algorithm: SigningAlgorithm::Rs256, ..key("other", 5_000) };
        let both = Records { signing: [records.signing.clone(), vec![other]].concat(), ..Records::default() };
        let state = |place: usize, now| both.state(&both.signing[place], Timestamp::from_seconds(now));
        assert_eq!(
            [state(0, 9_999), state(0, dead - 1), state(0, dead)],
            [KeyState::Active, KeyState::Retiring, KeyState::Retired]
        );
        assert_eq!([state(2, 10_000), state(2, dead)], [KeyState::Active; 2]);
    }

    #[test]
    fn two_rotations_at_once_leave_one_active_key() {
        let records = Records { signing: vec![key("a", 5), key("b", 5), key("c", 1)], ..Records::default() };
        let now = Timestamp::from_seconds(6);
        let active = records.signing.iter().filter(|key| records.state(key, now) == KeyState::Active);
        assert_eq!(active.map(|key| key.public.kid.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(records.active(SigningAlgorithm::Rs256, now), None);
        assert_eq!(records.algorithms(), [SigningAlgorithm::Es256].into());
        assert_eq!(Records::default().algorithms(), [].into());
    }
}
