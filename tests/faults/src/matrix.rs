//! Every combination of flow, call and fault.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use harness::{Fault, Reply, Span};
use report::{IN_ALL, Section, milliseconds};
use tokio::time::{Instant, sleep};

use crate::place::Place;

static FLOWS: Section = Section::new(
    "3a-faults",
    "Every flow under every fault at every call to the store",
    &["flow", "calls", "runs", "answers that were neither right nor 503 with Retry-After", "longest answer"],
);
static FAULTS_MET: Section = Section::new(
    "3b-longest-answers",
    "The longest answer under each fault",
    &["fault", "at one call", "at a call and all after it"],
);
/// The calls, the runs and the longest answer over all flows.
static IN_ALL_FLOWS: Mutex<(usize, usize, Duration)> = Mutex::new((0, 0, Duration::ZERO));
static LONGEST: Mutex<BTreeMap<(Fault, Span), Duration>> = Mutex::new(BTreeMap::new());

/// The longest allowed answer: the wait that clients are told, plus the SDK's own limit, plus time for a busy
/// machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);

const FAULTS: [Fault; 13] = [
    Fault::Unsent,
    Fault::AnswerLost,
    Fault::Reset,
    Fault::HalfAnswer,
    Fault::Slow(Duration::from_millis(200)),
    Fault::Slow(Duration::from_secs(3)),
    Fault::Late(Duration::from_secs(3)),
    Fault::Throttled("ProvisionedThroughputExceededException"),
    Fault::Throttled("ThrottlingException"),
    Fault::FailedBefore,
    Fault::FailedAfter,
    Fault::WrongChecksum,
    Fault::ClockSkew,
];

/// The actions of a client, and its reaction to a failure.
pub(crate) trait Flow {
    /// The state that the flow needs.
    type Ready;

    /// Prepares the state without faults.
    async fn prepare(&self, place: &Place) -> Self::Ready;

    /// Sends the request under the fault.
    async fn act(&self, place: &Place, ready: &mut Self::Ready) -> Reply;

    /// Returns whether this is the answer without faults.
    fn is_right(&self, reply: &Reply) -> bool;

    /// Returns the right answer, or else the answer to a second request when the fault is over.
    async fn answered(&self, place: &Place, ready: &mut Self::Ready, right: Option<Reply>) -> Reply {
        match right {
            Some(reply) => reply,
            None => self.act(place, ready).await,
        }
    }

    /// Finishes the flow when the fault is over: acts as the client does after the right answer (`Some`) or after
    /// 503 (`None`), and checks the results.
    async fn settle(&self, place: &Place, ready: Self::Ready, right: Option<Reply>);
}

/// Runs a flow under every fault.
pub(crate) async fn under_every_fault(name: &str, flow: impl Flow) {
    let place = Place::start().await;
    let calls = calls_of(&place, &flow).await;
    assert!(calls > 0, "{name} asks nothing of the store");
    let (mut runs, mut longest) = (0, Duration::ZERO);
    for fault in FAULTS {
        for span in [Span::Once, Span::Always] {
            for call in 0..calls {
                let took = run(&place, &flow, call, fault, span).await;
                let took = took.unwrap_or_else(|wrong| panic!("{name}, call {call}, {fault:?} {span:?}: {wrong}"));
                met(fault, span, took);
                longest = took.max(longest);
                runs += 1;
            }
        }
    }
    FLOWS.tell(name, &[&calls, &runs, &0, &milliseconds(longest)]);
    let mut all = IN_ALL_FLOWS.lock().unwrap_or_else(PoisonError::into_inner);
    *all = (all.0 + calls, all.1 + runs, all.2.max(longest));
    FLOWS.tell(IN_ALL, &[&all.0, &all.1, &0, &milliseconds(all.2)]);
}

/// Records the longest answer under a fault, over all flows.
fn met(fault: Fault, span: Span, took: Duration) {
    let mut longest = LONGEST.lock().unwrap_or_else(PoisonError::into_inner);
    let known = longest.entry((fault, span)).or_default();
    if took > *known {
        *known = took;
        let of = |span| longest.get(&(fault, span)).copied().map_or_else(String::new, milliseconds);
        FAULTS_MET.tell(&format!("{fault:?}"), &[&of(Span::Once), &of(Span::Always)]);
    }
}

/// Counts the calls that a flow makes without faults.
async fn calls_of<F: Flow>(place: &Place, flow: &F) -> usize {
    let mut calls = 0;
    // The first run also reads registrations and keys.
    for _ in 0..2 {
        let mut ready = flow.prepare(place).await;
        place.proxy.reset();
        let reply = flow.act(place, &mut ready).await;
        calls = place.proxy.calls().len();
        assert!(flow.is_right(&reply), "while all is well: {reply:?}");
        flow.settle(place, ready, Some(reply)).await;
    }
    calls
}

async fn run<F: Flow>(place: &Place, flow: &F, call: usize, fault: Fault, span: Span) -> Result<Duration, String> {
    let mut ready = flow.prepare(place).await;
    place.proxy.break_call(call, fault, span);
    let began = Instant::now();
    let reply = flow.act(place, &mut ready).await;
    let took = began.elapsed();
    place.proxy.heal();
    if took > PATIENCE {
        return Err(format!("it took {took:?}"));
    }
    if flow.is_right(&reply) {
        flow.settle(place, ready, Some(reply)).await;
        return Ok(took);
    }
    let (503, Some(wait)) = (reply.status, reply.retry_after()) else { return Err(format!("{reply:?}")) };
    if span == Span::Once && is_sent_again(fault) {
        return Err(format!("the SDK did not send again: {reply:?}"));
    }
    // After a quick 503 the client may retry at once. After a slow one it waits as told: even this longest path must
    // work.
    if took > Duration::from_secs(1) {
        sleep(Duration::from_secs(wait)).await;
    }
    flow.settle(place, ready, None).await;
    Ok(took)
}

/// Returns whether the SDK sends a call again after this fault.
fn is_sent_again(fault: Fault) -> bool {
    !matches!(fault, Fault::ClockSkew | Fault::WrongChecksum)
}
