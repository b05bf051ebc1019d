//! The shipped rules, in which no violation is found, and broken twins, in each of which one is.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

use crate::passkeys::{Ask, BY_CHOICE, CODES, FORWARD, GONE, ONE_ANSWER, ONE_RENEWAL, Passkeys, SAME, Twin, looks};

/// The explorations: the person at first, and everything that is asked for, each once and in any order.
fn explored(twin: Twin) -> Vec<Passkeys> {
    use Ask::{Add, AddApp, Remove, RemoveApp, Renew, SignIn};
    let sign_in = |key, form, counter| SignIn { key, form, counter };
    let of = |keys: &'static [usize], app, asks: Vec<Ask>| Passkeys { twin, keys, app, asks: asks.leak() };
    vec![
        // A key that counts nothing, with one challenge twice, and with two.
        of(&[0], false, vec![sign_in(0, 0, 0), sign_in(0, 0, 0), sign_in(0, 1, 0)]),
        // A key that counts, and a copy of it; one that begins to count.
        of(&[0], false, vec![sign_in(0, 0, 5), sign_in(0, 1, 5), sign_in(0, 2, 6)]),
        of(&[0], false, vec![sign_in(0, 0, 0), sign_in(0, 1, 4), sign_in(0, 2, 3), sign_in(0, 2, 0)]),
        // A key that is removed while sign-ins are in flight.
        of(&[0, 1], false, vec![sign_in(0, 0, 0), sign_in(0, 1, 0), Remove(0, false), sign_in(1, 2, 0)]),
        // The last factor, of two keys, and of a key and an app.
        of(&[0, 1], false, vec![Remove(0, false), Remove(1, false), Remove(1, true), Add(2)]),
        of(&[0], true, vec![Remove(0, false), RemoveApp, Remove(0, true), Renew(0)]),
        of(&[0], false, vec![Remove(0, true), Renew(0), Add(1), AddApp]),
        // New codes that are asked for twice.
        of(&[0], false, vec![Renew(0), Renew(1), Add(1), Remove(0, true)]),
        // The first factor, twice.
        of(&[], false, vec![Add(0), Add(1), AddApp, Add(0)]),
    ]
}

#[test]
fn c231_c232_c233_nothing_is_found_against_the_rules_of_passkeys_and_everything_they_say_is_said() {
    let mut seen = BTreeSet::new();
    for passkeys in explored(Twin::Real) {
        let name = format!("{:?}", passkeys.asks);
        let checker = passkeys.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
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
fn each_broken_twin_of_passkeys_is_caught_by_its_property() {
    let rows = [
        (Twin::UseAsRead, ONE_ANSWER),
        (Twin::UseAsRead, FORWARD),
        (Twin::SignInAsRead, GONE),
        (Twin::ProfileAsRead, SAME),
        (Twin::CodesKept, CODES),
        (Twin::OthersForgotten, BY_CHOICE),
        (Twin::CodesAsRead, ONE_RENEWAL),
    ];
    for (twin, property) in rows {
        let is_caught = explored(twin).into_iter().any(|passkeys| {
            let only = HasDiscoveries::AllOf([property].into());
            passkeys.checker().finish_when(only).spawn_bfs().join().discovery(property).is_some()
        });
        assert!(is_caught, "{twin:?} is not caught by {property:?}");
    }
    let caught: BTreeSet<_> = rows.iter().map(|(_, property)| *property).collect();
    assert_eq!(caught, looks::ALWAYS.iter().map(|(property, _)| *property).collect());
}
