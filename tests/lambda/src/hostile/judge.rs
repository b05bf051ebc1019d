//! The checks of every answer to hostile input: its class, its size, its cost, and the log.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::place::Place;
use crate::stack::CALLBACK;
use crate::{Function, InvokeError, Invoked, event};

/// The beginning of all hostile text; no log may contain it.
pub(super) const MARK: &str = "hostile-5eC7et";

/// The largest allowed answer: a page contains the request, at most 16 KiB, twice.
const MOST_ANSWER_BYTES: usize = 128 * 1024;
/// The most log output per request: one line for the request, and one for each event before the last.
const MOST_LOG_BYTES: usize = 2 * 1024;
const MEGABYTE: usize = 1024 * 1024;

/// The expected class of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// A 4xx answer with an OAuth error or a page, or an error redirected to the client.
    Refused,
    /// The same answer as without the hostile part.
    AsGood,
    /// Either of the two classes above.
    Answered,
    /// No request at all: a short report instead of an answer, or a refusal.
    NoRequest,
}

pub(super) struct Case {
    pub(super) name: String,
    pub(super) event: Bytes,
    pub(super) expect: Expect,
}

/// The results of the cases of one kind.
#[derive(Default)]
pub(super) struct Cost {
    pub(super) requests: usize,
    pub(super) processor: Duration,
    /// The peak memory in KiB above the idle process.
    pub(super) memory: u64,
    pub(super) largest_answer: usize,
    pub(super) faults: Vec<String>,
}

/// A process of a function that has answered a good request.
struct Standing<'a> {
    place: &'a Place,
    function: Function,
    good: Bytes,
    /// The memory of the idle process, in KiB.
    quiet: u64,
    /// The largest event so far, in bytes, because peak memory never falls.
    largest: usize,
}

/// Sends the cases to a new process of the function, with a good request after each.
pub(super) async fn judge(place: &Place, cases: Vec<Case>) -> Cost {
    let mut cost = Cost::default();
    let mut standing = Standing::start(place).await;
    for case in &cases {
        standing.largest = standing.largest.max(case.event.len());
        let before = (standing.function.usage().unwrap().processor, standing.function.output().await.len());
        if let Err(fault) = standing.withstands(case, before, &mut cost).await {
            cost.faults.push(format!("{}: {}: {fault:.700}", place.name, case.name));
            standing = Standing::start(place).await;
        }
        cost.requests += 1;
    }
    cost
}

impl<'a> Standing<'a> {
    async fn start(place: &'a Place) -> Self {
        let function = Function::start(place.settings()).await.unwrap();
        let good = place.good.0.event().to_string().into();
        let mut standing = Self { place, function, good, quiet: 0, largest: 0 };
        standing.lives_on().await.unwrap();
        standing.quiet = standing.function.usage().unwrap().peak_memory;
        standing
    }

    /// Checks one case; `before` is the processor time and the length of the output so far.
    async fn withstands(&self, case: &Case, before: (Duration, usize), cost: &mut Cost) -> Result<(), String> {
        let answer = answered(case, self.function.invoke(case.event.clone()).await)?;
        let output = self.function.output().await;
        let told = output.get(before.1..).unwrap_or_default();
        if told.len() > MOST_LOG_BYTES || told.contains(MARK) {
            return Err(format!("{} bytes in the log: {told}", told.len()));
        }
        // The cost includes the cleanup after the answer.
        self.lives_on().await?;
        let used = self.function.usage().map_err(|error| error.to_string())?;
        let (spent, memory) = (used.processor.saturating_sub(before.0), used.peak_memory - self.quiet);
        cost.processor = cost.processor.max(spent);
        cost.memory = cost.memory.max(memory);
        cost.largest_answer = cost.largest_answer.max(answer.len());
        let bytes = case.event.len();
        if spent > self.place.own + most_processor(bytes) {
            return Err(format!("{spent:?} of a processor for {bytes} bytes"));
        }
        let all = u64::from(self.place.settings().memory) * 1024;
        if memory > most_memory(self.largest) || 4 * used.peak_memory > all {
            return Err(format!("{memory} KiB more for {} bytes, {} KiB in all", self.largest, used.peak_memory));
        }
        self.is_right(case.expect, &answer)
    }

    async fn lives_on(&self) -> Result<(), String> {
        let invoked = self.function.invoke(self.good.clone()).await.map_err(|error| format!("afterwards: {error}"))?;
        let status = event::to_response(&invoked.payload).map_err(|error| error.to_string())?.status();
        (status == self.place.good.1).then_some(()).ok_or_else(|| format!("afterwards a good request gets {status}"))
    }

    fn is_right(&self, expect: Expect, answer: &Answer) -> Result<(), String> {
        let Answer::Response(payload) = answer else { return Ok(()) };
        let response = event::to_response(payload).map_err(|error| error.to_string())?;
        let (refused, as_good) = (is_refusal(&response), response.status().as_u16() == self.place.status);
        let right = match expect {
            Expect::Refused | Expect::NoRequest => refused,
            Expect::AsGood => as_good,
            Expect::Answered => refused || as_good,
        };
        right.then_some(()).ok_or_else(|| format!("not {expect:?}: {response:?}"))
    }
}

enum Answer {
    Response(Bytes),
    Report(String),
}

impl Answer {
    fn len(&self) -> usize {
        match self {
            Self::Response(payload) => payload.len(),
            Self::Report(report) => report.len(),
        }
    }
}

/// Returns the answer if it is valid and short enough.
fn answered(case: &Case, answer: Result<Invoked, InvokeError>) -> Result<Answer, String> {
    let (answer, most) = match answer {
        Ok(invoked) => (Answer::Response(invoked.payload), MOST_ANSWER_BYTES),
        Err(InvokeError::Failed(report)) if case.expect == Expect::NoRequest && !report.contains(MARK) => {
            (Answer::Report(report), MOST_LOG_BYTES)
        }
        Err(error) => return Err(error.to_string()),
    };
    if answer.len() <= most { Ok(answer) } else { Err(format!("an answer of {} bytes", answer.len())) }
}

/// Returns the limit of processor time; anything quadratic in the size exceeds it by far.
fn most_processor(bytes: usize) -> Duration {
    Duration::from_millis(60) + Duration::from_millis(80) * u32::try_from(bytes / MEGABYTE).unwrap()
}

/// Returns the memory limit in KiB: a small multiple of the event.
fn most_memory(bytes: usize) -> u64 {
    16 * 1024 + 12 * u64::try_from(bytes / 1024).unwrap()
}

fn is_refusal(response: &Response<Bytes>) -> bool {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if response.status() == 303 {
        let (location, again) = (header("location"), "/authorize?");
        return location.starts_with(CALLBACK) && location.contains("error=") || location.starts_with(again);
    }
    let body = String::from_utf8_lossy(response.body());
    let told = match header("content-type") {
        "application/json" => serde_json::from_str::<Value>(&body).is_ok_and(|body| body["error"].is_string()),
        // A request without a token gets a challenge without an error code (RFC 6750 §3.1).
        "" => response.status() == 401 && body.is_empty() && header("www-authenticate").starts_with("Bearer "),
        content_type => content_type.starts_with("text/html") && body.contains("</html>"),
    };
    response.status().is_client_error() && told
}
