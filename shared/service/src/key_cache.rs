//! Cache of the keys, with the rules for reading them again.

use std::collections::BTreeSet;
use std::sync::Arc;

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
    cached: Mutex<Option<(Timestamp, Arc<KeyRing>)>>,
}

impl KeyCache {
    /// Creates a cache of the keys in `table`, unwrapped by `wrap`; private keys only if it `signs`.
    pub fn new(table: KeysTable, wrap: Arc<dyn KeyWrap>, signs: bool) -> Self {
        Self { table, wrap, signs, cached: Mutex::new(None) }
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

    /// Returns the keys; reads them again if there is none for one of `algorithms`, unwrapped or not.
    ///
    /// # Errors
    /// As [`KeyCache::ring`].
    pub async fn ring_with(
        &self,
        algorithms: &BTreeSet<SigningAlgorithm>,
        now: Timestamp,
    ) -> Result<Arc<KeyRing>, Failure> {
        self.ring_for(now, |ring| algorithms.is_subset(&ring.algorithms())).await
    }

    /// Returns the keys; reads them again if they do not contain the key that `token` names.
    ///
    /// # Errors
    /// As [`KeyCache::ring`].
    pub async fn ring_to_verify(&self, token: &protocol::Secret, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        self.ring_for(now, |ring| ring.knows_key_of(token)).await
    }

    async fn ring_for(&self, now: Timestamp, serves: impl Fn(&KeyRing) -> bool) -> Result<Arc<KeyRing>, Failure> {
        let mut cached = self.cached.lock().await;
        if let Some((read_at, ring)) = cached.as_ref() {
            let patience = if serves(ring) { LIFETIME } else { PATIENCE };
            if read_at.plus(patience) > now {
                return Ok(Arc::clone(ring));
            }
        }
        let before = cached.as_ref().map(|(_, ring)| Arc::clone(ring));
        match (self.read(before.as_deref(), now).await, before) {
            (Ok(ring), _) => {
                let ring = Arc::new(ring);
                *cached = Some((now, Arc::clone(&ring)));
                Ok(ring)
            }
            // The failure is in the log; the cached keys are still valid.
            (Err(_), Some(before)) => Ok(before),
            (Err(failure), None) => Err(failure),
        }
    }

    async fn read(&self, before: Option<&KeyRing>, now: Timestamp) -> Result<KeyRing, Failure> {
        let records = self.table.load().await?;
        Ok(KeyRing::open(records, self.wrap.as_ref(), self.signs, before, now).await?)
    }
}
