//! The passkeys of a person: sign-ins, with keys that count and keys that do not, copies of them, removals in the same moment, and
//! the first and the last factor with their recovery codes, in every order of steps, with lost answers and crashes, against the
//! rules of `sessions`.
//!
//! A process reads what it needs, decides, and makes its writes as one transaction: sent again after its answer was lost, it
//! finds its own result.

use std::collections::BTreeSet;
use std::sync::Arc;

use sessions::{Passkey, User};
use stateright::{Model, Property};

use crate::passkeys::decide::{Decided, Writes, decide};
use crate::passkeys::world::{KEYS, owner, passkey};

mod decide;
mod explored;
mod looks;
mod world;

/// The most processes at the same time, lost answers, and crashes.
const AT_ONCE: usize = 3;
const LOST: u8 = 1;
const DEATHS: u8 = 1;

const ONE_ANSWER: &str = "a challenge is answered once";
const FORWARD: &str = "a key that counts never counts back";
const GONE: &str = "a key that was removed signs nobody in";
const SAME: &str = "the profile names the keys that are there, and no others";
const CODES: &str = "there are recovery codes beside a factor only";
const BY_CHOICE: &str = "the last factor is removed by choice only";
const ONE_RENEWAL: &str = "of all renewals that rest on the same recovery codes, one is made";

/// The rules, or what is broken about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twin {
    /// The rules as they are.
    Real,
    /// The use of a key is written without its condition.
    UseAsRead,
    /// The same, and without the condition on the person.
    SignInAsRead,
    /// The profile is written as it was read.
    ProfileAsRead,
    /// A key is removed without a look at the others.
    OthersForgotten,
    /// The recovery codes outlive the last factor.
    CodesKept,
    /// New codes are written without a look at those that they replace.
    CodesAsRead,
}

/// A request of somebody. Keys are numbered, and so are the forms that have a challenge each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ask {
    /// Signs in with a key, by the challenge of a form, with this counter.
    SignIn { key: usize, form: usize, counter: u32 },
    /// Adds a key to those of the person.
    Add(usize),
    /// Removes a key; `true` if the person confirmed that it may be the last factor.
    Remove(usize, bool),
    /// Adds the authenticator app.
    AddApp,
    /// Removes a key of the person.
    RemoveApp,
    /// Makes new recovery codes, a numbered set.
    Renew(u8),
}

/// The last answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    SignedIn,
    /// The key counted backwards.
    Counter,
    /// The challenge was answered before.
    Used,
    /// Nobody has this key.
    Unknown,
    /// The last factor needs a confirmation.
    Last,
    Changed,
    /// A request whose foundation changed meanwhile.
    Over,
}

/// The items about a person, as they were read.
#[derive(Clone, Debug, PartialEq)]
struct Read {
    user: Arc<User>,
    keys: [Option<Arc<Passkey>>; KEYS],
}

#[derive(Clone, Debug, PartialEq)]
struct Process {
    ask: Ask,
    read: Option<Read>,
    /// `true` once its transaction was made.
    made: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    stands: Read,
    /// The keys whose alias leads nowhere any more.
    gone: [bool; KEYS],
    asked: Vec<bool>,
    processes: Vec<Process>,
    lost: u8,
    deaths: u8,
    said: Option<Answer>,
    seen: Seen,
}

/// A record of what happened, made without the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Seen {
    /// The sign-ins by the challenge of each form.
    answered: [u8; 3],
    /// The counters with which each key signed in.
    counters: [Vec<u32>; KEYS],
    /// `true` once a key signed in that was not there.
    came_back: bool,
    /// `true` once a removal that nobody confirmed left the password alone.
    bare: bool,
    /// The codes that each renewal replaced, as it had read them.
    replaced: Vec<BTreeSet<String>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Begin(usize),
    Step(usize),
    /// A transaction is made and its answer is lost, so that it is sent again.
    Lose(usize),
    Die(usize),
}

#[derive(Debug)]
struct Passkeys {
    twin: Twin,
    /// The keys that the person has at first, and whether there is an app.
    keys: &'static [usize],
    app: bool,
    asks: &'static [Ask],
}

impl Passkeys {
    /// Performs the next step of a process; returns it if it goes on.
    fn step(&self, state: &mut State, mut process: Process) -> Option<Process> {
        let Some(read) = &process.read else {
            process.read = Some(state.stands.clone());
            return Some(process);
        };
        state.said = Some(match decide(process.ask, read) {
            Decided::Answer(answer) => answer,
            Decided::Write(writes) if self.make(state, &mut process, &writes) => match process.ask {
                Ask::SignIn { .. } => Answer::SignedIn,
                Ask::Add(_) | Ask::Remove(..) | Ask::AddApp | Ask::RemoveApp | Ask::Renew(_) => Answer::Changed,
            },
            Decided::Write(_) => Answer::Over,
        });
        None
    }

