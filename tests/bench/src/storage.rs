//! Measures the store traffic of a warm request, and its latency when the store is far away.

use std::time::Duration;

use harness::CountingProxy;
use lambda::Function;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::flow::{Flow, Source};
use crate::place::Place;
use crate::times::Times;

/// The number of requests that fill the caches before counting begins.
const BEFORE: usize = 4;

/// The store traffic of one warm request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// The number of calls to the store.
    pub round_trips: u64,
    /// The bytes sent to the store on the wire, including the HTTP headers: the maximum over all requests.
    pub sent: u64,
    /// The bytes received from the store, counted likewise.
    pub received: u64,
}

/// The latencies of a flow at one distance of the store.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Distant {
    /// The delay added to each answer of the store, in milliseconds.
    pub delay_ms: u64,
    /// The duration of an invocation.
    pub times: Times,
}

/// A function whose store is behind a proxy.
struct Watched<'p> {
    proxy: CountingProxy,
    function: Function,
    source: Source<'p>,
}

/// Measures the store traffic of warm requests: the maximum over `requests` of them.
///
/// # Errors
/// If the function gives a wrong answer.
pub async fn storage(place: &Place, flow: &Flow, requests: usize) -> Result<Storage, Failure> {
    let mut watched = Watched::start(place, flow, requests).await?;
    let mut most = Storage::default();
    for _ in 0..requests {
        let event = watched.source.next().await?;
        watched.proxy.reset();
        watched.answer(event).await?;
        let traffic = watched.proxy.traffic();
        most.round_trips = most.round_trips.max(traffic.calls as u64);
        most.sent = most.sent.max(traffic.sent as u64);
        most.received = most.received.max(traffic.received as u64);
    }
    Ok(most)
}

/// Lists the store calls of one warm request as text.
///
/// # Errors
/// If the function gives a wrong answer.
pub async fn calls(place: &Place, flow: &Flow) -> Result<String, Failure> {
    let mut watched = Watched::start(place, flow, 1).await?;
    let event = watched.source.next().await?;
    watched.proxy.reset();
    watched.answer(event).await?;
    Ok(format!("{:?}: {:?}", watched.proxy.calls(), watched.proxy.traffic()))
}

/// Measures the latencies of `requests` warm requests with the store at each distance.
///
/// # Errors
/// If the function gives a wrong answer.
pub async fn at_distances(
    place: &Place,
    flow: &Flow,
    (delays_ms, requests): (&[u64], usize),
) -> Result<Vec<Distant>, Failure> {
    let mut watched = Watched::start(place, flow, requests.min(100)).await?;
    let mut all = Vec::new();
    for &delay_ms in delays_ms {
        watched.proxy.set_distance(Duration::from_millis(delay_ms));
        let mut times = Vec::with_capacity(requests);
        for _ in 0..requests {
            let event = watched.source.next().await?;
            times.push(watched.answer(event).await?);
        }
        watched.proxy.reset();
        all.push(Distant { delay_ms, times: Times::of(times) });
    }
    Ok(all)
}

impl<'p> Watched<'p> {
    async fn start(place: &'p Place, flow: &Flow, batch: usize) -> Result<Self, Failure> {
        let proxy = CountingProxy::to(&place.store());
        let function = Function::start(place.settings(flow.function, Some(&proxy.endpoint()))?).await?;
        let source = flow.source(place, batch).await?;
        let mut watched = Self { proxy, function, source };
        for _ in 0..BEFORE {
            let event = watched.source.next().await?;
            watched.answer(event).await?;
        }
        Ok(watched)
    }

    async fn answer(&mut self, event: bytes::Bytes) -> Result<Duration, Failure> {
        let invoked = self.function.invoke(event).await?;
        self.source.answered(&invoked.payload)?;
        Ok(invoked.took)
    }
}
