//! Conversion of guards to conditions, and of changes to updates.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Change, Fact, Guard, Policy, State, Transition, Value};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{flag, number, text, time};

/// Builds the guards of a transition as conditions, and its change as an update; a new grant is put as a whole.
pub(crate) fn of_transition(transition: &Transition) -> Expression {
    let mut expression = Expression::default();
    let mut states = Vec::new();
    for guard in transition.guards() {
        add_guard(&mut expression, guard, &mut states);
    }
    add_change(&mut expression, transition.change());
    expression
}

/// Adds one guard. Each except `Absent` names an attribute in a way that is false if there is no item. `states`
/// holds the states that are already required.
fn add_guard(expression: &mut Expression, guard: &Guard, states: &mut Vec<State>) {
    match guard {
        Guard::Absent => expression.absent("id"),
        Guard::StateIn([only]) => add_state(expression, *only, states),
        Guard::StateIn(allowed) => {
            let values: Vec<String> = allowed.iter().map(|state| expression.value(text(state.as_str()))).collect();
            let state = expression.name("state");
            expression.require(format!("{state} IN ({})", values.join(", ")));
        }
        Guard::Same(fact, value) => {
            add_state_of(expression, *fact, states);
            expression.same(fact.attribute(), from_value(value));
        }
        Guard::Lacks(fact) => {
            expression.present("id");
            expression.absent(fact.attribute());
        }
        Guard::After(fact, earlier) => {
            add_state_of(expression, *fact, states);
            let after = expression.compare(fact.attribute(), ">", time(*earlier));
            expression.require(after);
        }
        Guard::Contains(fact, member) => {
            let (list, member) = (expression.name(fact.attribute()), expression.value(text(member)));
            expression.require(format!("contains({list}, {member})"));
        }
        Guard::OneBeside(fact, member) => {
            let (list, member) = (expression.name(fact.attribute()), expression.value(text(member)));
            let (one, two) = (expression.value(number(&1)), expression.value(number(&2)));
            let beside = format!("(size({list}) = {two} AND contains({list}, {member}))");
            expression.require(format!("(size({list}) = {one} OR {beside})"));
        }
        Guard::Below(fact, limit) => {
            expression.present("id");
            let (set, limit) = (expression.name(fact.attribute()), expression.value(number(limit)));
            expression.require(format!("(attribute_not_exists({set}) OR size({set}) < {limit})"));
        }
    }
}

/// Requires the state that a fact belongs to.
fn add_state_of(expression: &mut Expression, fact: Fact, states: &mut Vec<State>) {
    if let Some(state) = fact.state() {
        add_state(expression, state, states);
    }
}

fn add_state(expression: &mut Expression, state: State, states: &mut Vec<State>) {
    if !states.contains(&state) {
        states.push(state);
        expression.same("state", text(state.as_str()));
    }
}

fn from_value(value: &Value) -> AttributeValue {
    match value {
        Value::Text(value) => text(value),
        Value::Number(value) => number(value),
        Value::Flag(value) => flag(*value),
    }
}

/// Adds the update that changes an existing grant.
fn add_change(expression: &mut Expression, change: &Change) {
    match change {
        Change::Create(_) => {}
        Change::Advance { to, at, refresh_expires_at, attempt } => {
            expression.set("state", text(State::Active.as_str()));
            expression.set("generation", number(&to.number()));
            expression.set("rotated_at", time(*at));
            expression.set("refresh_expires_at", time(*refresh_expires_at));
            expression.set("attempt", text(attempt));
            stay_until_the_end(expression);
        }
        Change::RevokeAccess(generation) => {
            expression.add("revoked_access", AttributeValue::Ns(vec![generation.number().to_string()]));
        }
        Change::Revoke => {
            expression.set("state", text(State::Revoked.as_str()));
            stay_until_the_end(expression);
        }
    }
}

/// Sets the time to live of a grant that is no longer in state `issued`, as [`Grant::remains_until`] defines it.
fn stay_until_the_end(expression: &mut Expression) {
    expression.set_to_sum("expires_at", "ends_at", number(&Policy::REMAINS));
}
