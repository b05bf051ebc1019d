//! Generated pairs of item and transition: what the store does is what the transition means.

use std::num::NonZeroUsize;

use grants::{Change, Generation, Grant, Guard, Stage, Transition};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use protocol::{ClientId, CodeChallenge, RedirectUri, Scope};

use crate::fixtures::{NOW, active, attempt, grant, new_secret, resource, verifier};
use crate::grants_table::agrees;
use crate::place::Place;

/// How many pairs are compared on each implementation.
const PAIRS: u32 = 1000;

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        (0_u32..3).prop_map(|later| Stage::Issued { code_expires_at: NOW.plus(later), attempt: attempt(0) }),
        (1_u32..4).prop_map(active),
        Just(Stage::Revoked),
    ]
}

fn item() -> impl Strategy<Value = Grant> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (stage(), flags, 0_u32..3, 0_usize..4).prop_map(|(stage, (bound, sent, own, scoped), ends_in, revoked)| {
        let mut item = Grant { stage, redirect_uri_sent: sent, ends_at: NOW.plus(ends_in), ..grant(&new_secret()) };
        item.revoked_access = (1_u32..).take(revoked).map(Generation::from_number).collect();
        if !bound {
            item.code_challenge = None;
        }
        if !own {
            item.client_id = ClientId::parse("other").unwrap();
        }
        if !scoped {
            item.scope = Scope::default();
        }
        item
    })
}

fn guard() -> impl Strategy<Value = Guard> {
    prop_oneof![
        Just(Guard::Absent),
        Just(Guard::ClientIs(ClientId::parse("app").unwrap())),
        Just(Guard::Issued),
        (0_u32..3).prop_map(|later| Guard::CodeAliveAt(NOW.plus(later))),
        Just(Guard::ChallengeIs(verifier().challenge())),
        Just(Guard::ChallengeIs(CodeChallenge::parse(&"A".repeat(43)).unwrap())),
        Just(Guard::NoChallenge),
        Just(Guard::RedirectUriIs(RedirectUri::parse("https://app.example/cb?x=1").unwrap())),
        Just(Guard::RedirectUriIs(RedirectUri::parse("https://app.example/cb").unwrap())),
        Just(Guard::RedirectUriNotSent),
        Just(Guard::ResourceGranted(resource("https://parcels.example"))),
        Just(Guard::ResourceGranted(resource("https://parcels.example/"))),
        Just(Guard::ScopeGranted("read".to_owned())),
        Just(Guard::ScopeGranted("rea".to_owned())),
        (1_u32..4).prop_map(|number| Guard::ActiveAt(Generation::from_number(number))),
        (0_u32..102).prop_map(|later| Guard::RefreshAliveAt(NOW.plus(later))),
        Just(Guard::NotRevoked),
        (1_usize..5).prop_map(|limit| Guard::RevokedAccessBelow(NonZeroUsize::new(limit).unwrap())),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (1_u32..5).prop_map(|number| Change::Advance {
            to: Generation::from_number(number),
            at: NOW,
            refresh_expires_at: NOW.plus(7),
            attempt: attempt(9),
        }),
        (1_u32..5).prop_map(|number| Change::RevokeAccess(Generation::from_number(number))),
        Just(Change::Revoke),
    ]
}

async fn what_the_store_does_is_what_the_transition_means(place: Place) {
    let table = place.stores.grants().unwrap();
    let mut runner = TestRunner::new(Config::default());
    // A change of an absent item has no meaning without a guard that keeps it off: every rule has one.
    let pairs = (proptest::option::weighted(0.9, item()), proptest::collection::vec(guard(), 0..4), change());
    for _ in 0..PAIRS {
        let (item, guards, change) = pairs.new_tree(&mut runner).unwrap().current();
        let id = item.as_ref().map_or_else(|| new_secret().id(), |item| item.id);
        let step = Transition::of(id, change).when_all(guards).when(Guard::NotRevoked);
        agrees(&table, item.as_ref(), &step).await;
    }
}

crate::on_both! { what_the_store_does_is_what_the_transition_means }
