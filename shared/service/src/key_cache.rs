//! Cache of the keys, with the rules for reading them again.

use std::sync::{Arc, PoisonError, RwLock};

use edge::Failure;
use grants::{Seconds, SecretSalt, SigningAlgorithm, Timestamp};
use keys::{KeyRing, KeyWrap, SigningSecrets};
use store::KeysTable;
use tokio::sync::Mutex;

/// The time in seconds that keys are cached: a key that was withdrawn neither signs nor verifies anywhere after it.
const LIFETIME: Seconds = 60;
/// The minimum time in seconds between two reads caused by a missing key, so that forged names of keys cost no read
/// each.
const PATIENCE: Seconds = 2;

/// The key cache of one process.
pub struct KeyCache {
    table: KeysTable,
    wrap: Arc<dyn KeyWrap>,
    signs: bool,
    /// `true` if the keys for second factors are unwrapped.
    opens_factors: bool,
    cached: RwLock<Option<CachedRing>>,
    /// The keys for the secrets that clients sign with, once one of those clients came.
    secrets: Mutex<Option<OpenedSecrets>>,
    /// Held while keys are read, so that concurrent requests cause one read.
    reading: Mutex<()>,
}

/// The keys for the secrets that clients sign with, and how the key for this purpose was wrapped.
struct OpenedSecrets {
    wrapped: Option<Vec<u8>>,
    keys: Arc<SigningSecrets>,
}

/// The keys that were read, with the times.
#[derive(Clone)]
struct CachedRing {
    reads: Reads,
    ring: Arc<KeyRing>,
}

/// The times of reads.
#[derive(Clone, Copy)]
struct Reads {
    last: Timestamp,
    /// The last read that was made because a key was missing.
    for_missing: Option<Timestamp>,
}

impl KeyCache {
    /// Creates a cache of the keys in `table`, unwrapped by `wrap`; private keys only if it `signs`.
    pub fn new(table: KeysTable, wrap: Arc<dyn KeyWrap>, signs: bool) -> Self {
        let (cached, secrets, reading) = (RwLock::new(None), Mutex::new(None), Mutex::new(()));
        Self { table, wrap, signs, opens_factors: false, cached, secrets, reading }
    }

    /// Returns a cache that also unwraps the keys for second factors.
    #[must_use]
    pub fn with_factors(self) -> Self {
        Self { opens_factors: true, ..self }
    }

    /// Returns the keys.
    ///
    /// # Errors
    /// A [`Failure`] with `temporarily_unavailable` when no keys are cached and none can be read.
    pub async fn ring(&self, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        self.ring_for(now, |_| true).await
    }

    /// Returns the keys; reads them again if there is none for `algorithm`.
    ///
    /// # Errors
    /// As [`KeyCache::ring`].
    pub async fn ring_to_sign(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        self.ring_for(now, |ring| ring.has_key_for(algorithm)).await
    }

    /// Returns the keys to verify a token of this server; reads them again if they do not contain the key that `token`
    /// names. Every verification goes through here, because a new key may sign at once (`jeton keys rotate --now`, or the
    /// first client with an algorithm).
    ///
    /// # Errors
    /// As [`KeyCache::ring`].
    pub async fn ring_to_verify(&self, token: &protocol::Secret, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        self.ring_for(now, |ring| ring.knows_key_of(token)).await
    }

    /// Returns the keys to verify an ID token that comes back as a hint: those of [`KeyCache::ring_to_verify`], without the
    /// ones that were withdrawn up to now. Introspection reads a withdrawn key together with the grant instead.
    ///
    /// # Errors
    /// As [`KeyCache::ring`].
    pub async fn ring_to_verify_hint(&self, token: &protocol::Secret, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        let withdrawn = async { Ok::<_, Failure>(self.table.withdrawn().await?) };
        let (ring, withdrawn) = tokio::try_join!(self.ring_to_verify(token, now), withdrawn)?;
        let is_withdrawn = KeyRing::key_of(token).is_some_and(|kid| withdrawn.contains(&kid));
        Ok(if is_withdrawn { Arc::new(ring.without(&withdrawn)) } else { ring })
    }