    /// Makes the transaction of a process, and returns whether it was made.
    fn make(&self, state: &mut State, process: &mut Process, writes: &Writes) -> bool {
        if process.made {
            return true;
        }
        let read = process.read.clone().unwrap();
        let Some(user) = self.after(process.ask, writes, [&read.user, &state.stands.user]) else { return false };
        match process.ask {
            Ask::SignIn { key, form, counter } => {
                let usage = writes.usage.as_ref().unwrap();
                let as_read = matches!(self.twin, Twin::UseAsRead | Twin::SignInAsRead);
                let before = if as_read { &read.keys[key] } else { &state.stands.keys[key] };
                let Some(after) = usage.after(before.as_deref()) else { return false };
                state.seen.came_back |= state.stands.keys[key].is_none();
                state.seen.answered[form] += 1;
                state.seen.counters[key].push(counter);
                state.stands.keys[key] = state.stands.keys[key].as_ref().map(|_| Arc::new(after));
            }
            Ask::Add(key) => {
                if state.gone[key] || state.stands.keys[key].is_some() {
                    return false;
                }
                state.stands.keys[key] = Some(Arc::new(passkey(key)));
            }
            Ask::Remove(key, confirmed) => {
                state.stands.keys[key] = None;
                state.gone[key] = true;
                state.seen.bare |= !confirmed && !user.has_factors();
            }
            Ask::Renew(_) => state.seen.replaced.push(read.user.factors.recovery.clone()),
            Ask::AddApp | Ask::RemoveApp => {}
        }
        state.stands.user = Arc::new(user);
        process.made = true;
        true
    }

    /// Returns the person after a transaction.
    fn after(&self, ask: Ask, writes: &Writes, [read, before]: [&User; 2]) -> Option<User> {
        let rightly = writes.change.after(Some(before));
        match (self.twin, ask) {
            (Twin::ProfileAsRead, Ask::Add(_) | Ask::Remove(..)) => writes.change.after(Some(read)),
            (Twin::SignInAsRead, Ask::SignIn { .. }) => writes.change.after(Some(read)).map(|_| before.clone()),
            (Twin::OthersForgotten, Ask::Remove(key, _)) => {
                let mut after = before.clone();
                let was_there = after.factors.passkeys.remove(passkey(key).id().as_str());
                rightly.or_else(|| was_there.then_some(after))
            }
            (Twin::CodesKept, Ask::Remove(..) | Ask::RemoveApp) => {
                let mut after = rightly?;
                after.factors.recovery.clone_from(&before.factors.recovery);
                Some(after)
            }
            (Twin::CodesAsRead, Ask::Renew(_)) => {
                let mut after = before.clone();
                after.factors.recovery = writes.change.after(Some(read))?.factors.recovery;
                Some(after)
            }
            (
                Twin::Real
                | Twin::UseAsRead
                | Twin::SignInAsRead
                | Twin::ProfileAsRead
                | Twin::OthersForgotten
                | Twin::CodesKept
                | Twin::CodesAsRead,
                _,
            ) => rightly,
        }
    }
}

impl Model for Passkeys {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let keys = std::array::from_fn(|key| self.keys.contains(&key).then(|| Arc::new(passkey(key))));
        let stands = Read { user: Arc::new(owner(self.keys, self.app)), keys };
        let (asked, processes) = (vec![false; self.asks.len()], Vec::new());
        let seen = Seen::default();
        vec![State { stands, gone: [false; KEYS], asked, processes, lost: 0, deaths: 0, said: None, seen }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let idle = state.processes.len() < AT_ONCE;
        actions.extend((0..self.asks.len()).filter(|place| idle && !state.asked[*place]).map(Action::Begin));
        for (place, process) in state.processes.iter().enumerate() {
            actions.push(Action::Step(place));
            if state.lost < LOST && process.read.is_some() {
                actions.push(Action::Lose(place));
            }
            if state.deaths < DEATHS {
                actions.push(Action::Die(place));
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = State { said: None, ..last.clone() };
        match action {
            Action::Begin(place) => {
                next.asked[place] = true;
                next.processes.push(Process { ask: self.asks[place], read: None, made: false });
            }
            Action::Step(place) => {
                let process = next.processes.remove(place);
                if let Some(process) = self.step(&mut next, process) {
                    next.processes.insert(place, process);
                }
            }
            Action::Lose(place) => {
                next.lost += 1;
                let mut process = next.processes[place].clone();
                let Decided::Write(writes) = decide(process.ask, process.read.as_ref().unwrap()) else { return None };
                self.make(&mut next, &mut process, &writes);
                next.processes[place] = process;
            }
            Action::Die(place) => {
                next.deaths += 1;
                next.processes.remove(place);
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let always = looks::ALWAYS.map(|(name, holds)| Property::always(name, holds));
        let sometimes = looks::SOMETIMES.map(|(name, holds)| Property::sometimes(name, holds));
        always.into_iter().chain(sometimes).collect()
    }
}
