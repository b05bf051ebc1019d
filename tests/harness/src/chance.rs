//! Random faults that a seed reproduces: the fault of a call follows from the seed and the number of the call.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use report::Random;
use tokio::sync::watch;

use crate::faults::Fault;

/// The number of consecutive calls in a stretch.
const STRETCH: u64 = 100;
/// One in this many stretches is bad.
const BAD_TIMES: u64 = 32;
/// The factor by which faults are more frequent in a bad stretch than overall: with [`BAD_TIMES`], half of all faults
/// happen there.
const IN_BAD_TIMES: usize = 16;

/// The number of calls, and the faults among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of all calls.
    pub calls: u64,
    /// The number of calls that failed, by the kind of fault.
    pub faults: BTreeMap<String, u64>,
}

/// Chooses the fault of each call.
pub(crate) struct Chance {
    seed: u64,
    /// The number of calls in a thousand that get a fault.
    share: usize,
    tally: Mutex<Tally>,
    under_way: watch::Sender<usize>,
}

/// A call in progress; the calls do not count as settled until this is dropped.
pub(crate) struct UnderWay(watch::Sender<usize>);

impl Chance {
    pub(crate) fn new(seed: u64, share: usize) -> Self {
        Self { seed, share, tally: Mutex::default(), under_way: watch::Sender::new(0) }
    }

    /// The fault of the call that has just arrived.
    pub(crate) fn next(&self) -> Option<Fault> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = fault(self.seed, self.share, tally.calls);
        tally.calls += 1;
        if let Some(fault) = fault {
            *tally.faults.entry(format!("{fault:?}")).or_default() += 1;
        }
        fault
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn begin(&self) -> UnderWay {
        self.under_way.send_modify(|calls| *calls += 1);
        UnderWay(self.under_way.clone())
    }

    /// Waits until no call is in progress.
    pub(crate) async fn settled(&self) {
        // The sender lives as long as `self`.
        drop(self.under_way.subscribe().wait_for(|calls| *calls == 0).await);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls -= 1);
    }
}

/// The fault of the call with this number, if it gets one. Half of the faults are isolated, and the SDK recovers from
/// them. The other half come in bad stretches, in which most calls fail for a while; then callers get a 503.
fn fault(seed: u64, share: usize, number: u64) -> Option<Fault> {
    let stretch = number / STRETCH;
    let bad_time = Random::of(!seed, stretch / BAD_TIMES).number() % BAD_TIMES;
    let mut random = Random::of(seed, number);
    let share = if stretch % BAD_TIMES == bad_time { share * IN_BAD_TIMES } else { share / 2 };
    (random.below(1000) < share).then(|| kind(&mut random))
}

/// Chooses one of all faults; those that cost the caller a timeout are rare. A wrong clock is not among them, because
/// the SDK would correct its own permanently.
fn kind(random: &mut Random) -> Fault {
    match random.below(100) {
        0 => Fault::Slow(Duration::from_secs(1)),
        1 => Fault::Late(Duration::from_secs(1)),
        2..13 => Fault::Slow(Duration::from_millis(50)),
        13..24 => Fault::AnswerLost,
        24..35 => Fault::Reset,
        35..46 => Fault::HalfAnswer,
        46..53 => Fault::Throttled("ProvisionedThroughputExceededException"),
        53..60 => Fault::Throttled("ThrottlingException"),
        60..70 => Fault::FailedBefore,
        70..80 => Fault::FailedAfter,
        80..90 => Fault::Unsent,
        _ => Fault::WrongChecksum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLS: u64 = 1_000_000;

    #[test]
    fn as_many_calls_go_wrong_as_were_asked_for_half_of_them_in_bad_times() {
        let (mut all, mut in_bad_times) = (0, 0);
        for stretch in 0..CALLS / STRETCH {
            let wrong = (0..STRETCH).filter(|call| fault(7, 50, stretch * STRETCH + call).is_some()).count() as u64;
            all += wrong;
            in_bad_times += if wrong > STRETCH / 3 { wrong } else { 0 };
        }
        assert!((45_000..55_000).contains(&all), "{all}");
        assert!((all * 2 / 5..all * 3 / 5).contains(&in_bad_times), "{in_bad_times} of {all}");
    }

    #[test]
    fn a_seed_repeats_and_every_kind_comes() {
        let draw = |seed| (0..10_000).map(|call| fault(seed, 50, call)).collect::<Vec<_>>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let chance = Chance::new(1, 50);
        let faults: Vec<Option<Fault>> = (0..10_000).map(|_| chance.next()).collect();
        assert_eq!(faults, draw(1));
        let tally = chance.tally();
        assert_eq!((tally.calls, tally.faults.len()), (10_000, 12), "{tally:?}");
        assert_eq!(tally.faults.values().sum::<u64>(), faults.iter().flatten().count() as u64);
    }

    #[tokio::test]
    async fn it_is_settled_when_the_last_call_is_done() {
        let chance = Chance::new(1, 0);
        let (one, two) = (chance.begin(), chance.begin());
        drop(one);
        tokio::select! {
            biased;
            () = chance.settled() => panic!("a call is being done"),
            () = std::future::ready(()) => {}
        }
        drop(two);
        chance.settled().await;
    }
}
