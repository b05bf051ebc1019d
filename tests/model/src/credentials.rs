//! The credentials of a person: links that set a password, changes of it, confirmations of an address, codes of a second factor
//! and its removal, in every order of steps, with lost answers and crashes, against the rules of `sessions`.
//!
//! A process reads what it needs in one step or two, decides, and makes its write. A write of several items is a transaction:
//! sent again after its answer was lost, it finds its own result.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use sessions::{SpentFactor, User, UserChange};
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::credentials::decide::{Decided, decide};
use crate::credentials::world::{Password, stored, twice, with_factor, without_factor};

mod decide;
mod world;

/// The most processes at the same time, lost answers, and crashes.
const AT_ONCE: usize = 3;
const LOST: u8 = 1;
const DEATHS: u8 = 1;
/// The number of times that a reset looks at the person whom it found changed.
const LOOKS: u8 = 3;

const ONE_PASSWORD: &str = "of all resets and changes that rest on the same credentials, one sets its password";
const LATEST_PASSWORD: &str = "the password is the one that was set last";
const ONE_MAIL: &str = "each new password is told by one mail";
const ONE_OWNER: &str = "an address is the confirmed one of one person";
const ONE_USE: &str = "a code signs in once";
const SPENT_IS_USED: &str = "a code that was spent signs in, although an answer of the store was lost";
const LONG_OR_TWO: &str = "a short password is never the only factor";

/// The rules, or what is broken about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twin {
    /// The rules as they are.
    Real,
    /// A new password is written as the person was read.
    PasswordAsRead,
    /// The mail about a new password is written by itself.
    MailApart,
    /// An address is confirmed without a look at its alias.
    AliasForgotten,
    /// A code is checked, and spent without a condition.
    CodeAsRead,
    /// A code is spent by a write of its own, which is tested again after its answer was lost.
    CodeApart,
    /// A short password is checked, and set without a condition on what it rests on.
    ShortAsRead,
}

/// A request of somebody. People are numbered, and so are links.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Ask {
    /// Sets a password with a link.
    Reset(u8, Password),
    /// Changes the password in a session.
    Change(Password),
    /// Sets a password, as an operator does.
    Set(Password),
    /// Confirms the address, the same for both people.
    Confirm(usize),
    /// Signs in with a password and this code.
    SignIn(u8),
    /// Removes the second factor.
    Remove,
}

/// The last answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Set,
    TooShort,
    LinkOver,
    /// The ground of the request is over, or changed meanwhile.
    Over,
    Confirmed,
    Taken,
    SignedIn,
    WrongCode,
    Removed,
    Needed,
}

/// The person to whom the alias of the address leads.
#[derive(Clone, Debug, PartialEq)]
enum Holder {
    NotRead,
    Nobody,
    Somebody(usize, Arc<User>),
}

