//! Keys as they are stored, and the state that follows from the clock.

use grants::{MAX_LIFETIME, Seconds, SigningAlgorithm, Timestamp};
use protocol::Jwk;

/// A new key is published so long before it signs: API gateways keep a key set for up to two hours.
pub const PREPUBLICATION: Seconds = 2 * 3600 + 600;

/// A retired key stays published so long after the last token it can have signed: clocks differ.
const MARGIN: Seconds = 600;

/// A signing key as it is stored: the private part only wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The public part; its `kid` is the key's name.
    pub public: Jwk,
    /// The one algorithm it is for.
    pub algorithm: SigningAlgorithm,
    /// The `kid` of the key that it follows; `None` for the first of its algorithm.
    pub predecessor: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it signs.
    pub activates_at: Timestamp,
    /// The private part (PKCS#8), wrapped.
    pub wrapped: Vec<u8>,
}

/// The master of the handles as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterRecord {
    /// The 256 bits, wrapped.
    pub wrapped: Vec<u8>,
}

/// All that the keys table holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The master, once there is one.
    pub master: Option<MasterRecord>,
    /// The signing keys.
    pub signing: Vec<KeyRecord>,
}

/// What a signing key is for, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, so that verifiers know it when it begins to sign.
    Pending,
    /// It signs.
    Active,
    /// Published, because tokens it signed may still be good.
    Retiring,
    /// No token it signed can be good any more.
    Retired,
}

impl KeyState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }

    /// Whether the key is in the key set.
    pub const fn is_published(self) -> bool {
        match self {
            Self::Pending | Self::Active | Self::Retiring => true,
            Self::Retired => false,
        }
    }
}

impl Records {
    /// The key that signs with `algorithm` now: of those whose time has come the last. Before the time of the first
    /// has come, on a slow clock, it is that one.
    pub fn active(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&KeyRecord> {
        let of_algorithm = || self.signing.iter().filter(|key| key.algorithm == algorithm);
        of_algorithm()
            .filter(|key| key.activates_at <= now)
            .max_by(|one, other| one.order().cmp(&other.order()))
            .or_else(|| of_algorithm().min_by(|one, other| one.order().cmp(&other.order())))
    }

    /// The state of `key` now.
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

    /// The public keys of the key set.
    pub fn published(&self, now: Timestamp) -> Vec<Jwk> {
        let published = self.signing.iter().filter(|key| self.state(key, now).is_published());
        published.map(|key| key.public.clone()).collect()
    }
}

impl KeyRecord {
    /// What no two keys of a table have in common: a key has one successor, whoever makes it.
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
        let records = Records { master: None, signing: vec![key("old", 1_000), key("new", 10_000)] };
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
    }

    #[test]
    fn two_rotations_at_once_leave_one_active_key() {
        let records = Records { master: None, signing: vec![key("a", 5), key("b", 5), key("c", 1)] };
        let now = Timestamp::from_seconds(6);
        let active = records.signing.iter().filter(|key| records.state(key, now) == KeyState::Active);
        assert_eq!(active.map(|key| key.public.kid.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(records.active(SigningAlgorithm::Rs256, now), None);
    }
}
