//! The names of the operator's clients: none that registers itself may look like one of them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use grants::{NameSkeleton, Seconds, Timestamp};
use store::{Registry, Unknown};

/// The names count for so long after they were read. The registry has no index of them, so they are read as a whole.
const LIFETIME: Seconds = 60;

/// The skeletons of the names, kept by this process.
#[derive(Default)]
pub(crate) struct OperatorNames(Mutex<Option<(Timestamp, Arc<BTreeSet<NameSkeleton>>)>>);

impl OperatorNames {
    /// The skeletons of the names, as they were a minute ago at most.
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
