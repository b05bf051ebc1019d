//! New people: a link that is used twice, two links of one address, invitations that are used twice or withdrawn in the same
//! moment, and an operator who takes the name or the address meanwhile, in every order of steps, with lost answers and crashes.
//!
//! A process opens its link, reads the alias of the address, and then the person to whom it leads. The rules of `sessions` decide,
//! and one transaction writes the alias, the name and the person, with the conditions that `store` puts on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use grants::Timestamp;
use sessions::User;
use stateright::{Model, Property};

use crate::sign_up::decide::{Decided, decide};

mod decide;
mod explored;
mod looks;
mod world;
mod writes;

/// The most processes at the same time, lost answers, and crashes.
const AT_ONCE: usize = 3;
const LOST: u8 = 1;
const DEATHS: u8 = 1;

const ONE_ACCOUNT: &str = "a link and an invitation make one account each";
const ONE_NAME: &str = "a name is that of one person";
const ONE_ADDRESS: &str = "of the people who signed up, one has the address";
const WITHDRAWN: &str = "an invitation that was withdrawn makes no account";
const OLD_LINK: &str = "a link that is older than the last account of its address makes none";

/// The rules, or what is broken about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twin {
    /// The rules as they are.
    Real,
    /// The name is written without a look at its alias.
    NameForgotten,
    /// The alias of the address is written without a condition.
    AddressForgotten,
    /// The invitation is read, and spent without a condition.
    InvitationAsRead,
    /// The age of the alias is not compared with that of the link.
    AgeForgotten,
}

/// The right to make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Right {
    /// The link with that number: each is made after the account of the one before.
    Link(u8),
    Invitation,
}

/// A request of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ask {
    /// Makes an account with a name.
    SignUp(Right, &'static str),
    /// Withdraws the invitation, as an operator does.
    Withdraw,
    /// Registers a person with this name, as an operator does; `true` with the address as the confirmed one.
    Create(&'static str, bool),
    /// Gives the person who has the address another one, as an operator does.
    GiveUp,
}

/// The last answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Made,
    NameTaken,
    /// The address is taken, or the link is over.
    Over,
    Withdrawn,
    Created,
    GivenUp,
}

/// The alias of the address: the person to whom it leads, and the time since when it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Alias {
    holder: usize,
    taken_at: Timestamp,
}

/// How far a process is.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// A step that reads nothing.
    Begun,
    /// The link is open, or the person of an operator is registered as the one with this number.
    Open(Option<usize>),
    /// The alias is read.
    Looked(Option<usize>, Option<Alias>),
    /// The person to whom it leads is read as well.
    Ready(Option<usize>, Option<(Alias, Arc<User>)>),
}

#[derive(Clone, Debug, PartialEq)]
struct Process {
    ask: Ask,
    stage: Stage,
    /// `true` once its transaction was made.
    made: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    people: Vec<Arc<User>>,
    /// The people who signed up themselves, by number.
    newcomers: Vec<usize>,
    /// The person to whom each name leads.
    names: BTreeMap<&'static str, usize>,
    alias: Option<Alias>,
    invited: bool,
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
    /// The accounts that each right made.
    made: BTreeMap<u8, u8>,
    withdrawn: bool,
    made_after_withdrawal: bool,
    made_by_old_link: bool,
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
struct SignUps {
    twin: Twin,
    asks: &'static [Ask],
}

impl Right {
    const fn number(self) -> u8 {
        match self {
            Self::Link(number) => number,
            Self::Invitation => u8::MAX,
        }
    }
}

impl SignUps {
    /// Performs the next step of a process; returns it if it goes on.
    fn step(&self, state: &mut State, mut process: Process) -> Option<Process> {
        process.stage = match (&process.stage, process.ask) {
            (Stage::Begun, Ask::SignUp(Right::Link(_), _)) => Stage::Open(None),
            (Stage::Begun, Ask::SignUp(Right::Invitation, _)) if state.invited => Stage::Open(None),
            (Stage::Begun, Ask::Create(name, with_address)) => Stage::Open(Some(state.create(name, with_address)?)),
            (Stage::Begun, Ask::SignUp(Right::Invitation, _) | Ask::Withdraw | Ask::GiveUp) => {
                state.answer_at_once(process.ask);
                return None;
            }
            (Stage::Open(person), _) => Stage::Looked(*person, state.alias),
            (Stage::Looked(person, alias), _) => {
                let with_holder = |alias: Alias| (alias, Arc::clone(&state.people[alias.holder]));
                Stage::Ready(*person, alias.map(with_holder))
            }
            (Stage::Ready(..), _) => {
                self.finish(state, &mut process);
                return None;
            }
        };
        Some(process)
    }

    /// Decides, and makes the transaction.
    fn finish(&self, state: &mut State, process: &mut Process) {
        state.said = Some(match decide(process, self.twin) {
            Decided::Answer(answer) => answer,
            Decided::Write(user, name) => self.make(state, process, (&user, name)),
            Decided::Lead(person) => {
                if self.may_take(state, process) {
                    let taken_at = state.people[person].created_at;
                    state.alias = Some(Alias { holder: person, taken_at });
                }
                Answer::Created
            }
        });
    }
}

impl Model for SignUps {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            people: Vec::new(),
            newcomers: Vec::new(),
            names: BTreeMap::new(),
            alias: None,
            invited: true,
            asked: vec![false; self.asks.len()],
            processes: Vec::new(),
            lost: 0,
            deaths: 0,
            said: None,
            seen: Seen::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let idle = state.processes.len() < AT_ONCE;
        actions.extend((0..self.asks.len()).filter(|place| idle && !state.asked[*place]).map(Action::Begin));
        for (place, process) in state.processes.iter().enumerate() {
            actions.push(Action::Step(place));
            if state.lost < LOST && matches!((&process.stage, process.ask), (Stage::Ready(..), Ask::SignUp(..))) {
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
                next.processes.push(Process { ask: self.asks[place], stage: Stage::Begun, made: false });
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
                let Decided::Write(user, name) = decide(&process, self.twin) else { return None };
                self.make(&mut next, &mut process, (&user, name));
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
