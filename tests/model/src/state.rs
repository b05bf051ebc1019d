//! A state of the model: the item, the clock, the processes that serve requests, and the history that the properties
//! need.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use grants::{Attempt, Grant, Stage, Timestamp, Transition};

use crate::ask::{Answer, Ask};

/// The contents of the store: one item, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item(pub(crate) Option<Arc<Grant>>);

/// A write that a process makes before it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Write(pub(crate) Arc<Transition>);

/// The caller of a request; no two requests have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// The person, submitting the consent form for the *n*-th time.
    Person(u8),
    /// The honest client, with its *n*-th request.
    Honest(u8),
    /// The *n*-th of the other callers.
    Stranger(u8),
}

/// The progress of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// It has chosen its write, which has not reached the store yet.
    Writing,
    /// It has a second write to make, and then this answer to give.
    Last(Write, Answer),
    /// It has decided; the caller has not received the answer yet.
    Answered(Answer),
    /// The process has ended, but a copy of its write is still in transit.
    LateCopy,
}

/// One request in one process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    pub(crate) caller: Caller,
    pub(crate) ask: Ask,
    /// The time that it read from the clock.
    pub(crate) now: Timestamp,
    pub(crate) step: Step,
    /// The number of times that the SDK will still repeat a write.
    pub(crate) repeats: u8,
    /// `true` if the caller is still waiting for the answer.
    pub(crate) awaited: bool,
}

/// The code or tokens that the honest client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holds {
    Nothing,
    Code,
    Refresh(u8),
    /// It was refused, and starts again with the person.
    Refused(grants::Refusal),
}

/// The honest client of the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Honest {
    pub(crate) holds: Holds,
    /// The time of the first attempt at the request that has no answer yet.
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) sent: u8,
}

/// The past events that the properties need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct History {
    pub(crate) code_is_out: bool,
    /// The last generation of which tokens were issued to any caller.
    pub(crate) given: u8,
    /// The attempts that got tokens for the code.
    pub(crate) redeemed_by: Vec<Caller>,
    pub(crate) revoked: bool,
    /// The reasons, as bits of [`Blame`], for which the end of the grant is not the rules' fault.
    pub(crate) blame: u8,
    pub(crate) faults: u16,
    /// The time at which each generation began: kept only for the twin without a counter.
    pub(crate) began: Vec<Timestamp>,
}

/// An action that may end an honest client's grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Blame {
    /// A thief used stolen codes or tokens, with everything that the client has.
    Thief = 1,
    /// The client, the person or the operator ended it.
    Ended = 2,
    /// The client repeated a refresh after the retry window.
    Late = 4,
    /// The client repeated a code that was redeemed for it, or could still be.
    RepeatedCode = 8,
    /// The client used the successor while its earlier request was still being served.
    Hurried = 16,
}

/// A fault: something that must not happen in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub(crate) enum Fault {
    /// A revoked grant was no longer revoked.
    Revived = 1,
    /// An existing item was overwritten.
    Overwritten = 2,
    /// A generation began that is not the next one.
    Branched = 4,
    /// A caller other than the grant's client changed the grant, or was issued something.
    Stranger = 8,
    /// Tokens were issued for an item that had been revoked.
    GivenAfterRevocation = 16,
    /// Reuse outside the retry window, or a second redemption, did not lead to a revocation.
    ReuseTolerated = 32,
    /// A reuse was reported to the caller before its revocation was written.
    ToldTooEarly = 64,
    /// An expired code or token was accepted.
    Expired = 128,
    /// A write changed more than the state of the grant.
    Disfigured = 256,
    /// An honest client was refused.
    LockedOut = 512,
}

/// A state of the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) clock: Timestamp,
    pub(crate) ticks: u8,
    pub(crate) item: Item,
    /// The processes, in the order of their callers.
    pub(crate) processes: Vec<Process>,
    pub(crate) honest: Honest,
    pub(crate) forms: u8,
    /// The other callers that have made their request, as bits.
    pub(crate) strangers: u16,
    pub(crate) late_copies: u8,
    pub(crate) history: History,
}

