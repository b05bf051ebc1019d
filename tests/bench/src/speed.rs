//! How fast: the start, the first invocation, the warm ones; and what they use.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use lambda::{Function, Settings, event};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::flow::Flow;
use crate::place::Place;
use crate::times::{Times, microseconds};

/// So many invocations before any is measured.
const BEFORE: usize = 20;

/// Starts, and the first invocation of each.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Cold {
    /// From the start of the process to its first question for an invocation.
    pub init: Times,
    /// The first invocation.
    pub first: Times,
}

/// Many invocations of one process.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Warm {
    /// From the event's handing over to the answer.
    pub times: Times,
    /// Processor time of one invocation in the function's process; microseconds, the mean.
    pub cpu: f64,
    /// The most memory that the process ever had.
    pub peak_memory_kib: u64,
    /// Bytes of the log for one invocation, the mean; all in one line.
    pub log_bytes: f64,
    /// Bytes of one answer with its headers, as it leaves the gateway, the mean.
    pub answer_bytes: f64,
}

/// Starts a function `starts` times, with these settings, and asks each once.
///
/// # Errors
/// When it does not start, or answers wrongly.
pub async fn cold(place: &Place, flow: &Flow, (settings, starts): (Settings, usize)) -> Result<Cold, Failure> {
    let mut source = flow.source(place, starts.min(100)).await?;
    let (mut inits, mut firsts) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let event = source.next().await?;
        let function = Function::start(settings.clone()).await?;
        let invoked = function.invoke(event).await?;
        source.answered(&invoked.payload)?;
        inits.push(function.started_in());
        firsts.push(invoked.took);
        function.stop().await;
    }
    Ok(Cold { init: Times::of(inits), first: Times::of(firsts) })
}

/// Asks one process `requests` times.
///
/// # Errors
/// When it does not start, or answers wrongly.
pub async fn warm(place: &Place, flow: &Flow, requests: usize) -> Result<Warm, Failure> {
    let mut source = flow.source(place, requests.min(100)).await?;
    let mut asked = Asked::start(place.settings(flow.function, None)?).await?;
    for number in 0..BEFORE + requests {
        if number == BEFORE {
            asked.forget().await?;
        }
        let event = source.next().await?;
        let payload = asked.ask(event).await?;
        source.answered(&payload)?;
    }
    asked.sum().await
}

/// The same for the smallest function: what the harness and `lambda_http` take together.
///
/// # Errors
/// When it does not start.
pub async fn floor(place: &Place, (starts, requests): (usize, usize)) -> Result<(Cold, Warm), Failure> {
    let flow = Flow::ALL.into_iter().next().ok_or("no flow")?;
    let event = flow.source(place, 1).await?.next().await?;
    let (mut inits, mut firsts) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let function = Function::start(place.floor()?).await?;
        firsts.push(function.invoke(event.clone()).await?.took);
        inits.push(function.started_in());
        function.stop().await;
    }
    let mut asked = Asked::start(place.floor()?).await?;
    for _ in 0..BEFORE {
        asked.ask(event.clone()).await?;
    }
    asked.forget().await?;
    for _ in 0..requests {
        asked.ask(event.clone()).await?;
    }
    Ok((Cold { init: Times::of(inits), first: Times::of(firsts) }, asked.sum().await?))
}

/// A process, and how long it took each time.
struct Asked {
    function: Function,
    times: Vec<Duration>,
    answer_bytes: usize,
    processor_before: Duration,
    log_before: usize,
}

impl Asked {
    async fn start(settings: Settings) -> Result<Self, Failure> {
        let function = Function::start(settings).await?;
        Ok(Self { function, times: Vec::new(), answer_bytes: 0, processor_before: Duration::ZERO, log_before: 0 })
    }

    async fn ask(&mut self, event: Bytes) -> Result<Bytes, Failure> {
        let invoked = self.function.invoke(event).await?;
        self.times.push(invoked.took);
        self.answer_bytes += bytes_of(&event::to_response(&invoked.payload)?);
        Ok(invoked.payload)
    }

    async fn forget(&mut self) -> Result<(), Failure> {
        self.function.idle().await;
        self.times.clear();
        self.answer_bytes = 0;
        self.log_before = self.function.output().await.len();
        self.processor_before = self.function.usage()?.processor;
        Ok(())
    }

    async fn sum(self) -> Result<Warm, Failure> {
        self.function.idle().await;
        let usage = self.function.usage()?;
        let used = usage.processor.saturating_sub(self.processor_before);
        let count = f64::from(u32::try_from(self.times.len().max(1))?);
        let each = |bytes: usize| u32::try_from(bytes).map(|bytes| f64::from(bytes) / count);
        let logged = self.function.output().await.len().saturating_sub(self.log_before);
        Ok(Warm {
            times: Times::of(self.times),
            cpu: microseconds(used) / count,
            peak_memory_kib: usage.peak_memory,
            log_bytes: each(logged)?,
            answer_bytes: each(self.answer_bytes)?,
        })
    }
}

/// The length of an answer as HTTP/1.1 writes it.
fn bytes_of(response: &Response<Bytes>) -> usize {
    let headers = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    "HTTP/1.1 200 OK\r\n\r\n".len() + headers.sum::<usize>() + response.body().len()
}
