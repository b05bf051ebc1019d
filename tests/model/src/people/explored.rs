//! The shipped rules: no violation is found, and every possible verdict is reached.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stateright::report::{ReportData, ReportDiscovery, Reporter};
use stateright::{Checker, HasDiscoveries, Model};

use report::{IN_ALL, Section, depth};

use crate::people::bounds::{Bounds, explored, wide};
use crate::people::properties::{invariants, sights};
use crate::people::run::Everybody;
use crate::people::twin::Twin;

static SECTION: Section = Section::new(
    "1d-people",
    "The model of people: every order of their steps, and of operators' and apps'",
    &["exploration", "states", "steps", "longest way", "seconds"],
);

static PROPERTIES: Section = Section::new(
    "1e-people-properties",
    "What the model of people looks for",
    &["property", "in all explorations together"],
);

/// The result of one exploration.
#[derive(Default)]
struct Explored {
    states: usize,
    steps: usize,
    depth: usize,
    time: Duration,
    found: BTreeMap<&'static str, String>,
}

impl Reporter<Everybody> for Explored {
    fn report_checking(&mut self, data: ReportData) {
        (self.states, self.steps) = (data.unique_states, data.total_states);
        (self.depth, self.time) = (data.max_depth, data.duration);
    }

    fn report_discoveries(&mut self, _: &Everybody, found: BTreeMap<&'static str, ReportDiscovery<Everybody>>) {
        let trace = |(name, seen): (_, ReportDiscovery<Everybody>)| (name, format!("{:#?}", seen.path.into_actions()));
        self.found = found.into_iter().map(trace).collect();
    }

    fn delay(&self) -> Duration {
        Duration::from_millis(5)
    }
}

impl Explored {
    fn of(bounds: Bounds) -> Self {
        let mut explored = Self::default();
        let checker = Everybody::new(Twin::Real, bounds).checker().finish_when(HasDiscoveries::AnyFailures);
        checker.spawn_bfs().join_and_report(&mut explored);
        explored
    }
}

impl Explored {
    fn tell(&self, name: &str) {
        let seconds = format!("{:.2}", self.time.as_secs_f64());
        SECTION.tell(name, &[&self.states, &self.steps, &self.depth, &seconds]);
    }

    fn and(&self, other: &Self) -> Self {
        let (states, steps, time) = (self.states + other.states, self.steps + other.steps, self.time + other.time);
        Self { states, steps, time, depth: self.depth.max(other.depth), found: BTreeMap::new() }
    }
}

/// Runs each exploration, reports its result, and returns the sights that were reached.
fn nothing_is_found_in(explorations: Vec<(&'static str, Bounds)>) -> BTreeSet<&'static str> {
    let (mut seen, mut all) = (BTreeSet::new(), Explored::default());
    for (name, bounds) in explorations {
        let explored = Explored::of(bounds);
        explored.tell(name);
        for invariant in invariants() {
            assert_eq!(explored.found.get(invariant), None, "{name}: {invariant}");
        }
        all = all.and(&explored);
        seen.extend(explored.found.into_keys());
    }
    all.tell(IN_ALL);
    seen
}

/// The long run includes the wider bounds.
#[test]
fn nothing_is_found_against_the_rules_and_everything_they_say_is_said() {
    let explorations = explored().into_iter().chain(depth(Vec::new(), wide()));
    let seen = nothing_is_found_in(explorations.collect());
    let unseen: Vec<&str> = sights().filter(|sight| !seen.contains(sight)).collect();
    assert_eq!(unseen, [""; 0]);
    for invariant in invariants() {
        PROPERTIES.tell(invariant, &[&"always held"]);
    }
    for sight in sights() {
        PROPERTIES.tell(sight, &[&"was seen"]);
    }
}
