//! Time: only the side of each deadline matters.

use grants::{Stage, Timestamp};

use crate::run::{Action, Callers};
use crate::state::State;
use crate::world::{FUNCTION_TIMEOUT, RETRY_WINDOW};

/// A time shorter than any lifetime, and longer than half of the shortest.
const A_MOMENT: u32 = 3;

/// Adds the steps of time: to the next deadline, or by a moment if the deadline is later; an expired item may be
/// cleaned up.
pub(crate) fn possible(callers: &Callers, state: &State, actions: &mut Vec<Action>) {
    if state.item.0.as_ref().is_some_and(|grant| grant.remains_until() <= state.clock) {
        actions.push(Action::Clean);
    }
    if state.ticks >= callers.bounds.ticks {
        return;
    }
    if let Some(deadline) = deadlines(state).into_iter().flatten().filter(|time| *time > state.clock).min() {
        let moment = state.clock.plus(A_MOMENT);
        if moment < deadline {
            actions.push(Action::Clock(moment));
        }
        actions.push(Action::Clock(deadline));
    }
}

/// Advances the clock. Processes end at their time limit.
pub(crate) fn advance(state: &mut State, to: Timestamp) {
    state.clock = to;
    state.ticks += 1;
    state.processes.retain(|process| to.since(process.now) < FUNCTION_TIMEOUT);
}

fn deadlines(state: &State) -> [Option<Timestamp>; 5] {
    let grant = state.item.0.as_deref();
    let of_stage = grant.and_then(|grant| match grant.stage {
        Stage::Pushed { shown_before, .. } => Some(shown_before),
        Stage::Issued { code_expires_at, .. } => Some(code_expires_at),
        Stage::Active { rotated_at, .. } => Some(rotated_at.plus(RETRY_WINDOW)),
        Stage::Pending { .. } | Stage::Approved { .. } | Stage::Denied | Stage::Revoked => None,
    });
    let idle = grant.and_then(|grant| match grant.stage {
        Stage::Active { refresh_expires_at, .. } => Some(refresh_expires_at),
        Stage::Pushed { .. }
        | Stage::Pending { .. }
        | Stage::Approved { .. }
        | Stage::Denied
        | Stage::Issued { .. }
        | Stage::Revoked => None,
    });
    [
        of_stage,
        idle,
        grant.map(|grant| grant.ends_at),
        grant.map(grants::Grant::remains_until),
        state.honest.asked_at.map(|first| first.plus(RETRY_WINDOW)),
    ]
}
