//! The request of a device: polls, two people who answer it, another client, expiry, lost answers and crashes, in every
//! order of steps, against the rules of `grants::device`.
//!
//! A process reads the clock when it begins, and makes its first write; a refused poll decides from the item found there,
//! and makes its second write. A write is also repeated by the SDK, after its answer was lost.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use grants::device::{DevicePoll, Polled, approve, decide, deny, explain, grant_of, poll};
use grants::{
    Attempt, AuthenticatedClient, DeviceHandle, DeviceRequest, Grant, GrantSecret, Moment, Policy, Refusal, Stage,
    Target, Timestamp, Transition, Verdict, device,
};
use protocol::{Resource, Scope, UserCode};
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::ask::Who;
use crate::world::{START, World};

/// The most processes of each kind in one exploration.
const POLLS: u8 = 3;
const POLLS_OF_OTHERS: u8 = 1;
const APPROVALS: u8 = 2;
const DENIALS: u8 = 1;
/// The times to which the clock advances: too early for a second poll, and over.
const TIMES: [u32; 2] = [2, 600];

/// The rules, and the world that they apply to.
struct Devices {
    world: World,
    /// `true` for a broken twin whose store checks the guards of first polls alone.
    unguarded: bool,
}

#[derive(Clone, Debug)]
struct State {
    item: Grant,
    now: u32,
    processes: Vec<Process>,
    begun: [u8; 4],
    attempts: u8,
    seen: Seen,
}

/// The writes and the answers so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own, and any of them may come with another")]
struct Seen {
    /// The attempts that got tokens.
    tokens: Vec<u8>,
    approved: u8,
    denied: u8,
    given_without_approval: bool,
    given_after_denial: bool,
    given_late: bool,
    told_to_others: bool,
    polls_moved: bool,
    told: Vec<Refusal>,
    overtaken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Poll,
    PollOfAnother,
    Approve,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    kind: Kind,
    now: u32,
    attempt: u8,
    /// The second write of a poll, once the first one was refused.
    second: Option<Polled>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Action {
    Begin(Kind),
    /// The process makes its write and gets the answer.
    Step(usize),
    /// The process makes its write, and its answer is lost: it will be sent again.
    Lose(usize),
    Die(usize),
    Clock(u32),
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        format!("{:?} {:?} {:?}", self.item.stage, self.item.ends_at, self.processes).hash(state);
        (self.now, self.begun, self.attempts, &self.seen).hash(state);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (&self.item, self.now, &self.processes) == (&other.item, other.now, &other.processes)
            && (self.begun, self.attempts, &self.seen) == (other.begun, other.attempts, &other.seen)
    }
}

fn at(later: u32) -> Timestamp {
    START.plus(later)
}

impl Process {
    fn moment(&self) -> Moment {
        Moment { now: at(self.now), attempt: Attempt::from_bytes([self.attempt; 16]) }
    }
}

impl Devices {
    fn client(&self, kind: Kind) -> &AuthenticatedClient {
        self.world.client(if kind == Kind::PollOfAnother { Who::Other } else { Who::App })
    }

    fn poll(&self) -> DevicePoll {
        let resources = vec![Resource::parse("https://orders.example").unwrap()];
        let code = DeviceHandle { secret: self.secret() };
        DevicePoll { code, key: None, resources, issuer: Resource::parse("https://issuer.example").unwrap() }
    }

    fn secret(&self) -> GrantSecret {
        self.world.secret.clone()
    }

    fn pending(&self) -> Grant {
        let user_code = UserCode::parse("WDJB-MJHT").unwrap();
        let request = DeviceRequest { user_code, asked_from: None, nonce: None };
        let resources = vec![Resource::parse("https://orders.example").unwrap()];
        let asked = device::Asked { target: Target { resources, scope: Scope::parse("read").unwrap() }, request };
        let moment = Moment { now: START, attempt: Attempt::from_bytes([255; 16]) };
        device::start(self.secret().id(), self.client(Kind::Poll).client(), asked, &Policy::default(), moment)
            .after(None)
            .unwrap()
    }

