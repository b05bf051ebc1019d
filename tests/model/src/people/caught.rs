//! Each broken twin is caught by the property that is meant to catch it.

use std::collections::BTreeSet;

use report::Section;
use stateright::{Checker, HasDiscoveries, Model};

use crate::people::bounds::Request::{
    Allow, Authorize, ChangePassword, Create, Delete, Disable, Enable, Redeem, Refresh, Register, Rename, SetClaims,
    SetPassword, SignOut, Steal,
};
use crate::people::bounds::{Bounds, Request, ada};
use crate::people::properties::*;
use crate::people::run::{Action, Everybody};
use crate::people::twin::Twin;

static SECTION: Section = Section::new(
    "1f-people-twins",
    "Broken twins of the rules of people, each caught",
    &["what is broken: what fails", "by whom", "steps of a shortest way"],
);

/// The number of steps that suffice to catch every twin.
const STEPS: usize = 20;

const TOKENS: &[Request] = &[ada(0), Authorize(0), Redeem(0)];

type Row = (Twin, &'static [Request], &'static [&'static [Request]], &'static str);

const ROWS: &[Row] = &[
    (Twin::WholeItems, &[], &[&[Disable(0)], &[SetPassword(0, 1)]], NOTHING_UNDONE),
    (Twin::WholeItems, &[], &[&[Disable(0)], &[SetClaims(0, 1)]], NOTHING_UNDONE),
    (Twin::GrantIgnoresPerson, TOKENS, &[&[Refresh(0)], &[Disable(0)]], NOTHING_AFTER_THE_LOOK),
    (Twin::GrantIgnoresPerson, TOKENS, &[&[Refresh(0)], &[Delete(0)]], NOTHING_AFTER_THE_LOOK),
    (Twin::GrantIgnoresPerson, &[ada(0)], &[&[Authorize(0)], &[SetPassword(0, 1)]], NOTHING_AFTER_THE_LOOK),
    (Twin::LooksAtSignInOnly, TOKENS, &[&[Refresh(0)], &[Disable(0)]], NOTHING_AFTER_THE_COMMAND),
    (Twin::LooksAtSignInOnly, TOKENS, &[&[Refresh(0)], &[SignOut(0)]], SIGN_OUT_ENDS),
    (Twin::NoNextVersion, TOKENS, &[&[Refresh(0)], &[Disable(0), Enable(0)]], NOTHING_AFTER_THE_COMMAND),
    (Twin::NoNextVersion, &[], &[&[ada(0)], &[Disable(0), Enable(0)]], NOTHING_AFTER_THE_LOOK),
    (Twin::NameIsKey, &[], &[&[ada(0), Authorize(0)], &[Delete(0), Create(1, 0)]], OWNS_THE_NAME),
    (Twin::NameNotAsked, &[], &[&[ada(0)], &[Rename(0, 1)]], OWNS_THE_NAME),
    (Twin::LeavesOldSession, TOKENS, &[&[ada(0), SignOut(0)], &[Refresh(0)]], SIGN_OUT_ENDS),
    (Twin::LeavesOldSession, &[ada(0), Steal(0)], &[&[ada(0)], &[Authorize(2)]], OLD_COOKIE),
    (Twin::FormerMustOpen, TOKENS, &[&[ada(0), ada(0), SignOut(0)], &[Refresh(0)]], SIGN_OUT_ENDS),
    (Twin::RefusalEnds, &[ada(0)], &[&[ada(0)], &[ChangePassword(0, 0, 1)]], REFUSAL_ENDS_NOTHING),
    (Twin::TouchRevives, &[ada(0)], &[&[Authorize(0)], &[SignOut(0)]], ENDED_FOR_EVER),
    (Twin::TicketBindsRequestOnly, &[ada(0), Authorize(0)], &[&[Allow(0)], &[Register(1)]], AS_SHOWN),
];

/// The steps of a shortest path that violates `property`.
fn shortest(twin: Twin, bounds: &Bounds, property: &'static str) -> Option<Vec<Action>> {
    (1..=STEPS).find_map(|steps| {
        let checker = Everybody::new(twin, bounds.clone()).checker();
        let only = HasDiscoveries::AllOf(BTreeSet::from([property]));
        // The checker counts states, one more than steps, and does not examine the last.
        let checker = checker.target_max_depth(steps + 2).finish_when(only).spawn_bfs().join();
        checker.discovery(property).map(stateright::Path::into_actions)
    })
}

#[test]
fn each_broken_twin_of_people_is_caught_by_its_property_and_the_rules_are_not() {
    for (twin, before, agents, property) in ROWS {
        let bounds = Bounds::new(before, agents);
        let shows_page = matches!(twin, Twin::TicketBindsRequestOnly | Twin::NameIsKey);
        let bounds = if shows_page { bounds.with_page() } else { bounds };
        // A sign-in whose answer never reaches the browser, which keeps its former cookie.
        let lost = u8::from(*twin == Twin::FormerMustOpen);
        let bounds = Bounds { deaths: lost, repeats: lost, ..bounds };
        let trace = shortest(*twin, &bounds, property);
        let trace = trace.unwrap_or_else(|| panic!("{twin:?} is not caught by {property:?}"));
        println!("{twin:?}: {trace:?}");
        SECTION.tell(&format!("{twin:?}: {property}"), &[&format!("{agents:?}"), &trace.len()]);
        assert_eq!(shortest(Twin::Real, &bounds, property), None, "{property}");
    }
}

#[test]
fn each_property_of_people_is_seen_to_fail_on_a_twin() {
    let failed: BTreeSet<&str> = ROWS.iter().map(|(.., property)| *property).collect();
    assert_eq!(failed, invariants().collect());
}
