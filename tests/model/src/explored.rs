//! The rules as they ship: nothing is found against them, and everything they can say is said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stateright::report::{ReportData, ReportDiscovery, Reporter};
use stateright::{Checker, HasDiscoveries, Model};

use crate::bounds::{Bounds, explored, wide};
use crate::properties::{invariants, sights};
use crate::run::Callers;

/// What one exploration came to.
#[derive(Default)]
struct Explored {
    states: usize,
    steps: usize,
    depth: usize,
    time: Duration,
    found: BTreeMap<&'static str, String>,
}

impl Reporter<Callers> for Explored {
    fn report_checking(&mut self, data: ReportData) {
        (self.states, self.steps) = (data.unique_states, data.total_states);
        (self.depth, self.time) = (data.max_depth, data.duration);
    }

    fn report_discoveries(&mut self, _: &Callers, found: BTreeMap<&'static str, ReportDiscovery<Callers>>) {
        let trace = |(name, seen): (_, ReportDiscovery<Callers>)| (name, format!("{:#?}", seen.path.into_actions()));
        self.found = found.into_iter().map(trace).collect();
    }

    fn delay(&self) -> Duration {
        Duration::from_millis(5)
    }
}

impl Explored {
    fn of(bounds: Bounds) -> Self {
        let mut explored = Self::default();
        let checker = Callers::real(bounds).checker().finish_when(HasDiscoveries::AnyFailures);
        checker.spawn_bfs().join_and_report(&mut explored);
        explored
    }
}

/// Explores each, prints what it came to, and tells what was seen.
fn nothing_is_found_in(explorations: Vec<(&'static str, Bounds)>) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    let (mut states, mut steps, mut time) = (0, 0, Duration::ZERO);
    println!("{:>9} {:>10} {:>5} {:>7}", "states", "steps", "depth", "seconds");
    for (name, bounds) in explorations {
        let explored = Explored::of(bounds);
        let Explored { depth, time: seconds, .. } = explored;
        println!("{:>9} {:>10} {depth:>5} {:>7.2}  {name}", explored.states, explored.steps, seconds.as_secs_f64());
        for invariant in invariants() {
            assert_eq!(explored.found.get(invariant), None, "{name}: {invariant}");
        }
        (states, steps, time) = (states + explored.states, steps + explored.steps, time + seconds);
        seen.extend(explored.found.into_keys());
    }
    println!("{states:>9} {steps:>10} {:>5} {:>7.2}  in all", "", time.as_secs_f64());
    seen
}

#[test]
fn nothing_is_found_against_the_rules_and_everything_they_say_is_said() {
    let seen = nothing_is_found_in(explored());
    let unseen: Vec<&str> = sights().filter(|sight| !seen.contains(sight)).collect();
    assert_eq!(unseen, [""; 0]);
    println!("{} properties always held, {} were seen", invariants().count(), seen.len());
}

#[test]
#[ignore = "needs a minute or two: cargo test --release -p model -- --ignored --nocapture"]
fn nothing_is_found_against_the_rules_within_wider_bounds() {
    nothing_is_found_in(wide());
}
