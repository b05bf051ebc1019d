//! Measures the functions beside those of an earlier version, in one run: starts and invocations of both alternate, so
//! that anything else the machine does affects both alike.

use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::Stack;
use lambda::Settings;

use crate::Failure;
use crate::flow::Flow;
use crate::place::Place;
use crate::speed::{BEFORE, Cold, Process, Warm, start};
use crate::table::{Table, ms};
use crate::times::Times;

/// The binaries to compare, and the numbers of measurements to take.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The directory with the function binaries of the earlier version.
    pub before: PathBuf,
    /// The directory with the function binaries of this version.
    pub now: PathBuf,
    /// The number of starts of each flow in each version.
    pub starts: usize,
    /// The number of warm invocations of each flow in each version.
    pub requests: usize,
}

/// A figure of the earlier version, and of this one.
#[derive(Clone, Copy, Debug, Default)]
struct Pair<T> {
    before: T,
    now: T,
}

impl<T> Pair<T> {
    fn map<U>(self, convert: impl Fn(T) -> U) -> Pair<U> {
        Pair { before: convert(self.before), now: convert(self.now) }
    }
}

/// Measures all flows in both versions, and returns a table of the results. A flow that the earlier version does not answer
/// is named, and left out.
///
/// # Errors
/// If a function of this version does not start, or gives a wrong answer; or one of the earlier version after its first
/// right one.
pub async fn beside(extent: &Extent) -> Result<String, Failure> {
    let place = Place::on(Stack::start(), extent.now.clone())?;
    let mut table = Table::new("Beside an earlier version", &["flow", "init", "first", "warm", "processor"])
        .about("Medians in milliseconds, processor time as the mean: the earlier version → this version.");
    for flow in Flow::ALL {
        let settings = settings(&place, &flow, extent)?;
        if let Err(failure) = is_answered(&place, &flow, &settings.before).await {
            println!("{}: left out, the earlier version does not answer it ({failure:.200})", flow.name);
            continue;
        }
        let cold = cold(&place, &flow, (settings.clone(), extent.starts)).await?;
        let warm = warm(&place, &flow, (settings, extent.requests)).await?;
        let cells = [
            told(cold.map(|cold| cold.init.median)),
            told(cold.map(|cold| cold.first.median)),
            told(warm.map(|warm| warm.times.median)),
            told(warm.map(|warm| warm.cpu)),
        ];
        println!("{}: {}", flow.name, cells.join(", "));
        table.row(std::iter::once(flow.name.to_owned()).chain(cells).collect());
    }
    Ok(table.markdown())
}

fn settings(place: &Place, flow: &Flow, extent: &Extent) -> Result<Pair<Settings>, Failure> {
    let usual = place.settings(flow.function, None)?;
    let of = |binaries: &Path| Settings { binary: binaries.join(flow.function), ..usual.clone() };
    Ok(Pair { before: of(&extent.before), now: of(&extent.now) })
}

/// Starts a function, and checks its answer to one request.
async fn is_answered(place: &Place, flow: &Flow, settings: &Settings) -> Result<(), Failure> {
    let mut source = flow.source(place, 1).await?;
    start(settings.clone(), &mut source).await.map(drop)
}

async fn cold(place: &Place, flow: &Flow, (settings, starts): (Pair<Settings>, usize)) -> Result<Pair<Cold>, Failure> {
    let mut source = flow.source(place, (2 * starts).min(100)).await?;
    let (mut inits, mut firsts) = (Pair::<Vec<Duration>>::default(), Pair::<Vec<Duration>>::default());
    for _ in 0..starts {
        for (settings, inits, firsts) in [
            (&settings.before, &mut inits.before, &mut firsts.before),
            (&settings.now, &mut inits.now, &mut firsts.now),
        ] {
            let (init, first) = start(settings.clone(), &mut source).await?;
            inits.push(init);
            firsts.push(first);
        }
    }
    let (inits, firsts) = (inits.map(Times::of), firsts.map(Times::of));
    let of = |init, first| Cold { init, first };
    Ok(Pair { before: of(inits.before, firsts.before), now: of(inits.now, firsts.now) })
}

async fn warm(
    place: &Place,
    flow: &Flow,
    (settings, requests): (Pair<Settings>, usize),
) -> Result<Pair<Warm>, Failure> {
    let mut source = flow.source(place, (2 * requests).min(100)).await?;
    let mut before = Process::start(settings.before).await?;
    let mut now = Process::start(settings.now).await?;
    for number in 0..BEFORE + requests {
        for process in [&mut before, &mut now] {
            if number == BEFORE {
                process.forget().await?;
            }
            let payload = process.ask(source.next().await?).await?;
            source.answered(&payload)?;
        }
    }
    Ok(Pair { before: before.sum().await?, now: now.sum().await? })
}

/// Formats two times, with the difference in percent.
fn told(microseconds: Pair<f64>) -> String {
    let Pair { before, now } = microseconds;
    let percent = if before > 0.0 { (now / before - 1.0) * 100.0 } else { 0.0 };
    format!("{} → {} ({percent:+.0} %)", ms(before), ms(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_times_are_told_with_their_difference() {
        assert_eq!(told(Pair { before: 2_000.0, now: 1_500.0 }), "2.00 → 1.50 (-25 %)");
        assert_eq!(told(Pair { before: 0.0, now: 1_500.0 }), "0 → 1.50 (+0 %)");
    }
}
