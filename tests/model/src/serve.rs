//! A process: its writes, their outcomes in the store, and its decisions.

use std::sync::Arc;

use grants::{Grant, Refusal, Transition};

use crate::ask::{Answer, Ask, Asking, Next};
use crate::bounds::Bounds;
use crate::run::{Action, Callers, How};
use crate::state::{Caller, Holds, Item, Process, State, Step, Write};
use crate::twin::Twin;
use crate::watch;

/// The answer of the store.
pub(crate) enum Applied {
    Done(Arc<Grant>),
    Refused(Option<Arc<Grant>>),
}

/// Adds the ways in which each process can continue.
pub(crate) fn possible(bounds: &Bounds, state: &State, actions: &mut Vec<Action>) {
    for process in &state.processes {
        let mut can = |how| actions.push(Action::Goes(process.caller, how));
        match process.step {
            Step::Answered(_) => {}
            Step::LateCopy => can(How::Arrives),
            Step::Writing | Step::Last(..) => {
                [How::Write, How::DiesAfter, How::DiesBefore, How::Throttled].into_iter().for_each(&mut can);
                if process.repeats > 0 {
                    can(How::AnswerLost);
                }
                if process.step == Step::Writing && state.late_copies < bounds.late_copies {
                    can(How::WriteAndLateCopy);
                }
            }
        }
    }
}

/// Lets a process continue.
pub(crate) fn go(callers: &Callers, state: &mut State, caller: Caller, how: How) {
    let late = how == How::Arrives;
    let is_meant = |process: &Process| process.caller == caller && (process.step == Step::LateCopy) == late;
    let place = state.processes.iter().position(is_meant).unwrap();
    let process = state.processes.remove(place);
    match how {
        How::DiesBefore => {}
        How::Throttled => not_known(callers, state, &process),
        How::DiesAfter => {
            write(callers, state, &process);
            not_known(callers, state, &process);
        }
        How::Arrives => drop(write(callers, state, &process)),
        How::AnswerLost => {
            write(callers, state, &process);
            state.put(Process { repeats: process.repeats - 1, ..process });
        }
        How::Write => decide(callers, state, &process),
        How::WriteAndLateCopy => {
            state.late_copies += 1;
            state.put(Process { step: Step::LateCopy, awaited: false, repeats: 0, ..process.clone() });
            decide(callers, state, &process);
        }
    }
}

/// Answers 503: nothing is issued and nothing is ended.
fn not_known(callers: &Callers, state: &mut State, process: &Process) {
    if callers.twin == Twin::UnknownIsNo {
        answer(state, process, Answer::Refused(Refusal::CodeUnknown));
    }
}

fn write(callers: &Callers, state: &mut State, process: &Process) -> Applied {
    let named;
    let step: &Transition = match &process.step {
        Step::Last(Write(last), _) => last,
        Step::Writing | Step::LateCopy if asking(callers, process).reads() => {
            return Applied::Refused(state.item.0.clone());
        }
        Step::Writing | Step::LateCopy | Step::Answered(_) => {
            named = asking(callers, process).step();
            &named
        }
    };
    let before = state.item.0.clone();
    let Some(after) = callers.twin.after(step, before.as_deref(), made_at(state, process.ask)) else {
        return Applied::Refused(before);
    };
    let after = Arc::new(after);
    watch::written(callers, &mut state.history, process, (before.as_deref(), &after));
    state.item = Item(Some(Arc::clone(&after)));
    Applied::Done(after)
}

fn decide(callers: &Callers, state: &mut State, process: &Process) {
    let before = state.item.0.clone();
    let applied = write(callers, state, process);
    let asking = asking(callers, process);
    let next = match (&process.step, &applied) {
        (Step::Last(_, said), _) => Next::Answer(*said),
        (_, Applied::Done(grant)) => asking.done(grant),
        (_, Applied::Refused(found)) => asking.refused(found.as_deref()),
    };
    if process.step == Step::Writing {
        watch::decided(&asking, &mut state.history, before.as_deref(), (&applied, &next));
    }
    match next {
        Next::Answer(said) => answer(state, process, said),
        Next::Last(last, said) => {
            state.put(Process { step: Step::Last(Write(Arc::new(last)), said), ..process.clone() });
        }
    }
}

fn answer(state: &mut State, process: &Process, said: Answer) {
    watch::answered(state, process, said);
    if said == Answer::Code {
        state.history.code_is_out = true;
        state.honest.holds = Holds::Code;
    }
    state.put(Process { step: Step::Answered(said), ..process.clone() });
}

fn asking<'a>(callers: &'a Callers, process: &Process) -> Asking<'a> {
    Asking::of(callers, process.ask, process.now, process.caller)
}

/// The time at which the presented refresh token was created.
fn made_at(state: &State, ask: Ask) -> Option<grants::Timestamp> {
    match ask {
        Ask::Refresh(_, generation, _) => state.history.began_at(generation),
        Ask::Issue | Ask::Agree | Ask::Deny | Ask::Redeem(..) | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => {
            None
        }
    }
}
