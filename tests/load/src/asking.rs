//! Requests of an honest client: what is not known is asked again, as late as the answer says.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness::{Ask, Reply};
use tokio::time::{Instant, sleep};

/// Whoever is told so often in a row that nothing is known is locked out.
const PATIENCE: usize = 30;

/// What all callers have counted together.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) requests: Count,
    pub(crate) unavailable: Count,
    pub(crate) refreshes: Count,
    pub(crate) revocations: Count,
    /// Codes that were spent by a request that was told 503.
    pub(crate) lost_codes: Count,
    /// Second uses of a code, after which the grant was over.
    pub(crate) replays: Count,
    /// Uses of an old refresh token, after which the grant was over.
    pub(crate) reuses: Count,
    /// Uses of a code or a token of another client.
    pub(crate) thefts: Count,
    slowest_in_micros: AtomicU64,
}

/// A number that many callers count up.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

/// An answer, and how often it was told before that nothing is known.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) reply: Reply,
    pub(crate) unknown: usize,
}

impl Count {
    pub(crate) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Figures {
    /// The longest that anybody waited for one answer.
    pub(crate) fn slowest(&self) -> Duration {
        Duration::from_micros(self.slowest_in_micros.load(Ordering::Relaxed))
    }

    /// Sends a request until there is an answer.
    pub(crate) async fn ask(&self, ask: &Ask) -> Told {
        self.until_known(async || ask.clone().send().await).await
    }

    /// Does it until it is not answered 503.
    pub(crate) async fn until_known(&self, mut send: impl AsyncFnMut() -> Reply) -> Told {
        for unknown in 0..PATIENCE {
            let began = Instant::now();
            let reply = send().await;
            self.note(began.elapsed());
            if reply.status != 503 {
                return Told { reply, unknown };
            }
            self.unavailable.up();
            let wait = reply.retry_after().unwrap_or_else(|| panic!("503 without Retry-After: {reply:?}"));
            sleep(Duration::from_secs(wait)).await;
        }
        panic!("locked out: told 503 {PATIENCE} times in a row")
    }

    fn note(&self, took: Duration) {
        self.requests.up();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.slowest_in_micros.fetch_max(micros, Ordering::Relaxed);
    }
}
