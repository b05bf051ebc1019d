//! Conversion of a transition to a conditional update.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Change, Fact, GrantFact, Policy, State, Transition};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{number, text, time};
use crate::grants::item::{ASKED_FROM, NEXT_POLL_AT, POLL_INTERVAL, REQUEST, SHOWN_BEFORE, USER_CODE, to_item};

/// The attributes of requests that wait for a person, which the grant does not have.
const OF_REQUESTS: [&str; 6] = [REQUEST, SHOWN_BEFORE, USER_CODE, ASKED_FROM, POLL_INTERVAL, NEXT_POLL_AT];

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
        Change::Agree(grant) => {
            for (name, value) in to_item(grant).into_iter().filter(|(name, _)| name != GrantFact::KEY) {
                expression.set(&name, value);
            }
            for name in OF_REQUESTS {
                expression.set_or_remove(name, None);
            }
        }
        Change::Advance { to, at, refresh_expires_at, attempt, refresh_key } => {
            expression.set("state", text(State::Active.as_str()));
            expression.set("generation", number(&to.number()));
            expression.set("rotated_at", time(*at));
            expression.set("refresh_expires_at", time(*refresh_expires_at));
            expression.set("attempt", text(attempt));
            if let Some(key) = refresh_key {
                expression.set("refresh_jkt", text(key));
            }
            stay_until_the_end(expression);
        }
        Change::RevokeAccess(generation) => {
            expression.add("revoked_access", AttributeValue::Ns(vec![generation.number().to_string()]));
        }
        Change::Poll { at, slack, attempt } => {
            expression.set_to_sum(NEXT_POLL_AT, POLL_INTERVAL, time(at.minus(*slack)));
            expression.set("attempt", text(attempt));
        }
        Change::SlowDown(more) => {
            expression.set_to_sum(POLL_INTERVAL, POLL_INTERVAL, number(more));
            expression.set_to_sum(NEXT_POLL_AT, NEXT_POLL_AT, number(more));
        }
        Change::Deny => expression.set("state", text(State::Denied.as_str())),
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
