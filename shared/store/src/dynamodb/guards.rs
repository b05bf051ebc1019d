//! Conversion of guards to conditions, the same for the facts of every record.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Fact, Guard, Held, Value, WhenAbsent};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{flag, number, secrets, text, time};

/// Builds guards on an item as conditions that must all hold, each of them once. Unless [`Guard::Absent`] is the
/// only guard, they are false for an absent item; the key is required where no other condition implies that there
/// is an item.
pub(crate) fn of_guards<F: Fact>(guards: &[Guard<F>]) -> Expression {
    let mut expression = Expression::default();
    if !guards.iter().all(|guard| matches!(guard, Guard::Absent)) && !guards.iter().any(implies_presence) {
        expression.present(F::KEY);
    }
    let mut added = Vec::new();
    for guard in guards {
        for one in state_of(guard).into_iter().chain([guard.clone()]) {
            if !added.contains(&one) {
                let condition = condition(&mut expression, &one);
                expression.require(condition);
                added.push(one);
            }
        }
    }
    expression
}

/// Returns whether the condition alone is false for an absent item, because it names an attribute that must be there.
fn implies_presence<F: Fact>(guard: &Guard<F>) -> bool {
    match guard {
        Guard::Absent | Guard::Lacks(_) | Guard::Fewer(..) => false,
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
        Guard::Absent | Guard::Lacks(_) | Guard::Fewer(..) => None,
    }
}

/// Builds the condition of one guard, ready to be joined with others by `AND`.
fn condition<F: Fact>(expression: &mut Expression, guard: &Guard<F>) -> String {
    match guard {
        Guard::Absent => format!("attribute_not_exists({})", expression.name(F::KEY)),
        Guard::In(fact, [only]) => expression.compare(fact.attribute().name, "=", text(*only)),
        Guard::In(fact, allowed) => {
            let values: Vec<String> = allowed.iter().map(|allowed| expression.value(text(*allowed))).collect();
            format!("{} IN ({})", expression.name(fact.attribute().name), values.join(", "))
        }
        Guard::Same(fact, value) => comparison(expression, guard, *fact, "=", value),
        Guard::Above(fact, value) => comparison(expression, guard, *fact, ">", value),
        Guard::Below(fact, value) => comparison(expression, guard, *fact, "<", value),
        Guard::Lacks(fact) => format!("attribute_not_exists({})", expression.name(fact.attribute().name)),
        Guard::Contains(fact, member) => {
            format!("contains({}, {})", expression.name(fact.attribute().name), expression.value(text(member)))
        }
        Guard::OneBeside(fact, member) => {
            let (list, member) = (expression.name(fact.attribute().name), expression.value(text(member)));
            let (one, two) = (expression.value(number(&1)), expression.value(number(&2)));
            format!("(size({list}) = {one} OR (size({list}) = {two} AND contains({list}, {member})))")
        }
        Guard::Fewer(fact, limit) => {
            let (set, limit) = (expression.name(fact.attribute().name), expression.value(number(limit)));
            format!("(attribute_not_exists({set}) OR size({set}) < {limit})")
        }
    }
}

/// Builds a comparison of a fact with a value. Where the attribute may be absent, its meaning is compared instead.
fn comparison<F: Fact>(
    expression: &mut Expression,
    guard: &Guard<F>,
    fact: F,
    operator: &str,
    value: &Value,
) -> String {
    let (name, value) = (expression.name(fact.attribute().name), expression.value(from_value(value)));
    let own = format!("{name} {operator} {value}");
    if is_met_by_absence(guard, fact) {
        return format!("(attribute_not_exists({name}) OR {own})");
    }
    match fact.attribute().when_absent {
        Some(WhenAbsent::Fact(other)) => {
            let other = expression.name(other.attribute().name);
            format!("({own} OR (attribute_not_exists({name}) AND {other} {operator} {value}))")
        }
        Some(WhenAbsent::Flag(_)) | None => own,
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
    }
}

#[cfg(test)]
mod tests;