impl Holder {
    fn other_than(&self, who: usize) -> Option<(usize, &Arc<User>)> {
        match self {
            Self::Somebody(place, user) if *place != who => Some((*place, user)),
            Self::NotRead | Self::Nobody | Self::Somebody(..) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Process {
    ask: Ask,
    /// The person as read.
    read: Option<Arc<User>>,
    /// The person to whom the alias led, as read.
    holder: Holder,
    looks: u8,
    /// `true` once its transaction was made.
    made: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    people: [Arc<User>; 2],
    /// The person to whom the alias of the address leads.
    alias: Option<usize>,
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
    /// The versions on which resets and changes rested that set a password.
    proofs: Vec<u32>,
    password: Option<Password>,
    /// The passwords that were set, and the mails about them.
    told: (u8, u8),
    /// The sign-ins with each code.
    signed_in: [u8; 2],
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Begin(usize),
    Step(usize),
    /// A write is made and its answer is lost, so that it is sent again.
    Lose(usize),
    Die(usize),
}

#[derive(Debug)]
struct Credentials {
    twin: Twin,
    person: User,
    asks: Vec<Ask>,
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for user in &self.people {
            hash_of(user, state);
        }
        (self.alias, &self.asked, self.lost, self.deaths, self.said, &self.seen).hash(state);
        for process in &self.processes {
            (&process.ask, process.looks, process.made, process.read.is_some()).hash(state);
            if let Some(user) = &process.read {
                hash_of(user, state);
            }
            std::mem::discriminant(&process.holder).hash(state);
            if let Holder::Somebody(place, user) = &process.holder {
                place.hash(state);
                hash_of(user, state);
            }
        }
    }
}

fn hash_of<H: Hasher>(user: &User, state: &mut H) {
    (user.password.as_stored(), user.credential_version, user.sessions, user.claims.to_string()).hash(state);
    (format!("{:?}", user.factors.totp), &user.factors.recovery, user.factors.needed).hash(state);
}

impl Process {
    /// Returns whether everything is read.
    fn is_ready(&self) -> bool {
        self.read.is_some() && (self.holder != Holder::NotRead || !matches!(self.ask, Ask::Confirm(_)))
    }
}

/// The code with that number.
fn spent(code: u8) -> SpentFactor {
    if code == 0 { SpentFactor::Step(9) } else { SpentFactor::RecoveryCode("a".to_owned()) }
}

/// The person whom a request is about.
const fn about(ask: &Ask) -> usize {
    match ask {
        Ask::Confirm(who) => *who,
        Ask::Reset(..) | Ask::Change(_) | Ask::Set(_) | Ask::SignIn(_) | Ask::Remove => 0,
    }
}

impl Credentials {
    /// Performs the next step of a process; returns it if it goes on.
    fn step(&self, state: &mut State, mut process: Process) -> Option<Process> {
        let who = about(&process.ask);
        if process.read.is_none() {
            process.read = Some(Arc::clone(&state.people[who]));
            return Some(process);
        }
        if !process.is_ready() {
            process.holder = match state.alias {
                Some(place) => Holder::Somebody(place, Arc::clone(&state.people[place])),
                None => Holder::Nobody,
            };
            return Some(process);
        }
        match decide(&process) {
            Decided::Answer(answer) => state.said = Some(answer),
            Decided::Write(change, right) => {
                let done = self.make(state, &mut process, &change);
                process.looks += 1;
                // A reset looks at what it found; everybody else gives up.
                if !done && matches!(process.ask, Ask::Reset(..)) && process.looks < LOOKS {
                    process.read = Some(Arc::clone(&state.people[who]));
                    return Some(process);
                }
                state.said = Some(if done { right } else { Answer::Over });
                if let (true, Ask::SignIn(code)) = (done, &process.ask) {
                    state.seen.signed_in[usize::from(*code)] += 1;
                }
            }
        }
        None
    }

    /// Makes the write of a process, and returns whether it was made.
    fn make(&self, state: &mut State, process: &mut Process, change: &UserChange) -> bool {
        if process.made && !(self.twin == Twin::CodeApart && matches!(process.ask, Ask::SignIn(_))) {
            return true;
        }
        let told = matches!(process.ask, Ask::Reset(..) | Ask::Change(_));
        if self.twin == Twin::MailApart && told {
            state.seen.told.1 += 1;
        }
        let who = about(&process.ask);
        let (read, before) = (Arc::clone(process.read.as_ref().unwrap()), Arc::clone(&state.people[who]));
        let after = self.after(&process.ask, change, [&read, &before]);
        let Some(after) = after.filter(|_| self.may_take(state, process)) else { return false };
        state.people[who] = Arc::new(after);
        process.made = true;
        if matches!(process.ask, Ask::Confirm(_)) {
            state.alias = Some(who);
        }
        if let Ask::Reset(_, password) | Ask::Change(password) | Ask::Set(password) = &process.ask {
            state.seen.password = Some(*password);
        }
        if told {
            state.seen.proofs.push(read.credential_version);
            state.seen.told.0 += 1;
            state.seen.told.1 += u8::from(self.twin != Twin::MailApart);
        }
        true
    }

    /// Returns the person after a change.
    fn after(&self, ask: &Ask, change: &UserChange, [read, before]: [&User; 2]) -> Option<User> {
        let as_read = match (self.twin, ask) {
            (Twin::PasswordAsRead, Ask::Reset(..) | Ask::Change(_)) | (Twin::CodeAsRead, Ask::SignIn(_)) => true,
            (Twin::ShortAsRead, Ask::Reset(..) | Ask::Change(_)) => {
                let made = change.after(Some(read))?;
                let mut after = before.clone();
                (after.password, after.credential_version) = (made.password, made.credential_version);
                after.factors.needed = made.factors.needed;
                return Some(after);
            }
            _ => false,
        };
        change.after(Some(if as_read { read } else { before }))
    }

    /// Returns whether the alias of the address is as a confirmation read it, and its holder has no right to it still.
    fn may_take(&self, state: &State, process: &Process) -> bool {
        let Ask::Confirm(who) = &process.ask else { return true };
        let former = process.holder.other_than(*who);
        let is_free = state.alias.is_none_or(|place| place == *who || former.is_some_and(|(read, _)| read == place));
        let unchanged = former.is_none_or(|(place, read)| state.people[place].claims == read.claims);
        self.twin == Twin::AliasForgotten || (is_free && unchanged)
    }
}

impl Model for Credentials {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let people = twice(&self.person).map(Arc::new);
        let (asked, processes) = (vec![false; self.asks.len()], Vec::new());
        let seen = Seen::default();
        vec![State { people, alias: None, asked, processes, lost: 0, deaths: 0, said: None, seen }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let idle = state.processes.len() < AT_ONCE;
        actions.extend((0..self.asks.len()).filter(|place| idle && !state.asked[*place]).map(Action::Begin));
        for (place, process) in state.processes.iter().enumerate() {
            actions.push(Action::Step(place));
            if state.lost < LOST && process.is_ready() {
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
                let ask = self.asks[place].clone();
                next.processes.push(Process { ask, read: None, holder: Holder::NotRead, looks: 0, made: false });
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
                let Decided::Write(change, _) = decide(&process) else { return None };
                self.make(&mut next, &mut process, &change);
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
        let always = ALWAYS.map(|(name, holds)| Property::always(name, holds));
        let sometimes = SOMETIMES.map(|(name, holds)| Property::sometimes(name, holds));
        always.into_iter().chain(sometimes).collect()
    }
}

type Named = (&'static str, fn(&Credentials, &State) -> bool);

const ALWAYS: [Named; 7] = [
    (ONE_PASSWORD, |_, state| {
        state.seen.proofs.iter().enumerate().all(|(place, version)| !state.seen.proofs[..place].contains(version))
    }),
    (LATEST_PASSWORD, |_, state| state.seen.password.is_none_or(|set| state.people[0].password == stored(set))),
    (ONE_MAIL, |_, state| state.seen.told.0 == state.seen.told.1),
    (ONE_OWNER, |_, state| {
        let address = world::address();
        state.people.iter().filter(|user| user.has_confirmed(&address)).count() <= 1
    }),
    (ONE_USE, |_, state| state.seen.signed_in.iter().all(|times| *times <= 1)),
    (SPENT_IS_USED, |_, state| {
        let user = &state.people[0];
        let step = user.factors.totp.as_ref().map_or(0, |totp| totp.step);
        let spent = [step >= 9, user.has_second_factor() && !user.factors.recovery.contains("a")];
        [0_u8, 1].into_iter().filter(|code| spent[usize::from(*code)]).all(|code| {
            let signs_in = |process: &Process| process.made && process.ask == Ask::SignIn(code);
            let is_used = state.seen.signed_in[usize::from(code)] > 0 || state.processes.iter().any(signs_in);
            is_used || state.deaths > 0
        })
    }),
    (LONG_OR_TWO, |_, state| {
        let user = &state.people[0];
        user.password != stored(Password::Short) || user.has_second_factor()
    }),
];

const SOMETIMES: [Named; 12] = [
    ("a link sets a password", |_, state| state.said == Some(Answer::Set) && state.seen.proofs == [1]),
    ("a link is over", |_, state| state.said == Some(Answer::LinkOver)),
    ("a link works although something else of the person changed meanwhile", |_, state| {
        state.said == Some(Answer::Set) && state.people[0].sessions > 0
    }),
    ("a password is too short", |_, state| state.said == Some(Answer::TooShort)),
    ("a short password is set", |_, state| state.people[0].password == stored(Password::Short)),
    ("what a change rests on is over", |_, state| state.said == Some(Answer::Over)),
    ("an address is confirmed", |_, state| state.said == Some(Answer::Confirmed)),
    ("an address is taken", |_, state| state.said == Some(Answer::Taken)),
    ("a code signs in", |_, state| state.said == Some(Answer::SignedIn)),
    ("a code was used", |_, state| state.said == Some(Answer::WrongCode)),
    ("the factor is removed", |_, state| state.said == Some(Answer::Removed)),
    ("the factor is needed", |_, state| state.said == Some(Answer::Needed)),
];

/// The explorations: the people at first, and everything that is asked for, each once and in any order.
fn explored(twin: Twin) -> Vec<Credentials> {
    use Ask::{Change, Confirm, Remove, Reset, Set, SignIn};
    use Password::{Second, Short, Third};
    let of = |person: User, asks: &[Ask]| Credentials { twin, person, asks: asks.to_vec() };
    vec![
        // A link used twice, another link of the same moment, a change of the password.
        of(without_factor(), &[Reset(0, Second), Reset(0, Third), Reset(1, Second), Change(Third)]),
        of(without_factor(), &[Reset(0, Second), Change(Third), Set(Second), Reset(0, Short)]),
        // Two verifications of one address, one of them twice, beside a reset.
        of(without_factor(), &[Confirm(0), Confirm(1), Confirm(0), Reset(0, Second)]),
        // A code used twice, and the factor removed.
        of(with_factor(), &[SignIn(0), SignIn(0), Remove, Reset(0, Second)]),
        of(with_factor(), &[SignIn(1), SignIn(1), SignIn(0), Remove]),
        // A short password, and the last factor removed.
        of(with_factor(), &[Change(Short), Remove, Reset(0, Short), Set(Second)]),
        of(with_factor(), &[Remove, Remove, Change(Short), Change(Second)]),
    ]
}

#[test]
fn c232_c235_c236_nothing_is_found_against_the_rules_and_everything_they_say_is_said() {
    let mut seen = std::collections::BTreeSet::new();
    for credentials in explored(Twin::Real) {
        let name = format!("{:?}", credentials.asks);
        let checker = credentials.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        for (property, path) in checker.discoveries() {
            let is_sight = SOMETIMES.iter().any(|(sight, _)| *sight == property);
            assert!(is_sight, "{name}: {property}: {:?}", path.into_actions());
            seen.insert(property);
        }
        println!("{name}: {} states", checker.unique_state_count());
        assert!(checker.unique_state_count() > 500, "{name}");
    }
    let unseen: Vec<_> = SOMETIMES.iter().map(|(sight, _)| *sight).filter(|sight| !seen.contains(sight)).collect();
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn each_broken_twin_of_credentials_is_caught_by_its_property() {
    let rows = [
        (Twin::PasswordAsRead, ONE_PASSWORD),
        (Twin::CodeAsRead, LATEST_PASSWORD),
        (Twin::MailApart, ONE_MAIL),
        (Twin::AliasForgotten, ONE_OWNER),
        (Twin::CodeAsRead, ONE_USE),
        (Twin::CodeApart, SPENT_IS_USED),
        (Twin::ShortAsRead, LONG_OR_TWO),
    ];
    for (twin, property) in rows {
        let is_caught = explored(twin).into_iter().any(|credentials| {
            let only = HasDiscoveries::AllOf([property].into());
            credentials.checker().finish_when(only).spawn_bfs().join().discovery(property).is_some()
        });
        assert!(is_caught, "{twin:?} is not caught by {property:?}");
    }
    let caught: std::collections::BTreeSet<_> = rows.iter().map(|(_, property)| *property).collect();
    assert_eq!(caught, ALWAYS.iter().map(|(property, _)| *property).collect());
}
