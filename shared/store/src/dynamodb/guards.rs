//! Conversion of guards to conditions, the same for the facts of every record.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Fact, Guard, Held, Value, WhenAbsent};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{bytes, flag, number, secrets, text, time};

/// Builds guards on an item as conditions that must all hold, each of them once. Unless [`Guard::Absent`] is the
/// only guard, they are false for an absent item; the key is required where no other condition implies that there
/// is an item.
pub(crate) fn of_guards<F: Fact>(guards: &[Guard<F>]) -> Expression {
    let mut expression = Expression::default();
    if !guards.iter().all(|guard| matches!(guard, Guard::Absent)) && !guards.iter().any(implies_presence) {
        expression.present(F::KEY);
    }
    let mut added: Vec<Cow<'_, Guard<F>>> = Vec::with_capacity(2 * guards.len());
    for guard in guards {
        for one in state_of(guard).map(Cow::Owned).into_iter().chain([Cow::Borrowed(guard)]) {
            if !added.contains(&one) {
                require(&mut expression, &one);
                added.push(one);
            }
        }
    }
    expression
}

/// Returns whether the condition alone is false for an absent item, because it names an attribute that must be there.
fn implies_presence<F: Fact>(guard: &Guard<F>) -> bool {
    match guard {
        Guard::Absent | Guard::Lacks(_) | Guard::NoOther(..) | Guard::Fewer(..) => false,
        Guard::Same(fact, _) | Guard::Above(fact, _) | Guard::Below(fact, _) => !is_met_by_absence(guard, *fact),
        Guard::In(..) | Guard::Contains(..) | Guard::OneBeside(..) => true,
    }
}

/// Returns the guard on the state that the guard's fact belongs to.
fn state_of<F: Fact>(guard: &Guard<F>) -> Option<Guard<F>> {
    match guard {
        Guard::In(fact, _)
        | Guard::Same(fact, _)
        | Guard::Above(fact, _)
        | Guard::Below(fact, _)
        | Guard::Contains(fact, _)
        | Guard::OneBeside(fact, _) => fact.attribute().belongs_to,
        Guard::Absent | Guard::Lacks(_) | Guard::NoOther(..) | Guard::Fewer(..) => None,
    }
}

/// Adds the condition of one guard.
fn require<F: Fact>(expression: &mut Expression, guard: &Guard<F>) {
    match guard {
        Guard::Absent => expression.absent(F::KEY),
        Guard::In(fact, [only]) => expression.same(fact.attribute().name, text(*only)),
        Guard::In(fact, allowed) => {
            let name = expression.name(fact.attribute().name);
            let values = allowed.iter().map(|allowed| expression.value(text(*allowed)).to_string());
            let values = values.collect::<Vec<_>>().join(", ");
            expression.require(format_args!("{name} IN ({values})"));
        }
        Guard::Same(fact, value) => compare(expression, guard, *fact, "=", value),
        Guard::Above(fact, value) => compare(expression, guard, *fact, ">", value),
        Guard::Below(fact, value) => compare(expression, guard, *fact, "<", value),
        Guard::Lacks(fact) => expression.absent(fact.attribute().name),
        Guard::NoOther(fact, value) => {
            let (name, value) = (expression.name(fact.attribute().name), expression.value(from_value(value)));
            expression.require(format_args!("(attribute_not_exists({name}) OR {name} = {value})"));
        }
        Guard::Contains(fact, member) => {
            let (list, member) = (expression.name(fact.attribute().name), expression.value(text(member)));
            expression.require(format_args!("contains({list}, {member})"));
        }
        Guard::OneBeside(fact, member) => {
            let (list, member) = (expression.name(fact.attribute().name), expression.value(text(member)));
            let (one, two) = (expression.value(number(&1)), expression.value(number(&2)));
            expression.require(format_args!(
                "(size({list}) = {one} OR (size({list}) = {two} AND contains({list}, {member})))"
            ));
        }
        Guard::Fewer(fact, limit) => {
            let (set, limit) = (expression.name(fact.attribute().name), expression.value(number(limit)));
            expression.require(format_args!("(attribute_not_exists({set}) OR size({set}) < {limit})"));
        }
    }
}

/// Adds the comparison of a fact with a value. Where the attribute may be absent, its meaning is compared instead.
fn compare<F: Fact>(expression: &mut Expression, guard: &Guard<F>, fact: F, operator: &str, value: &Value) {
    let attribute = fact.attribute();
    let (name, value) = (expression.name(attribute.name), expression.value(from_value(value)));
    if is_met_by_absence(guard, fact) {
        expression.require(format_args!("(attribute_not_exists({name}) OR {name} {operator} {value})"));
        return;
    }
    match attribute.when_absent {
        Some(WhenAbsent::Fact(other)) => {
            let other = expression.name(other.attribute().name);
            expression.require(format_args!(
                "({name} {operator} {value} OR (attribute_not_exists({name}) AND {other} {operator} {value}))"
            ));
        }
        Some(WhenAbsent::Flag(_)) | None => expression.require(format_args!("{name} {operator} {value}")),
    }
}

/// Returns whether an item without the attribute of the guard's fact meets the guard, whatever else is in it.
fn is_met_by_absence<F: Fact>(guard: &Guard<F>, fact: F) -> bool {
    matches!(fact.attribute().when_absent, Some(WhenAbsent::Flag(flag)) if guard.is_met_by(&Held::Flag(flag)))
}

fn from_value(value: &Value) -> AttributeValue {
    match value {
        Value::Text(value) => text(value),
        Value::Number(value) => number(value),
        Value::Flag(value) => flag(*value),
        Value::Time(value) => time(*value),
        Value::Secrets(value) => secrets(value),
        Value::Bytes(value) => bytes(value),
    }
}

#[cfg(test)]
mod tests;
