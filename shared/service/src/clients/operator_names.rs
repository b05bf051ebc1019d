//! The names of the operator's clients: a client that registers itself must not have a similar name.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use grants::{NameSkeleton, Seconds, Timestamp};
use store::{Registry, Unknown};

/// The time in seconds that the names are cached. The registry has no index of them, so it is scanned as a whole.
const LIFETIME: Seconds = 60;

/// The skeletons of the names, cached by this process.
#[derive(Default)]
pub(crate) struct OperatorNames(Mutex<Option<(Timestamp, Arc<BTreeSet<NameSkeleton>>)>>);

impl OperatorNames {
    /// Returns the skeletons of the names, at most a minute old.
    pub(crate) async fn read(
        &self,
        registry: &Registry,
        now: Timestamp,
    ) -> Result<Arc<BTreeSet<NameSkeleton>>, Unknown> {
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let names = registry.names_of_operators_clients().await?;
        let read: Arc<BTreeSet<_>> = Arc::new(names.iter().map(|name| NameSkeleton::of(name)).collect());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&read)));
        Ok(read)
    }

    fn known(&self, now: Timestamp) -> Option<Arc<BTreeSet<NameSkeleton>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, names) = known.as_ref()?;
        (read_at.plus(LIFETIME) > now).then(|| Arc::clone(names))
    }
}
