//! Each broken twin is caught by the property that is meant to catch it.

use std::collections::BTreeSet;

use report::Section;
use stateright::{Checker, HasDiscoveries, Model};

use crate::ask::{Ask, Who};
use crate::bounds::{Bounds, CODE_KEYLESS, CODE_STRANGER, CODE_THIEF, OLD_TOKEN, Start, TOKEN_KEYLESS, TOKEN_STRANGER};
use crate::properties::*;
use crate::run::{Action, Callers};
use crate::twin::Twin;

static SECTION: Section = Section::new(
    "1c-twins",
    "Broken twins of the rules, each caught",
    &["what is broken: what fails, with whom beside the honest client", "from", "steps of a shortest way"],
);

/// The number of steps that suffice to catch every twin.
const STEPS: usize = 10;

type Row = (Twin, Start, &'static [Ask], &'static str);

const ROWS: &[Row] = &[
    (Twin::UnconditionalWrite, Start::Code, &[CODE_THIEF], REDEEMED_ONCE),
    (Twin::UnconditionalWrite, Start::Tokens, &[OLD_TOKEN], ONE_GENERATION),
    (Twin::UnconditionalWrite, Start::Tokens, &[Ask::End], NOTHING_AFTER_REVOCATION),
    (Twin::UnconditionalWrite, Start::Code, &[Ask::End], REVOKED_FOR_EVER),
    (Twin::UnconditionalWrite, Start::Code, &[CODE_STRANGER], STRANGERS_CHANGE_NOTHING),
    (Twin::UnconditionalWrite, Start::Form, &[], ONE_GRANT_A_FORM),
    (Twin::UnconditionalWrite, Start::Pushed, &[], ONE_GRANT_A_FORM),
    (Twin::UnconditionalWrite, Start::Pushed, &[Ask::Deny], REVOKED_FOR_EVER),
    (Twin::UnconditionalWrite, Start::Code, &[], NOTHING_FOR_THE_EXPIRED),
    (Twin::TimestampForCounter, Start::Tokens, &[OLD_TOKEN], ONE_GENERATION),
    (Twin::ReplayBeforeClient, Start::Code, &[CODE_STRANGER], STRANGERS_CHANGE_NOTHING),
    (Twin::ReplayBeforeClient, Start::Tokens, &[TOKEN_STRANGER], STRANGERS_CHANGE_NOTHING),
    (Twin::ReplayBeforeClient, Start::Code, &[CODE_STRANGER], NEVER_LOCKED_OUT),
    (Twin::NoAttempt, Start::Code, &[], NEVER_LOCKED_OUT),
    (Twin::RefusalBeforeRevocation, Start::Code, &[CODE_THIEF], TOLD_ONCE_WRITTEN),
    (Twin::AnyClient, Start::Tokens, &[TOKEN_STRANGER], STRANGERS_CHANGE_NOTHING),
    (Twin::AnyClient, Start::Tokens, &[Ask::Revoke(Who::Other)], STRANGERS_CHANGE_NOTHING),
    (Twin::AnyKey, Start::Code, &[CODE_KEYLESS], STRANGERS_CHANGE_NOTHING),
    (Twin::AnyKey, Start::Tokens, &[TOKEN_KEYLESS], STRANGERS_CHANGE_NOTHING),
    (Twin::ReplayBeforeClient, Start::Code, &[CODE_KEYLESS], NEVER_LOCKED_OUT),
    (Twin::NoWindow, Start::Tokens, &[], NEVER_LOCKED_OUT),
    (Twin::EndlessWindow, Start::Tokens, &[OLD_TOKEN], REUSE_REVOKES),
    (Twin::UnknownIsNo, Start::Tokens, &[], NEVER_LOCKED_OUT),
    (Twin::RevokedIsNotTheEnd, Start::Code, &[Ask::End], REVOKED_FOR_EVER),
    (Twin::RevokedIsNotTheEnd, Start::Code, &[Ask::End], NOTHING_AFTER_REVOCATION),
    (Twin::RefreshProlongs, Start::Tokens, &[], ONLY_THE_STAGE),
    (Twin::TokenIsBelieved, Start::Tokens, &[Ask::End], REVOKED_IS_INACTIVE),
];

/// The steps of a shortest path that violates `property`.
fn shortest(twin: Twin, bounds: &Bounds, property: &'static str) -> Option<Vec<Action>> {
    (1..=STEPS).find_map(|steps| {
        let checker = Callers::twin(twin, bounds.clone()).checker();
        let only = HasDiscoveries::AllOf(BTreeSet::from([property]));
        // The checker counts states, one more than steps, and does not examine the last.
        let checker = checker.target_max_depth(steps + 2).finish_when(only).spawn_bfs().join();
        checker.discovery(property).map(stateright::Path::into_actions)
    })
}

#[test]
fn each_broken_twin_is_caught_by_its_property_and_the_rules_are_not() {
    for (twin, start, strangers, property) in ROWS {
        let bounds = Bounds::new(*start, strangers.to_vec());
        let trace = shortest(*twin, &bounds, property);
        let trace = trace.unwrap_or_else(|| panic!("{twin:?} is not caught by {property:?}"));
        println!("{twin:?}: {trace:?}");
        let beside = if strangers.is_empty() { "nobody".to_owned() } else { format!("{strangers:?}") };
        SECTION.tell(&format!("{twin:?}: {property}, with {beside}"), &[&format!("{start:?}"), &trace.len()]);
        assert_eq!(shortest(Twin::Real, &bounds, property), None, "{property}");
    }
}

#[test]
fn each_property_is_seen_to_fail_on_a_twin() {
    let failed: BTreeSet<&str> = ROWS.iter().map(|(.., property)| *property).collect();
    assert_eq!(failed, invariants().collect());
}

#[test]
fn what_only_the_careless_do_can_end_their_grant() {
    let rows = [(Start::Code, REPEATED_CODE_ENDS), (Start::Tokens, LATE_ENDS), (Start::Tokens, HURRIED_ENDS)];
    for (start, limit) in rows {
        let careful = Bounds { honest: 3, ..Bounds::new(start, Vec::new()) };
        let careless = Bounds { careless: true, ..careful.clone() };
        let trace = shortest(Twin::Real, &careless, limit).unwrap();
        println!("{limit:?}, after {} steps: {trace:?}", trace.len());
        assert_eq!(shortest(Twin::Real, &careful, limit), None, "{limit}");
    }
}
