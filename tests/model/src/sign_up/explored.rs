//! The shipped rules, in which no violation is found, and broken twins, in each of which one is.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

use crate::sign_up::{Ask, OLD_LINK, ONE_ACCOUNT, ONE_ADDRESS, ONE_NAME, Right, SignUps, Twin, WITHDRAWN, looks};

/// The explorations: everything that is asked for, each once and in any order.
fn explored(twin: Twin) -> Vec<SignUps> {
    use Ask::{Create, GiveUp, SignUp, Withdraw};
    use Right::{Invitation, Link};
    let of = |asks: Vec<Ask>| SignUps { twin, asks: asks.leak() };
    vec![
        // A link that is used twice, with one name and with two, and another link of the same address.
        of(vec![SignUp(Link(0), "ada"), SignUp(Link(0), "ada"), SignUp(Link(0), "bob")]),
        of(vec![SignUp(Link(0), "ada"), SignUp(Link(1), "ada"), SignUp(Link(1), "bob")]),
        // An invitation that is used twice, beside a link, and withdrawn meanwhile.
        of(vec![SignUp(Invitation, "ada"), SignUp(Invitation, "bob"), Withdraw]),
        of(vec![SignUp(Invitation, "ada"), SignUp(Link(0), "bob"), Withdraw]),
        // An operator who takes the name, or the address.
        of(vec![SignUp(Link(0), "ada"), Create("ada", false), SignUp(Invitation, "ada")]),
        of(vec![SignUp(Link(0), "ada"), Create("bob", true), SignUp(Link(1), "bob")]),
        // An address that is given up, with a link from before and one from after.
        of(vec![SignUp(Link(0), "ada"), GiveUp, SignUp(Link(0), "bob"), SignUp(Link(1), "bob")]),
        of(vec![SignUp(Invitation, "ada"), GiveUp, SignUp(Link(0), "bob"), SignUp(Link(1), "carl")]),
    ]
}

#[test]
fn c235_nothing_is_found_against_the_rules_of_sign_up_and_everything_they_say_is_said() {
    let mut seen = BTreeSet::new();
    for sign_ups in explored(Twin::Real) {
        let name = format!("{:?}", sign_ups.asks);
        let checker = sign_ups.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        for (property, path) in checker.discoveries() {
            let is_sight = looks::SOMETIMES.iter().any(|(sight, _)| *sight == property);
            assert!(is_sight, "{name}: {property}: {:?}", path.into_actions());
            seen.insert(property);
        }
        println!("{name}: {} states", checker.unique_state_count());
        assert!(checker.unique_state_count() > 100, "{name}");
    }
    let unseen: Vec<_> =
        looks::SOMETIMES.iter().map(|(sight, _)| *sight).filter(|sight| !seen.contains(sight)).collect();
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn each_broken_twin_of_sign_up_is_caught_by_its_property() {
    let rows = [
        (Twin::AddressForgotten, ONE_ACCOUNT),
        (Twin::NameForgotten, ONE_NAME),
        (Twin::AddressForgotten, ONE_ADDRESS),
        (Twin::InvitationAsRead, WITHDRAWN),
        (Twin::AgeForgotten, OLD_LINK),
    ];
    for (twin, property) in rows {
        let is_caught = explored(twin).into_iter().any(|sign_ups| {
            let only = HasDiscoveries::AllOf([property].into());
            sign_ups.checker().finish_when(only).spawn_bfs().join().discovery(property).is_some()
        });
        assert!(is_caught, "{twin:?} is not caught by {property:?}");
    }
    let caught: BTreeSet<_> = rows.iter().map(|(_, property)| *property).collect();
    assert_eq!(caught, looks::ALWAYS.iter().map(|(property, _)| *property).collect());
}
