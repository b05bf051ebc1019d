//! The model: the steps that are possible in a state, and the state after each.

use std::sync::Arc;

use grants::{Attempt, Generation, Grant, Timestamp};
use stateright::{Model, Property};

use crate::ask::{Ask, Asking, Proof, Who};
use crate::bounds::{Bounds, Start};
use crate::state::{Caller, History, Holds, Honest, Item, State};
use crate::twin::Twin;
use crate::world::{START, World};
use crate::{calls, clock, properties, serve};

/// The rules, the world and the bounds of a run.
#[derive(Clone, Debug)]
pub(crate) struct Callers {
    pub(crate) world: World,
    pub(crate) twin: Twin,
    pub(crate) bounds: Bounds,
}

/// One step of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The person submits the form.
    SendForm,
    /// The honest client requests the next tokens.
    Ask,
    /// The honest client repeats a request that got no answer: answers to its earlier requests are lost.
    Retry,
    /// The honest client receives the answer.
    Hear,
    /// One of the others makes its request.
    Intrude(u8),
    /// The process of that caller continues.
    Goes(Caller, How),
    /// Time advances to this moment.
    Clock(Timestamp),
    /// The store removes an expired item.
    Clean,
}

/// The way in which a process continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The write is applied or refused, and the answer arrives.
    Write,
    /// The same, and a copy of the write is still in transit.
    WriteAndLateCopy,
    /// The write is applied or refused, the answer is lost, and the SDK repeats the write.
    AnswerLost,
    /// The write is applied or refused, and the process dies or gives up: the caller gets no answer.
    DiesAfter,
    /// The process dies before its write.
    DiesBefore,
    /// The store does not write, and the caller gets a 503.
    Throttled,
    /// A late copy of a write arrives.
    Arrives,
}

impl Model for Callers {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (grant, holds, history) = self.beginning();
        vec![State {
            clock: START,
            ticks: 0,
            item: Item(grant.map(Arc::new)),
            processes: Vec::new(),
            honest: Honest { holds, asked_at: None, sent: 0 },
            forms: 0,
            strangers: 0,
            late_copies: 0,
            history,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // States after a fault are not explored.
        if state.history.faults == 0 {
            calls::possible(&self.bounds, state, actions);
            serve::possible(&self.bounds, state, actions);
            clock::possible(self, state, actions);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = last.clone();
        next.forget_answers();
        match action {
            Action::SendForm | Action::Ask | Action::Retry | Action::Intrude(_) => {
                calls::call(&self.bounds, &mut next, action);
            }
            Action::Hear => calls::hear(&mut next),
            Action::Goes(caller, how) => serve::go(self, &mut next, caller, how),
            Action::Clock(to) => clock::advance(&mut next, to),
            Action::Clean => next.item = Item(None),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl Callers {
    /// The shipped rules within these bounds.
    pub(crate) fn real(bounds: Bounds) -> Self {
        Self::twin(Twin::Real, bounds)
    }

    /// A broken twin within these bounds.
    pub(crate) fn twin(twin: Twin, bounds: Bounds) -> Self {
        let world = match (bounds.is_bound(), bounds.keeps) {
            (true, _) => World::bound(),
            (false, true) => World::kept(),
            (false, false) => World::new(),
        };
        Self { world, twin, bounds }
    }

    fn beginning(&self) -> (Option<Grant>, Holds, History) {
        let revoked = (0..self.bounds.revoked_before).map(|number| Generation::from_number(100 + number));
        let issued = self.world.grant(START, Attempt::from_bytes([0; 16]));
        let issued = Grant { revoked_access: revoked.collect(), ..issued };
        let history = History { code_is_out: true, ..History::default() };
        match self.bounds.start {
            Start::Form => (None, Holds::Nothing, History::default()),
            Start::Pushed => (Some(self.world.pushed()), Holds::Nothing, History::default()),
            Start::Code => (Some(issued), Holds::Code, history),
            Start::Tokens => {
                let caller = Caller::Honest(0);
                let ask = Ask::Redeem(Who::App, Proof::Right);
                let active = Asking::of(self, ask, START, caller).step().after(Some(&issued));
                let history = History { given: 1, redeemed_by: vec![caller], began: vec![START], ..history };
                (active, Holds::Refresh(1), history)
            }
        }
    }
}
