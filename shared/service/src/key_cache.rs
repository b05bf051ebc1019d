//! Cache of the keys, with the rules for reading them again.

use std::sync::{Arc, PoisonError, RwLock};

use edge::Failure;
use grants::{Seconds, SigningAlgorithm, Timestamp};
use keys::{KeyRing, KeyWrap};
use store::KeysTable;
use tokio::sync::Mutex;

/// The time in seconds that keys are cached: a new key is published for hours before it signs.
const LIFETIME: Seconds = 300;
/// The minimum time in seconds between two reads caused by a missing key.
const PATIENCE: Seconds = 2;

/// The key cache of one process.
pub struct KeyCache {
    table: KeysTable,
    wrap: Arc<dyn KeyWrap>,
    signs: bool,
    cached: RwLock<Option<CachedRing>>,
    /// Held while keys are read, so that concurrent requests cause one read.
    reading: Mutex<()>,
}

/// The keys that were read, with the time.
#[derive(Clone)]
struct CachedRing {
    read_at: Timestamp,
    ring: Arc<KeyRing>,
}

impl KeyCache {
    /// Creates a cache of the keys in `table`, unwrapped by `wrap`; private keys only if it `signs`.
    pub fn new(table: KeysTable, wrap: Arc<dyn KeyWrap>, signs: bool) -> Self {
        Self { table, wrap, signs, cached: RwLock::new(None), reading: Mutex::new(()) }
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

    /// Returns the keys; reads them again if they do not contain the key that `token` names.
    ///
    /// # Errors
    /// As [`KeyCache::ring`].
    pub async fn ring_to_verify(&self, token: &protocol::Secret, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        self.ring_for(now, |ring| ring.knows_key_of(token)).await
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
        let before = self.cached().map(|cached| cached.ring);
        match (self.read(before.as_deref(), now).await, before) {
            (Ok(ring), _) => {
                let ring = Arc::new(ring);
                let cached = CachedRing { read_at: now, ring: Arc::clone(&ring) };
                *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Some(cached);
                Ok(ring)
            }
            // The failure is in the log; the cached keys are still valid.
            (Err(_), Some(before)) => Ok(before),
            (Err(failure), None) => Err(failure),
        }
    }

    /// Returns the cached keys, unless they have to be read again.
    fn fresh(&self, now: Timestamp, serves: impl Fn(&KeyRing) -> bool) -> Option<Arc<KeyRing>> {
        let CachedRing { read_at, ring } = self.cached()?;
        let patience = if serves(&ring) { LIFETIME } else { PATIENCE };
        (read_at.plus(patience) > now).then_some(ring)
    }

    fn cached(&self) -> Option<CachedRing> {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self, before: Option<&KeyRing>, now: Timestamp) -> Result<KeyRing, Failure> {
        let records = self.table.load().await?;
        Ok(KeyRing::open(records, self.wrap.as_ref(), self.signs, before, now).await?)
    }
}
