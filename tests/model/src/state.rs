//! A moment of the model: the item, the clock, the processes that serve requests, and what is remembered so that
//! properties can be told.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use grants::{Attempt, Grant, Stage, Timestamp, Transition};

use crate::ask::{Answer, Ask};

/// The store: one item, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item(pub(crate) Option<Arc<Grant>>);

/// What a process writes before it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Write(pub(crate) Arc<Transition>);

/// Who asks; no two requests have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// The person, with the consent form for the *n*-th time.
    Person(u8),
    /// The honest client, for the *n*-th time.
    Honest(u8),
    /// The *n*-th of the others.
    Stranger(u8),
}

/// Where a process stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// It has named its write, and the store is yet to see it.
    Writing,
    /// It has a second write to make, and then this to say.
    Last(Write, Answer),
    /// It has decided; the caller is yet to hear it.
    Answered(Answer),
    /// It is gone, but a copy of its write is still on the way.
    LateCopy,
}

/// One request in one process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    pub(crate) caller: Caller,
    pub(crate) ask: Ask,
    /// When it read the clock.
    pub(crate) now: Timestamp,
    pub(crate) step: Step,
    /// How often the SDK will still repeat a write.
    pub(crate) repeats: u8,
    /// Whether the caller still waits for it.
    pub(crate) awaited: bool,
}

/// What the honest client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holds {
    Nothing,
    Code,
    Refresh(u8),
    /// It was refused, and starts over with the person.
    Refused(grants::Refusal),
}

/// The honest client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Honest {
    pub(crate) holds: Holds,
    /// When it first asked what it has no answer to.
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) sent: u8,
}

/// What went before, as far as properties need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct History {
    pub(crate) code_is_out: bool,
    /// The last generation of which anybody was given tokens.
    pub(crate) given: u8,
    /// The attempts that were given tokens for the code.
    pub(crate) redeemed_by: Vec<Caller>,
    pub(crate) revoked: bool,
    /// Why the end of the grant is not the rules' fault.
    pub(crate) blame: u8,
    pub(crate) faults: u16,
    /// When each generation began: kept for the twin without a counter only.
    pub(crate) began: Vec<Timestamp>,
}

/// What may end an honest client's grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Blame {
    /// Somebody else used what was stolen, with all that the client has.
    Thief = 1,
    /// The client, the person or the operator ended it.
    Ended = 2,
    /// The client repeated a refresh when the retry window was over.
    Late = 4,
    /// The client repeated a code that was, or could yet be, redeemed for it.
    RepeatedCode = 8,
    /// The client used the successor while its earlier request was still being served.
    Hurried = 16,
}

/// What must not happen in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub(crate) enum Fault {
    /// A revoked grant was no longer revoked.
    Revived = 1,
    /// An item was written over.
    Overwritten = 2,
    /// A generation began that is not the next one.
    Branched = 4,
    /// Somebody who is not the grant's client changed it, or was given something.
    Stranger = 8,
    /// Tokens were given on an item that had been revoked.
    GivenAfterRevocation = 16,
    /// Reuse outside the retry window, or a second redemption, was not answered by a revocation.
    ReuseTolerated = 32,
    /// A reuse was told before its revocation was written.
    ToldTooEarly = 64,
    /// Something expired was given for.
    Expired = 128,
    /// A write changed more than where the grant stands.
    Disfigured = 256,
    /// An honest client was told no.
    LockedOut = 512,
}

/// A moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) clock: Timestamp,
    pub(crate) ticks: u8,
    pub(crate) item: Item,
    /// In the order of their callers.
    pub(crate) processes: Vec<Process>,
    pub(crate) honest: Honest,
    pub(crate) forms: u8,
    /// Which of the others have asked.
    pub(crate) strangers: u16,
    pub(crate) late_copies: u8,
    pub(crate) history: History,
}

impl Hash for Item {
    /// All that ever changes; [`Fault::Disfigured`] watches the rest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Some(grant) = &self.0 else { return state.write_u8(0) };
        match grant.stage {
            Stage::Issued { code_expires_at, attempt } => (1, code_expires_at, attempt).hash(state),
            Stage::Active { generation, rotated_at, refresh_expires_at, attempt } => {
                (2, generation, rotated_at, refresh_expires_at, attempt).hash(state);
            }
            Stage::Revoked => state.write_u8(3),
        }
        grant.revoked_access.hash(state);
        grant.ends_at.hash(state);
    }
}

impl Hash for Write {
    fn hash<H: Hasher>(&self, state: &mut H) {
        format!("{:?}", self.0).hash(state);
    }
}

impl Caller {
    /// The name of the attempt: every request has its own, and a repeated send keeps it.
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

    /// Puts a process in its place.
    pub(crate) fn put(&mut self, process: Process) {
        let place = self.processes.partition_point(|other| other.caller <= process.caller);
        self.processes.insert(place, process);
    }

    pub(crate) fn is_redeemed(&self) -> bool {
        self.item.0.as_ref().is_some_and(|grant| !matches!(grant.stage, Stage::Issued { .. }))
    }

    /// Whether a request of the honest client is being served, heard of or not.
    pub(crate) fn serves_honest(&self) -> bool {
        self.processes.iter().any(|process| matches!(process.caller, Caller::Honest(_)) && process.is_at_work())
    }

    /// Whether something like that was answered in the last step.
    pub(crate) fn told(&self, what: impl Fn(Ask, Answer) -> bool) -> bool {
        self.processes.iter().any(|process| matches!(process.step, Step::Answered(said) if what(process.ask, said)))
    }

    /// What was answered in the last step was heard or lost, but for what the honest client still waits for.
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
