//! The looks at a state: its hash, what must always hold, and what must be seen.

use std::hash::{Hash, Hasher};

use grants::Context;
use sessions::User;

use crate::passkeys::world::passkey;
use crate::passkeys::{
    Answer, BY_CHOICE, CODES, FORWARD, GONE, ONE_ANSWER, ONE_RENEWAL, Passkeys, Process, Read, SAME, State,
};

type Named = (&'static str, fn(&Passkeys, &State) -> bool);

pub(super) const ALWAYS: [Named; 7] = [
    (ONE_ANSWER, |_, state| state.seen.answered.iter().all(|times| *times <= 1)),
    (FORWARD, |_, state| {
        let forward = |pair: &[u32]| pair[1] > pair[0] || pair == [0, 0];
        state.seen.counters.iter().all(|counters| counters.windows(2).all(forward))
    }),
    (GONE, |_, state| !state.seen.came_back),
    (SAME, |_, state| {
        let named = &state.stands.user.factors.passkeys;
        state
            .stands
            .keys
            .iter()
            .enumerate()
            .all(|(key, item)| item.is_some() == named.contains(passkey(key).id().as_str()))
    }),
    (CODES, |_, state| state.stands.user.factors.recovery.is_empty() || state.stands.user.has_factors()),
    (BY_CHOICE, |_, state| !state.seen.bare),
    (ONE_RENEWAL, |_, state| {
        let replaced = &state.seen.replaced;
        replaced.iter().enumerate().all(|(place, codes)| !replaced[..place].contains(codes))
    }),
];

pub(super) const SOMETIMES: [Named; 12] = [
    ("a key that counts nothing signs in again and again", |_, state| state.seen.counters[0] == [0, 0]),
    ("a key that counts signs in again", |_, state| state.seen.counters[0] == [5, 6]),
    ("a key begins to count", |_, state| state.seen.counters[0] == [0, 4]),
    ("a copied key is noticed", |_, state| state.said == Some(Answer::Counter)),
    ("a challenge was answered before", |_, state| state.said == Some(Answer::Used)),
    ("a key is unknown", |_, state| state.said == Some(Answer::Unknown)),
    ("the last factor needs a confirmation", |_, state| state.said == Some(Answer::Last)),
    ("what a request rests on is over", |_, state| state.said == Some(Answer::Over)),
    ("the last factor goes with its codes", |_, state| {
        state.gone[0] && state.stands.user.reach() == Context::Password && state.stands.user.factors.recovery.is_empty()
    }),
    ("the first key brings codes", |_, state| {
        let user = &state.stands.user;
        user.factors.recovery.contains("of the first key") && !user.has_second_factor()
    }),
    ("the app brings codes", |_, state| state.stands.user.factors.recovery.contains("of the app")),
    ("the codes are new", |_, state| state.stands.user.factors.recovery.contains("new 0")),
];

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_of(&self.stands, state);
        (self.gone, &self.asked, self.lost, self.deaths, self.said, &self.seen).hash(state);
        for Process { ask, read, made } in &self.processes {
            (ask, made, read.is_some()).hash(state);
            if let Some(read) = read {
                hash_of(read, state);
            }
        }
    }
}

fn hash_of<H: Hasher>(read: &Read, state: &mut H) {
    let User { factors, sessions, credential_version, .. } = &*read.user;
    (sessions, credential_version, format!("{:?}", factors.totp)).hash(state);
    (&factors.recovery, &factors.passkeys, factors.passkey_handle).hash(state);
    for key in &read.keys {
        key.is_some().hash(state);
        if let Some(key) = key {
            (key.used.count, key.used.counter, key.used.spent.to_bytes()).hash(state);
        }
    }
}
