//! Conversion of a transition to a conditional update.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Change, Policy, State, Transition};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{number, text, time};

/// Builds the guards of a transition as conditions, and its change as an update; a new grant is put as a whole.
pub(crate) fn of_transition(transition: &Transition) -> Expression {
    let mut expression = of_guards(transition.guards());
    add_change(&mut expression, transition.change());
    expression
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