    /// Returns the keys for the secrets that clients sign with; reads the keys again if a secret with one of these salts cannot
    /// be derived. The key for this purpose is unwrapped when the first of those clients comes.
    ///
    /// # Errors
    /// As [`KeyCache::ring`], and when the key cannot be unwrapped.
    pub async fn signing_secrets(&self, salts: &[SecretSalt], now: Timestamp) -> Result<Arc<SigningSecrets>, Failure> {
        let ring = self.ring_for(now, |ring| ring.derives(salts)).await?;
        let mut opened = self.secrets.lock().await;
        if let Some(known) = opened.as_ref().filter(|known| known.wrapped.as_deref() == ring.client_secrets()) {
            return Ok(Arc::clone(&known.keys));
        }
        let keys = Arc::new(ring.signing_secrets(self.wrap.as_ref()).await?);
        let wrapped = ring.client_secrets().map(<[u8]>::to_vec);
        *opened = Some(OpenedSecrets { wrapped, keys: Arc::clone(&keys) });
        Ok(keys)
    }

    /// The wrapping of the keys.
    pub fn wrap(&self) -> &dyn KeyWrap {
        self.wrap.as_ref()
    }

    async fn ring_for(&self, now: Timestamp, serves: impl Fn(&KeyRing) -> bool) -> Result<Arc<KeyRing>, Failure> {
        if let Some(ring) = self.fresh(now, &serves) {
            return Ok(ring);
        }
        let _reading = self.reading.lock().await;
        // Another request may have read them while this one waited.
        if let Some(ring) = self.fresh(now, &serves) {
            return Ok(ring);
        }
        let before = self.cached();
        let reads = Reads::again(before.as_ref().map(|before| (before.reads, serves(&before.ring))), now);
        match (self.read(before.as_ref().map(|before| &*before.ring), now).await, before) {
            (Ok(ring), _) => {
                let ring = Arc::new(ring);
                let cached = CachedRing { reads, ring: Arc::clone(&ring) };
                *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Some(cached);
                Ok(ring)
            }
            // The failure is in the log; the cached keys are still valid.
            (Err(_), Some(before)) => Ok(before.ring),
            (Err(failure), None) => Err(failure),
        }
    }

    /// Returns the cached keys, unless they have to be read again.
    fn fresh(&self, now: Timestamp, serves: impl Fn(&KeyRing) -> bool) -> Option<Arc<KeyRing>> {
        let cached = self.cached()?;
        let serves = serves(&cached.ring);
        cached.reads.suffice(serves, now).then_some(cached.ring)
    }

    fn cached(&self) -> Option<CachedRing> {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self, before: Option<&KeyRing>, now: Timestamp) -> Result<KeyRing, Failure> {
        let records = self.table.load().await?;
        let ring = KeyRing::open(records, self.wrap.as_ref(), self.signs, before, now).await?;
        Ok(if self.opens_factors { ring.with_factors(self.wrap.as_ref(), before).await? } else { ring })
    }
}

impl Reads {
    /// Returns the times after a read now. `before` are those of the keys in the cache, and whether these keys serve the
    /// request.
    fn again(before: Option<(Self, bool)>, now: Timestamp) -> Self {
        let for_missing = before.and_then(|(reads, serves)| if serves { reads.for_missing } else { Some(now) });
        Self { last: now, for_missing }
    }

    /// Returns whether the keys need not be read again for a request that they do or do not serve. However recently they
    /// were read, a missing key is looked for; only the reads for missing keys make each other wait.
    fn suffice(self, serves: bool, now: Timestamp) -> bool {
        let waits = self.for_missing.is_some_and(|for_missing| for_missing.plus(PATIENCE) > now);
        self.last.plus(LIFETIME) > now && (serves || waits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn c180_a_missing_key_is_looked_for_at_once_and_forged_names_cost_one_read_in_two_seconds() {
        let first = Reads::again(None, NOW);
        assert!(first.suffice(true, NOW.plus(LIFETIME - 1)) && !first.suffice(true, NOW.plus(LIFETIME)));
        assert!(!first.suffice(false, NOW), "the keys were read a moment ago, without this one");
        let looked = Reads::again(Some((first, false)), NOW);
        assert!(looked.suffice(false, NOW.plus(PATIENCE - 1)) && !looked.suffice(false, NOW.plus(PATIENCE)));
        // A read for another reason neither prolongs nor ends the wait.
        let later = Reads::again(Some((looked, true)), NOW.plus(1));
        assert!(later.suffice(false, NOW.plus(1)) && !later.suffice(false, NOW.plus(PATIENCE)));
        let reads = (0..60).fold((first, 0), |(reads, count), second| {
            let now = NOW.plus(second);
            if reads.suffice(false, now) {
                (reads, count)
            } else {
                (Reads::again(Some((reads, false)), now), count + 1)
            }
        });
        assert_eq!(reads.1, 30);
    }
}
