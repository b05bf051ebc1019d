//! The requests of an honest client: after a 503 it sends the request again, once the time in the answer has passed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness::{Ask, Reply};
use tokio::time::{Instant, sleep};

/// The number of consecutive 503s after which a client counts as locked out.
const PATIENCE: usize = 30;

/// The counts of all callers together.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) requests: Count,
    pub(crate) unavailable: Count,
    pub(crate) refreshes: Count,
    pub(crate) revocations: Count,
    /// The codes that were spent by a request that was answered with 503.
    pub(crate) lost_codes: Count,
    /// The second uses of a code, after which the grant was revoked.
    pub(crate) replays: Count,
    /// The uses of an old refresh token, after which the grant was revoked.
    pub(crate) reuses: Count,
    /// The uses of a code or token of another client.
    pub(crate) thefts: Count,
    pub(crate) sign_ins: Count,
    pub(crate) sign_outs: Count,
    /// The commands that ended sessions.
    pub(crate) commands: Count,
    /// The requests during an event that came before it.
    pub(crate) ahead: Count,
    /// The requests during an event that were refused because of it.
    pub(crate) behind: Count,
    /// The authorization requests during an event that got no code.
    pub(crate) without_code: Count,
    /// The requests of devices that brought no tokens: they were denied, or the answer with the tokens was lost.
    pub(crate) without_tokens: Count,
    /// The tokens that an API exchanged.
    pub(crate) exchanges: Count,
    /// The grants before an event that signed a person in, beside those of the plans.
    pub(crate) extra: Count,
    /// The consents that were not remembered because the store did not answer.
    pub(crate) forgotten: Count,
    slowest_in_micros: AtomicU64,
}

/// A counter that many callers share.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

/// An answer, and the number of 503s that came before it.
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
    /// The longest time that a caller waited for one answer.
    pub(crate) fn slowest(&self) -> Duration {
        Duration::from_micros(self.slowest_in_micros.load(Ordering::Relaxed))
    }

    /// Sends a request until it gets an answer other than 503.
    pub(crate) async fn ask(&self, ask: &Ask) -> Told {
        self.until_known(async || ask.clone().send().await).await
    }

    /// Calls `send` until the answer is not 503.
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
