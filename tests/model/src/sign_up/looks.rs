//! The looks at a state: its hash, what must always hold, and what must be seen.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use sessions::User;

use crate::sign_up::world::address;
use crate::sign_up::{
    Answer, OLD_LINK, ONE_ACCOUNT, ONE_ADDRESS, ONE_NAME, Process, Right, SignUps, Stage, State, WITHDRAWN,
};

type Named = (&'static str, fn(&SignUps, &State) -> bool);

pub(super) const ALWAYS: [Named; 5] = [
    (ONE_ACCOUNT, |_, state| state.seen.made.values().all(|made| *made <= 1)),
    (ONE_NAME, |_, state| {
        let names: BTreeSet<_> = state.people.iter().map(|user| user.username.normalized()).collect();
        names.len() == state.people.len()
    }),
    (ONE_ADDRESS, |_, state| {
        state.newcomers.iter().filter(|person| state.people[**person].has_confirmed(&address())).count() <= 1
    }),
    (WITHDRAWN, |_, state| !state.seen.made_after_withdrawal),
    (OLD_LINK, |_, state| !state.seen.made_by_old_link),
];

pub(super) const SOMETIMES: [Named; 9] = [
    ("a link makes an account", |_, state| state.seen.made.contains_key(&0)),
    ("an invitation makes an account", |_, state| state.seen.made.contains_key(&Right::Invitation.number())),
    ("a link is over", |_, state| state.said == Some(Answer::Over)),
    ("a name is taken", |_, state| state.said == Some(Answer::NameTaken)),
    ("an invitation is withdrawn", |_, state| state.said == Some(Answer::Withdrawn) && state.people.is_empty()),
    ("an operator registers a person", |_, state| state.said == Some(Answer::Created)),
    ("the address of an operator's person leads there", |_, state| {
        state.alias.is_some_and(|alias| !state.newcomers.contains(&alias.holder))
    }),
    ("an address is given up", |_, state| state.said == Some(Answer::GivenUp)),
    ("an address that was given up makes another account", |_, state| state.newcomers.len() == 2),
];

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for user in &self.people {
            hash_of(user, state);
        }
        (&self.newcomers, &self.names, self.alias, self.invited).hash(state);
        (&self.asked, self.lost, self.deaths, self.said, &self.seen).hash(state);
        for Process { ask, stage, made } in &self.processes {
            (ask, made, std::mem::discriminant(stage)).hash(state);
            match stage {
                Stage::Begun => {}
                Stage::Open(person) => person.hash(state),
                Stage::Looked(person, alias) => (person, alias).hash(state),
                Stage::Ready(person, holder) => {
                    (person, holder.as_ref().map(|(alias, _)| *alias)).hash(state);
                    if let Some((_, user)) = holder {
                        hash_of(user, state);
                    }
                }
            }
        }
    }
}

fn hash_of<H: Hasher>(user: &User, state: &mut H) {
    (user.username.as_str(), user.claims.to_string(), user.created_at).hash(state);
}
