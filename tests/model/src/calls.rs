//! The requests of the callers, and the times at which they are possible.

use crate::ask::{Answer, Ask, Proof, Reach, Who};
use crate::bounds::{Bounds, Start};
use crate::run::Action;
use crate::state::{Blame, Caller, Holds, Process, State, Step};
use crate::world::{FORM_LIFETIME, RETRY_WINDOW, START};

/// Adds the requests that can be made now, and the answers that can be received.
pub(crate) fn possible(bounds: &Bounds, state: &State, actions: &mut Vec<Action>) {
    if state.processes.iter().any(Process::is_awaited_answer) {
        actions.push(Action::Hear);
    }
    if state.processes.iter().filter(|process| process.is_at_work()).count() >= bounds.at_once {
        return;
    }
    if state.forms < bounds.forms && state.clock.since(START) < FORM_LIFETIME {
        actions.push(Action::SendForm);
    }
    if state.honest.sent < bounds.honest && honest_ask(state.honest.holds).is_some() {
        let retries = state.honest.asked_at.is_some();
        if bounds.careless || carelessness(state).is_none() {
            actions.push(if retries { Action::Retry } else { Action::Ask });
        }
    }
    for (number, ask) in (0_u8..).zip(&bounds.strangers) {
        if state.strangers & (1 << number) == 0 && can_be_asked(*ask, state) {
            actions.push(Action::Intrude(number));
        }
    }
}

/// Makes the request of an action.
pub(crate) fn call(bounds: &Bounds, state: &mut State, action: Action) {
    let (caller, ask) = match action {
        Action::SendForm => {
            state.forms += 1;
            let ask = if bounds.start == Start::Pushed { Ask::Agree } else { Ask::Issue };
            (Caller::Person(state.forms), ask)
        }
        Action::Intrude(number) => {
            state.strangers |= 1 << number;
            (Caller::Stranger(number), bounds.strangers[usize::from(number)])
        }
        Action::Ask | Action::Retry => {
            if let Some(blame) = carelessness(state) {
                state.history.blame(blame);
            }
            state.honest.sent += 1;
            state.honest.asked_at.get_or_insert(state.clock);
            state.processes.iter_mut().for_each(|process| process.awaited = false);
            state.forget_answers();
            (Caller::Honest(state.honest.sent), honest_ask(state.honest.holds).unwrap())
        }
        Action::Hear | Action::Goes(..) | Action::Clock(_) | Action::Clean => return,
    };
    if let (Caller::Stranger(_), Some(blame)) = (caller, blame_of(ask)) {
        state.history.blame(blame);
    }
    let awaited = matches!(caller, Caller::Honest(_));
    state.put(Process { caller, ask, now: state.clock, step: Step::Writing, repeats: bounds.repeats, awaited });
}

/// Delivers the answer that the honest client is waiting for.
pub(crate) fn hear(state: &mut State) {
    let place = state.processes.iter().position(Process::is_awaited_answer).unwrap();
    if let Step::Answered(answer) = state.processes.remove(place).step {
        state.honest.asked_at = None;
        state.honest.holds = match answer {
            Answer::Tokens(generation, _) => Holds::Refresh(generation),
            Answer::Refused(refusal) => Holds::Refused(refusal),
            Answer::Code | Answer::FormUsed | Answer::Ended => state.honest.holds,
        };
    }
}

const fn honest_ask(holds: Holds) -> Option<Ask> {
    match holds {
        Holds::Code => Some(Ask::Redeem(Who::App, Proof::Right)),
        Holds::Refresh(generation) => Some(Ask::Refresh(Who::App, generation, Reach::Granted)),
        Holds::Nothing | Holds::Refused(_) => None,
    }
}

/// Returns the mistake, if any, that a request of the honest client would be now.
fn carelessness(state: &State) -> Option<Blame> {
    match (state.honest.holds, state.honest.asked_at) {
        (Holds::Code, Some(_)) => {
            let on_the_way = state.processes.iter().any(|process| {
                matches!(process.caller, Caller::Honest(_)) && !matches!(process.step, Step::Answered(_))
            });
            (on_the_way || state.is_redeemed()).then_some(Blame::RepeatedCode)
        }
        (Holds::Refresh(_), Some(first)) => {
            (state.clock.since(first) >= u64::from(RETRY_WINDOW)).then_some(Blame::Late)
        }
        (Holds::Code | Holds::Refresh(_), None) => state.serves_honest().then_some(Blame::Hurried),
        (Holds::Nothing | Holds::Refused(_), _) => None,
    }
}

/// Returns whether a request is possible: a code or a token cannot be used before it was created.
fn can_be_asked(ask: Ask, state: &State) -> bool {
    match ask {
        Ask::Issue | Ask::Agree => true,
        Ask::Redeem(..) => state.history.code_is_out,
        Ask::Refresh(_, generation, _) | Ask::RevokeAccess(_, generation) => state.history.given >= generation,
        Ask::Revoke(_) => state.history.given > 0,
        Ask::Deny | Ask::End => state.item.0.is_some(),
    }
}

const fn blame_of(ask: Ask) -> Option<Blame> {
    match ask {
        Ask::Redeem(..) | Ask::Refresh(..) if ask.is_entitled() => Some(Blame::Thief),
        Ask::Deny | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End if ask.is_entitled() => Some(Blame::Ended),
        Ask::Issue
        | Ask::Agree
        | Ask::Deny
        | Ask::Redeem(..)
        | Ask::Refresh(..)
        | Ask::Revoke(_)
        | Ask::RevokeAccess(..)
        | Ask::End => None,
    }
}