    /// The write that a process makes next. People decide on the request as it was shown to them.
    fn write(&self, process: &Process) -> Transition {
        match (&process.second, process.kind) {
            (Some(Polled::Redeem(step) | Polled::SlowDown(step)), _) => step.clone(),
            (_, Kind::Poll | Kind::PollOfAnother) => poll(&self.poll(), self.client(process.kind), process.moment()),
            (_, Kind::Approve) => approve(self.approved_by(process), at(process.now)),
            (_, Kind::Deny) => deny(&self.pending(), at(process.now)),
        }
    }

    fn approved_by(&self, process: &Process) -> Grant {
        let person = self.world.grant(START, process.moment().attempt).person().unwrap().clone();
        grant_of(&self.pending(), person, at(5000), &Policy::default(), process.moment())
    }

    fn apply(&self, process: &Process, item: &Grant, step: &Transition) -> Option<Grant> {
        let is_first = process.second.is_none() && matches!(process.kind, Kind::Poll | Kind::PollOfAnother);
        if self.unguarded && !is_first {
            return Transition::of(step.id(), step.change().clone()).after(Some(item));
        }
        step.after(Some(item))
    }

    /// Makes the write of a process and returns whether it was applied.
    fn make(&self, state: &mut State, process: &Process) -> bool {
        let before = state.item.clone();
        let Some(after) = self.apply(process, &before, &self.write(process)) else { return false };
        state.seen.watch(process, &before, &after);
        state.item = after;
        true
    }

    /// Continues a process with the answer to its write; returns it if it goes on.
    fn answer(&self, state: &mut State, mut process: Process, applied: bool) -> Option<Process> {
        let (request, client, found) = (self.poll(), self.client(process.kind), state.item.clone());
        match (&process.second, process.kind) {
            (Some(Polled::Redeem(_)), _) => {
                let verdict = explain(&request, client, Some(&found), process.moment());
                match verdict {
                    _ if applied => state.seen.give(&process),
                    Verdict::Done(_) => state.seen.give(&process),
                    Verdict::Refuse(refusal) => state.seen.tell(process.kind, refusal),
                    Verdict::RefuseAnd(..) => panic!("a poll revokes nothing"),
                }
            }
            (Some(_), _) => state.seen.tell(process.kind, Refusal::DeviceTooEarly),
            (None, Kind::Poll | Kind::PollOfAnother) if applied => {
                state.seen.tell(process.kind, Refusal::DevicePending);
            }
            (None, Kind::Poll | Kind::PollOfAnother) => {
                match decide(&request, client, &Policy::default(), Some(&found), process.moment()) {
                    Polled::Refuse(refusal) => state.seen.tell(process.kind, refusal),
                    second @ (Polled::SlowDown(_) | Polled::Redeem(_)) => {
                        process.second = Some(second);
                        return Some(process);
                    }
                }
            }
            (None, Kind::Approve | Kind::Deny) => state.seen.overtaken |= !applied,
        }
        None
    }
}

impl Seen {
    /// Examines a write that was applied.
    fn watch(&mut self, process: &Process, before: &Grant, after: &Grant) {
        let becomes = |stage: fn(&Stage) -> bool| stage(&after.stage) && !stage(&before.stage);
        let is_approved = |stage: &Stage| matches!(stage, Stage::Approved { .. });
        self.approved += u8::from(process.kind == Kind::Approve && before.stage != after.stage);
        self.denied += u8::from(becomes(|stage| *stage == Stage::Denied));
        if becomes(|stage| matches!(stage, Stage::Active { .. })) || process.kind == Kind::PollOfAnother {
            self.given_without_approval |= !is_approved(&before.stage);
            self.given_after_denial |= self.denied > 0;
            self.given_late |= process.now >= 600;
            self.told_to_others |= process.kind == Kind::PollOfAnother;
        }
        if let (Stage::Pending { next_poll_at: was, .. }, Stage::Pending { next_poll_at: is, .. }, Some(_)) =
            (&before.stage, &after.stage, &process.second)
        {
            self.polls_moved |= is.since(*was) != u64::from(Policy::DEVICE_SLOW_DOWN);
        }
    }

    fn give(&mut self, process: &Process) {
        self.told_to_others |= process.kind == Kind::PollOfAnother;
        if !self.tokens.contains(&process.attempt) {
            self.tokens.push(process.attempt);
        }
    }

