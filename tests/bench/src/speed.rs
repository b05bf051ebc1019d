//! Measures the time of a start, of the first invocation and of warm ones, and the resources they use.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use lambda::{Function, Settings, event};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::flow::{Flow, Source};
use crate::place::Place;
use crate::times::{Times, microseconds};

/// The number of warm-up invocations before the measured ones.
pub(crate) const BEFORE: usize = 20;

/// The times of starts, and of the first invocation after each.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Cold {
    /// The time from the start of the process to its first poll for an invocation.
    pub init: Times,
    /// The time of the first invocation.
    pub first: Times,
}

/// The figures of many invocations of one process.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Warm {
    /// The time from handing over the event to the answer.
    pub times: Times,
    /// The processor time of one invocation in the function's process: the mean, in microseconds.
    pub cpu: f64,
    /// The peak memory of the process, in KiB.
    pub peak_memory_kib: u64,
    /// The log output of one invocation: the mean, in bytes; it is all on one line.
    pub log_bytes: f64,
    /// The size of one answer with its headers as it leaves the gateway: the mean, in bytes.
    pub answer_bytes: f64,
}

/// Starts a function `starts` times with the given settings, and calls it once after each start.
///
/// # Errors
/// If the function does not start, or gives a wrong answer.
pub async fn cold(place: &Place, flow: &Flow, (settings, starts): (Settings, usize)) -> Result<Cold, Failure> {
    let mut source = flow.source(place, starts.min(100)).await?;
    let (mut inits, mut firsts) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let (init, first) = start(settings.clone(), &mut source).await?;
        inits.push(init);
        firsts.push(first);
    }
    Ok(Cold { init: Times::of(inits), first: Times::of(firsts) })
}

/// Starts a function, calls it once and stops it. Returns how long the start and the call took.
pub(crate) async fn start(settings: Settings, source: &mut Source<'_>) -> Result<(Duration, Duration), Failure> {
    let event = source.next().await?;
    let function = Function::start(settings).await?;
    let invoked = function.invoke(event).await?;
    source.answered(&invoked.payload)?;
    let took = (function.started_in(), invoked.took);
    function.stop().await;
    Ok(took)
}

/// Sends `requests` requests to one process.
///
/// # Errors
/// If the function does not start, or gives a wrong answer.
pub async fn warm(place: &Place, flow: &Flow, requests: usize) -> Result<Warm, Failure> {
    let mut source = flow.source(place, requests.min(100)).await?;
    let mut process = Process::start(place.settings(flow.function, None)?).await?;
    for number in 0..BEFORE + requests {
        if number == BEFORE {
            process.forget().await?;
        }
        let event = source.next().await?;
        let payload = process.ask(event).await?;
        source.answered(&payload)?;
    }
    process.sum().await
}

/// Measures the same for the smallest function: the overhead of the harness and `lambda_http` together.
///
/// # Errors
/// If the function does not start.
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
    let mut process = Process::start(place.floor()?).await?;
    for _ in 0..BEFORE {
        process.ask(event.clone()).await?;
    }
    process.forget().await?;
    for _ in 0..requests {
        process.ask(event.clone()).await?;
    }
    Ok((Cold { init: Times::of(inits), first: Times::of(firsts) }, process.sum().await?))
}

/// A process of a function, and the duration of each of its invocations.
pub(crate) struct Process {
    function: Function,
    times: Vec<Duration>,
    answer_bytes: usize,
    processor_before: Duration,
    log_before: usize,
}

impl Process {
    pub(crate) async fn start(settings: Settings) -> Result<Self, Failure> {
        let function = Function::start(settings).await?;
        Ok(Self { function, times: Vec::new(), answer_bytes: 0, processor_before: Duration::ZERO, log_before: 0 })
    }

    pub(crate) async fn ask(&mut self, event: Bytes) -> Result<Bytes, Failure> {
        let invoked = self.function.invoke(event).await?;
        self.times.push(invoked.took);
        self.answer_bytes += bytes_of(&event::to_response(&invoked.payload)?);
        Ok(invoked.payload)
    }

    pub(crate) async fn forget(&mut self) -> Result<(), Failure> {
        self.function.idle().await;
        self.times.clear();
        self.answer_bytes = 0;
        self.log_before = self.function.output().await.len();
        self.processor_before = self.function.usage()?.processor;
        Ok(())
    }

    pub(crate) async fn sum(self) -> Result<Warm, Failure> {
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

/// The length of an answer when written as HTTP/1.1.
fn bytes_of(response: &Response<Bytes>) -> usize {
    let headers = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    "HTTP/1.1 200 OK\r\n\r\n".len() + headers.sum::<usize>() + response.body().len()
}
