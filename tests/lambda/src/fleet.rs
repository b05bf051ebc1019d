//! The execution environments of one function: another one starts when all are busy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::function::{Function, InvokeError, Invoked, Settings, StartError};

/// The reasons why an invocation of a fleet has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FleetError {
    /// No environment was free, and a new one did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The environment did not answer.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
}

/// A function with as many environments as it needs, up to a limit.
pub(crate) struct Fleet {
    settings: Settings,
    first: Arc<Function>,
    /// All environments that were started.
    all: Mutex<Vec<Arc<Function>>>,
    /// The idle environments; the last one used is used again first.
    idle: Mutex<Vec<Arc<Function>>>,
    /// The maximum number of busy environments; waiting requests are served in order.
    turns: Semaphore,
}

/// A busy environment; dropping this makes it idle again.
struct Busy<'f> {
    fleet: &'f Fleet,
    function: Arc<Function>,
}

impl Fleet {
    /// Starts the first environment; there will never be more than `most`.
    pub(crate) async fn start(settings: Settings, most: usize) -> Result<Self, StartError> {
        let first = Arc::new(Function::start(settings.clone()).await?);
        let one = || Mutex::new(vec![Arc::clone(&first)]);
        Ok(Self { settings, all: one(), idle: one(), turns: Semaphore::new(most.max(1)), first })
    }

    /// Returns the environment that was started first.
    pub(crate) fn first(&self) -> &Function {
        &self.first
    }

    /// Hands an event to a free environment. As in Lambda, each handles one event at a time.
    pub(crate) async fn invoke(&self, event: Bytes) -> Result<Invoked, FleetError> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await;
        let idle = lock(&self.idle).pop();
        let function = match idle {
            Some(function) => function,
            None => self.start_another().await?,
        };
        let busy = Busy { fleet: self, function };
        Ok(busy.function.invoke(event).await?)
    }

    async fn start_another(&self) -> Result<Arc<Function>, StartError> {
        let function = Arc::new(Function::start(self.settings.clone()).await?);
        lock(&self.all).push(Arc::clone(&function));
        Ok(function)
    }

    /// Returns the number of environments that were started.
    pub(crate) fn size(&self) -> usize {
        lock(&self.all).len()
    }

    /// Ends all environments and returns their output, one after the other.
    pub(crate) async fn stop(&self) -> String {
        let all = lock(&self.all).clone();
        let mut output = String::new();
        for function in all {
            output.push_str(&function.stop().await);
        }
        output
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        lock(&self.fleet.idle).push(Arc::clone(&self.function));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::stack::{SHARED, service_event, settings};

    async fn tokens(fleet: &Fleet, at_once: usize) {
        let event = service_event(&[], SHARED.post.secret()).to_string();
        let answers = join_all((0..at_once).map(|_| fleet.invoke(event.clone().into()))).await;
        for answer in answers {
            let payload = String::from_utf8(answer.unwrap().payload.to_vec()).unwrap();
            assert!(payload.contains("access_token"), "{payload}");
        }
    }

    #[tokio::test]
    async fn whoever_finds_all_busy_gets_another_one_until_there_are_enough() {
        let fleet = Fleet::start(settings("token"), 3).await.unwrap();
        for _ in 0..3 {
            tokens(&fleet, 1).await;
        }
        assert_eq!(fleet.size(), 1, "one after the other needs one");
        tokens(&fleet, 2).await;
        assert_eq!(fleet.size(), 2);
        tokens(&fleet, 12).await;
        assert_eq!((fleet.size(), lock(&fleet.idle).len()), (3, 3));
        assert_eq!(fleet.stop().await.matches("service_token_issued").count(), 17);
    }

    #[tokio::test]
    async fn one_that_may_not_grow_serves_all_in_turn() {
        let fleet = Fleet::start(settings("token"), 1).await.unwrap();
        tokens(&fleet, 5).await;
        assert_eq!(fleet.size(), 1);
    }
}