    fn tell(&mut self, kind: Kind, refusal: Refusal) {
        self.told_to_others |= kind == Kind::PollOfAnother && refusal != Refusal::DeviceCodeOfAnotherClient;
        if !self.told.contains(&refusal) {
            self.told.push(refusal);
            self.told.sort_by_key(|refusal| refusal.name());
        }
    }
}

impl Model for Devices {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (processes, begun) = (Vec::new(), [0; 4]);
        vec![State { item: self.pending(), now: 0, processes, begun, attempts: 0, seen: Seen::default() }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let kinds = [Kind::Poll, Kind::PollOfAnother, Kind::Approve, Kind::Deny];
        let most = [POLLS, POLLS_OF_OTHERS, APPROVALS, DENIALS];
        let may = |kind: &Kind| state.begun[*kind as usize] < most[*kind as usize] && state.processes.len() < 2;
        actions.extend(kinds.into_iter().filter(may).map(Action::Begin));
        for place in 0..state.processes.len() {
            actions.extend([Action::Step(place), Action::Die(place)]);
            if state.attempts < 1 {
                actions.push(Action::Lose(place));
            }
        }
        actions.extend(TIMES.into_iter().filter(|time| *time > state.now).take(1).map(Action::Clock));
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = last.clone();
        match action {
            Action::Begin(kind) => {
                next.begun[kind as usize] += 1;
                let attempt = next.begun[kind as usize] * 4 + kind as u8;
                next.processes.push(Process { kind, now: next.now, attempt, second: None });
            }
            Action::Step(place) => {
                let process = next.processes.remove(place);
                let applied = self.make(&mut next, &process);
                if let Some(process) = self.answer(&mut next, process, applied) {
                    next.processes.push(process);
                }
            }
            Action::Lose(place) => {
                next.attempts += 1;
                let process = next.processes[place].clone();
                self.make(&mut next, &process);
            }
            Action::Die(place) => drop(next.processes.remove(place)),
            Action::Clock(time) => next.now = time,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one poll gets the tokens", |_, state: &State| state.seen.tokens.len() <= 1),
            Property::always("one answer counts", |_, state: &State| state.seen.approved + state.seen.denied <= 1),
            Property::always("tokens follow an approval", |_, state: &State| !state.seen.given_without_approval),
            Property::always("a denial is for good", |_, state: &State| !state.seen.given_after_denial),
            Property::always("nothing is given late", |_, state: &State| !state.seen.given_late),
            Property::always("another client learns nothing", |_, state: &State| !state.seen.told_to_others),
            Property::always("a refused poll moves the next one by 5 seconds", |_, state: &State| {
                !state.seen.polls_moved
            }),
            Property::sometimes("tokens are given", |_, state: &State| !state.seen.tokens.is_empty()),
            Property::sometimes("tokens are given after a slow down", |_, state: &State| {
                !state.seen.tokens.is_empty() && state.seen.told.contains(&Refusal::DeviceTooEarly)
            }),
            Property::sometimes("a second poll finds the tokens given", |_, state: &State| {
                state.seen.told.contains(&Refusal::DeviceCodeUsed)
            }),
            Property::sometimes("a denial is told", |_, state: &State| {
                state.seen.told.contains(&Refusal::DeviceDenied)
            }),
            Property::sometimes("an end is told", |_, state: &State| {
                state.seen.told.contains(&Refusal::DeviceCodeExpired)
            }),
            Property::sometimes("an answer is overtaken", |_, state: &State| state.seen.overtaken),
        ]
    }
}

fn devices(unguarded: bool) -> Devices {
    Devices { world: World::new(), unguarded }
}

#[test]
fn c125_c212_in_every_order_of_polls_and_answers_one_poll_gets_the_tokens_after_one_approval() {
    let checker = devices(false).checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    checker.assert_properties();
    assert!(checker.unique_state_count() > 1_000, "{}", checker.unique_state_count());
}

#[test]
fn c125_c212_a_store_without_guards_is_caught() {
    for property in ["one poll gets the tokens", "one answer counts"] {
        let only = HasDiscoveries::AllOf([property].into());
        let checker = devices(true).checker().finish_when(only).spawn_bfs().join();
        assert!(checker.discovery(property).is_some(), "{property}");
    }
}

#[test]
fn the_world_has_a_client_of_its_own() {
    let other = Arc::clone(devices(false).client(Kind::PollOfAnother).client());
    assert_ne!(other.id, devices(false).pending().client_id);
}
