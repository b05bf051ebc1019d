//! Takes all measurements of the functions, one after another, so that each has the machine to itself.

use std::path::{Path, PathBuf};

use harness::Stack;

use crate::binary::{self, weigh};
use crate::flow::Flow;
use crate::place::Place;
use crate::results::{self, Floor, Function, Functions, Origin};
use crate::{Failure, crates, signature, speed, storage, valgrind};

/// The numbers of measurements to take.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The directory with the function binaries.
    pub binaries: PathBuf,
    /// The number of starts of each flow.
    pub starts: usize,
    /// The number of warm invocations of each flow; a quarter of it for flows that need a person.
    pub requests: usize,
    /// The number of warm invocations at each distance.
    pub distant: usize,
    /// The delays of the store's answers, in milliseconds.
    pub delays_ms: Vec<u64>,
    /// The number of requests under valgrind.
    pub counted: u64,
}

/// Takes all measurements of the functions.
///
/// # Errors
/// If a function does not start, or gives a wrong answer.
pub async fn functions(extent: &Extent) -> Result<Functions, Failure> {
    let place = Place::on(Stack::start(), extent.binaries.clone())?;
    let signatures = signature::all(extent.requests)?;
    let (cold, warm) = speed::floor(&place, (extent.starts, extent.requests)).await?;
    let floor = Floor { cold, warm, weight: weigh(&extent.binaries.join("examples/floor"))? };
    let mut flows = Vec::new();
    for flow in Flow::ALL {
        let measured = one(&place, &flow, extent).await?;
        println!("{}: {:?}, {:?}", flow.name, measured.cold, measured.warm);
        flows.push(measured);
    }
    let functions = weights(&extent.binaries)?;
    Ok(Functions { origin: Origin::here(&extent.binaries), signatures, floor, functions, flows })
}

async fn one(place: &Place, flow: &Flow, extent: &Extent) -> Result<results::Flow, Failure> {
    let requests = if flow.is_of_people() { extent.requests.div_ceil(4) } else { extent.requests };
    Ok(results::Flow {
        name: flow.name.to_owned(),
        function: flow.function.to_owned(),
        cold: speed::cold(place, flow, (place.settings(flow.function, None)?, extent.starts)).await?,
        warm: speed::warm(place, flow, requests).await?,
        storage: storage::storage(place, flow, 10).await?,
        distant: storage::at_distances(place, flow, (&extent.delays_ms, extent.distant)).await?,
        work: valgrind::work(place, flow, extent.counted).await?,
        memory: valgrind::memory(place, flow, extent.counted).await?,
    })
}

fn weights(binaries: &Path) -> Result<Vec<Function>, Failure> {
    let crates = crates::linked()?;
    let weigh = |name: String| {
        let crates = crates.get(&name).copied().unwrap_or_default();
        Ok(Function { weight: weigh(&binaries.join(&name))?, name, crates })
    };
    binary::functions()?.into_iter().map(weigh).collect()
}
