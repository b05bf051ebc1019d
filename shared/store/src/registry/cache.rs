//! The cache of registry entries in one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use grants::{Seconds, Timestamp};

/// The time in seconds that entries are cached: a right that ends in the registry ends everywhere within it.
const LIFETIME: Seconds = 60;
/// The number of entries at which the cache is emptied.
const MOST_KEPT: usize = 10_000;

/// The entries by their names.
pub(crate) struct Cache<T>(Arc<Mutex<HashMap<String, Entry<T>>>>);

struct Entry<T> {
    read_at: Timestamp,
    value: Arc<T>,
}

impl<T> Cache<T> {
    /// Returns an entry, unless it was read too long ago.
    pub(crate) fn get(&self, name: &str, now: Timestamp) -> Option<Arc<T>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(name)?;
        (entry.read_at.plus(LIFETIME) > now).then(|| Arc::clone(&entry.value))
    }

    pub(crate) fn put(&self, name: String, value: T, now: Timestamp) -> Arc<T> {
        let value = Arc::new(value);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_KEPT {
            entries.clear();
        }
        entries.insert(name, Entry { read_at: now, value: Arc::clone(&value) });
        value
    }

    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Cache<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
