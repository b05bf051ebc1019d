//! Challenges: what an authenticator signs, once.

use grants::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The challenge of a form, which expires with it.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyChallenge {
    bytes: [u8; 32],
    expires_at: Timestamp,
}

/// The challenges that a passkey answered, until they expire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpentChallenges(Vec<SpentChallenge>);

/// A challenge that was answered: the first 128 bits of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SpentChallenge {
    mark: [u8; 16],
    expires_at: Timestamp,
}

/// The length of an answered challenge in the table.
const BYTES: usize = 24;
/// The most challenges that are kept. A passkey that answered so many within half an hour waits until the first one expires.
const MOST: usize = 64;

impl PasskeyChallenge {
    /// The challenge of a sealed ticket, which has 128 random bits, the browser and the request in it.
    pub(crate) fn of_ticket(ticket: &[u8], expires_at: Timestamp) -> Self {
        let hash = Sha256::new().chain_update(b"challenge for a passkey").chain_update(ticket);
        Self { bytes: hash.finalize().into(), expires_at }
    }

    /// The bytes to sign.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Returns whether an authenticator answered this challenge.
    pub(crate) fn is(&self, answered: &[u8]) -> bool {
        self.bytes[..].ct_eq(answered).into()
    }

    fn mark(&self) -> [u8; 16] {
        self.bytes.first_chunk().copied().unwrap_or_default()
    }
}

impl SpentChallenges {
    /// Returns the challenges with one more, and without those that expired; `None` if it was answered before, or if there
    /// are too many.
    pub(crate) fn with(&self, challenge: &PasskeyChallenge, now: Timestamp) -> Option<Self> {
        let mut left: Vec<SpentChallenge> = self.0.iter().filter(|spent| spent.expires_at > now).cloned().collect();
        if left.len() >= MOST || left.iter().any(|spent| spent.mark == challenge.mark()) {
            return None;
        }
        left.push(SpentChallenge { mark: challenge.mark(), expires_at: challenge.expires_at });
        Some(Self(left))
    }

    /// The bytes in the table.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|spent| [&spent.mark[..], &spent.expires_at.seconds().to_be_bytes()].concat()).collect()
    }

    /// Reads the bytes from the table; `None` if they are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let read = |bytes: &[u8]| {
            let (mark, expires_at) = bytes.split_first_chunk::<16>()?;
            let expires_at = Timestamp::from_seconds(u64::from_be_bytes(expires_at.try_into().ok()?));
            Some(SpentChallenge { mark: *mark, expires_at })
        };
        bytes.chunks(BYTES).map(read).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;

    fn challenge(number: u8, expires_at: Timestamp) -> PasskeyChallenge {
        PasskeyChallenge::of_ticket(&[number], expires_at)
    }

    #[test]
    fn c231_a_challenge_is_answered_once_and_forgotten_when_it_expires() {
        let (one, other) = (challenge(1, NOW.plus(60)), challenge(2, NOW.plus(90)));
        assert!(one.is(one.as_bytes()) && !one.is(other.as_bytes()) && !one.is(&[]));
        let spent = SpentChallenges::default().with(&one, NOW).unwrap();
        assert_eq!(spent.with(&one, NOW.plus(59)), None);
        let both = spent.with(&other, NOW).unwrap();
        assert_eq!(SpentChallenges::from_bytes(&both.to_bytes()), Some(both.clone()));
        assert_eq!(both.with(&challenge(3, NOW.plus(99)), NOW.plus(60)).unwrap().to_bytes().len(), 2 * BYTES);
        assert_eq!(SpentChallenges::from_bytes(&[0; 23]), None);
        assert_eq!(SpentChallenges::from_bytes(&[]), Some(SpentChallenges::default()));
    }

    #[test]
    fn c231_a_challenge_is_never_forgotten_to_make_room() {
        let mut spent = SpentChallenges::default();
        for number in 0..64 {
            spent = spent.with(&challenge(number, NOW.plus(60)), NOW).unwrap();
        }
        assert_eq!(spent.with(&challenge(64, NOW.plus(60)), NOW), None);
        assert!(spent.with(&challenge(64, NOW.plus(99)), NOW.plus(60)).is_some());
    }
}