impl Hash for Item {
    /// Hashes everything that ever changes; [`Fault::Disfigured`] watches the rest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Some(grant) = &self.0 else { return state.write_u8(0) };
        match grant.stage {
            Stage::Pushed { shown_before, .. } => (4, shown_before).hash(state),
            Stage::Issued { code_expires_at, attempt } => (1, code_expires_at, attempt).hash(state),
            Stage::Active { generation, rotated_at, refresh_expires_at, attempt } => {
                (2, generation, rotated_at, refresh_expires_at, attempt).hash(state);
            }
            Stage::Pending { interval, next_poll_at, attempt } => (5, interval, next_poll_at, attempt).hash(state),
            Stage::Approved { code_expires_at, attempt } => (6, code_expires_at, attempt).hash(state),
            Stage::Denied => state.write_u8(7),
            Stage::Revoked => state.write_u8(3),
        }
        grant.revoked_access.hash(state);
        grant.ends_at.hash(state);
        grant.refresh_key.hash(state);
    }
}

impl Hash for Write {
    fn hash<H: Hasher>(&self, state: &mut H) {
        format!("{:?}", self.0).hash(state);
    }
}

impl Caller {
    /// The name of the attempt: every request has its own, and a repeated write keeps it.
    pub(crate) const fn attempt(self) -> Attempt {
        let (kind, number) = match self {
            Self::Person(number) => (1, number),
            Self::Honest(number) => (2, number),
            Self::Stranger(number) => (3, number),
        };
        Attempt::from_bytes([kind, number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}

impl Item {
    pub(crate) fn is_revoked(&self) -> bool {
        self.0.as_ref().is_some_and(|grant| grant.stage == Stage::Revoked)
    }
}

impl History {
    pub(crate) fn began_at(&self, generation: u8) -> Option<Timestamp> {
        self.began.get(usize::from(generation).checked_sub(1)?).copied()
    }

    pub(crate) const fn blame(&mut self, blame: Blame) {
        self.blame |= blame as u8;
    }

    pub(crate) const fn fault_if(&mut self, happened: bool, fault: Fault) {
        if happened {
            self.faults |= fault as u16;
        }
    }
}

impl State {
    pub(crate) const fn has(&self, fault: Fault) -> bool {
        self.history.faults & fault as u16 != 0
    }

    /// Inserts a process at its place in the order.
    pub(crate) fn put(&mut self, process: Process) {
        let place = self.processes.partition_point(|other| other.caller <= process.caller);
        self.processes.insert(place, process);
    }

    pub(crate) fn is_redeemed(&self) -> bool {
        self.item.0.as_ref().is_some_and(|grant| !matches!(grant.stage, Stage::Pushed { .. } | Stage::Issued { .. }))
    }

    /// Returns whether a request of the honest client is being served, whether or not the client still waits for it.
    pub(crate) fn serves_honest(&self) -> bool {
        self.processes.iter().any(|process| matches!(process.caller, Caller::Honest(_)) && process.is_at_work())
    }

    /// Returns whether an answer in the last step satisfies the condition.
    pub(crate) fn told(&self, what: impl Fn(Ask, Answer) -> bool) -> bool {
        self.processes.iter().any(|process| matches!(process.step, Step::Answered(said) if what(process.ask, said)))
    }

    /// Forgets the answers of the last step, which were received or lost, except the one that the honest client is
    /// waiting for.
    pub(crate) fn forget_answers(&mut self) {
        self.processes.retain(|process| process.awaited || !matches!(process.step, Step::Answered(_)));
    }
}

impl Process {
    pub(crate) const fn is_awaited_answer(&self) -> bool {
        self.awaited && matches!(self.step, Step::Answered(_))
    }

    pub(crate) const fn is_at_work(&self) -> bool {
        matches!(self.step, Step::Writing | Step::Last(..))
    }
}
