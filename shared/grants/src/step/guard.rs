//! Guards: conditions on an item at the moment of a write.
//!
//! A guard has one of a few shapes and tests a fact of a record: of a grant, a person, a session, a client. A new
//! fact needs a variant of its [`Fact`] type, an accessor in [`Fact::of`] and an attribute in [`Fact::attribute`]; the
//! store can then test it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::num::NonZeroUsize;

use protocol::{Resource, Scope};

use crate::terms::ids::Generation;
use crate::terms::secret::StoredSecret;
use crate::terms::time::Timestamp;

/// A fact of a record that guards test: one attribute of its item.
pub trait Fact: Copy + Eq + Debug {
    /// The record that has the fact.
    type Record;

    /// The name of an attribute of the key, which every item has.
    const KEY: &'static str;

    /// The attribute of the fact, in the table.
    fn attribute(self) -> Attribute<Self>;

    /// Returns the value that a record has for the fact.
    fn of(self, record: &Self::Record) -> Option<Held<'_>>;

    /// The fact has this value.
    fn is(self, value: impl Into<Value>) -> Guard<Self> {
        Guard::Same(self, value.into())
    }

    /// The fact has this value, or the record does not have the fact.
    fn is_or_lacks(self, value: impl Into<Value>) -> Guard<Self> {
        Guard::NoOther(self, value.into())
    }

    /// The record does not have this fact.
    fn is_absent(self) -> Guard<Self> {
        Guard::Lacks(self)
    }

    /// The time is later than `time`.
    fn is_after(self, time: Timestamp) -> Guard<Self> {
        Guard::Above(self, Value::Time(time))
    }

    /// The time is earlier than `time`.
    fn is_before(self, time: Timestamp) -> Guard<Self> {
        Guard::Below(self, Value::Time(time))
    }

    /// The number is greater than `number`.
    fn is_above(self, number: u32) -> Guard<Self> {
        Guard::Above(self, Value::Number(number))
    }

    /// The list or set contains `text`.
    fn contains(self, text: &str) -> Guard<Self> {
        Guard::Contains(self, text.to_owned())
    }

    /// The list has exactly one member besides `text`, which it may contain.
    fn has_one_beside(self, text: &str) -> Guard<Self> {
        Guard::OneBeside(self, text.to_owned())
    }

    /// The set has fewer members than `limit`.
    fn has_fewer_than(self, limit: NonZeroUsize) -> Guard<Self> {
        Guard::Fewer(self, limit)
    }
}

/// The attribute of a fact, in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<F> {
    /// The name of the attribute.
    pub name: &'static str,
    /// The state of the record that the fact belongs to. The attribute may remain after that state, and then has no
    /// meaning.
    pub belongs_to: Option<Guard<F>>,
    /// The meaning of an item without the attribute, if earlier versions wrote such items.
    pub when_absent: Option<WhenAbsent<F>>,
}

/// A condition on the stored record. All but [`Guard::Absent`] are false for an absent item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard<F> {
    /// The item does not exist.
    Absent,
    /// The fact has one of these values.
    In(F, &'static [&'static str]),
    /// The fact has this value.
    Same(F, Value),
    /// The record does not have this fact. Only for facts that do not belong to a state.
    Lacks(F),
    /// The record does not have this fact with any other value. Only for facts that do not belong to a state.
    NoOther(F, Value),
    /// The number or time is greater than this one.
    Above(F, Value),
    /// The number or time is less than this one.
    Below(F, Value),
    /// The list or set contains this text.
    Contains(F, String),
    /// The list has exactly one member besides this one, which it may contain.
    OneBeside(F, String),
    /// The set has fewer members than this. Only for facts that do not belong to a state.
    Fewer(F, NonZeroUsize),
}

/// A value to compare a fact with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text, compared byte by byte.
    Text(String),
    /// An unsigned 32-bit number.
    Number(u32),
    /// A flag: `true` or `false`.
    Flag(bool),
    /// A point in time.
    Time(Timestamp),
    /// The secrets of a client, in their order.
    Secrets(Vec<StoredSecret>),
    /// A hash, compared byte by byte.
    Bytes(Vec<u8>),
}

/// The value that a record has for a fact.
#[derive(Clone, Debug)]
pub enum Held<'r> {
    /// A text, compared byte by byte.
    Text(Cow<'r, str>),
    /// An unsigned 32-bit number.
    Number(u32),
    /// A flag: `true` or `false`.
    Flag(bool),
    /// A point in time.
    Time(Timestamp),
    /// The secrets of a client, in their order.
    Secrets(&'r [StoredSecret]),
    /// A hash, compared byte by byte.
    Bytes(&'r [u8]),
    /// A set of texts.
    Texts(&'r BTreeSet<String>),
    /// A list of APIs.
    Resources(&'r [Resource]),
    /// The tokens of a scope.
    Scope(&'r Scope),
    /// A set of generations.
    Generations(&'r BTreeSet<Generation>),
}

/// The meaning of an absent attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAbsent<F> {
    /// The flag has this value.
    Flag(bool),
    /// Another fact stands in for it.
    Fact(F),
}

impl<F> Attribute<F> {
    /// Names the attribute of a fact that has a meaning in every state.
    pub const fn named(name: &'static str) -> Self {
        Self { name, belongs_to: None, when_absent: None }
    }

    /// Limits the meaning of the attribute to a state of the record.
    #[must_use]
    pub fn belonging_to(self, state: Guard<F>) -> Self {
        Self { belongs_to: Some(state), ..self }
    }

    /// Gives a meaning to items without the attribute.
    #[must_use]
    pub fn or_when_absent(self, meaning: WhenAbsent<F>) -> Self {
        Self { when_absent: Some(meaning), ..self }
    }
}

impl<F: Fact> Guard<F> {
    /// Checks whether the guard holds for the item.
    pub fn holds(&self, item: Option<&F::Record>) -> bool {
        match (self, item) {
            (Self::Absent, item) => item.is_none(),
            (_, None) => false,
            (Self::Lacks(fact), Some(record)) => fact.of(record).is_none(),
            (Self::NoOther(fact, _), Some(record)) => fact.of(record).is_none_or(|held| self.is_met_by(&held)),
            (
                Self::In(fact, _)
                | Self::Same(fact, _)
                | Self::Above(fact, _)
                | Self::Below(fact, _)
                | Self::Contains(fact, _)
                | Self::OneBeside(fact, _)
                | Self::Fewer(fact, _),
                Some(record),
            ) => fact.of(record).is_some_and(|held| self.is_met_by(&held)),
        }
    }

    /// Checks whether a value of the guard's fact meets the guard.
    pub fn is_met_by(&self, held: &Held<'_>) -> bool {
        match self {
            Self::Absent | Self::Lacks(_) => false,
            Self::In(_, allowed) => matches!(held, Held::Text(text) if allowed.contains(&&**text)),
            Self::Same(_, value) | Self::NoOther(_, value) => held.compare(value) == Some(Ordering::Equal),
            Self::Above(_, value) => held.compare(value) == Some(Ordering::Greater),
            Self::Below(_, value) => held.compare(value) == Some(Ordering::Less),
            Self::Contains(_, text) => held.contains(text),
            Self::OneBeside(_, text) => match (held.len(), held.contains(text)) {
                (Some(1), _) | (Some(2), true) => true,
                (_, _) => false,
            },
            Self::Fewer(_, limit) => held.len().is_some_and(|len| len < limit.get()),
        }
    }
}

impl Held<'_> {
    /// Compares with a value of the same kind. Only numbers and times have an order; all else is equal or not.
    fn compare(&self, value: &Value) -> Option<Ordering> {
        let equal = |equal: bool| equal.then_some(Ordering::Equal);
        match (self, value) {
            (Self::Text(held), Value::Text(value)) => equal(held == value),
            (Self::Number(held), Value::Number(value)) => Some(held.cmp(value)),
            (Self::Flag(held), Value::Flag(value)) => equal(held == value),
            (Self::Time(held), Value::Time(value)) => Some(held.cmp(value)),
            (Self::Secrets(held), Value::Secrets(value)) => equal(held == value),
            (Self::Bytes(held), Value::Bytes(value)) => equal(held == value),
            _ => None,
        }
    }

    fn contains(&self, text: &str) -> bool {
        match self {
            Self::Resources(held) => held.iter().any(|resource| resource.as_str() == text),
            Self::Scope(held) => held.contains(text),
            Self::Texts(held) => held.contains(text),
            Self::Text(_)
            | Self::Number(_)
            | Self::Flag(_)
            | Self::Time(_)
            | Self::Secrets(_)
            | Self::Bytes(_)
            | Self::Generations(_) => false,
        }
    }

    /// The number of members of a list or set.
    fn len(&self) -> Option<usize> {
        match self {
            Self::Resources(held) => Some(held.len()),
            Self::Scope(held) => Some(held.tokens().count()),
            Self::Texts(held) => Some(held.len()),
            Self::Generations(held) => Some(held.len()),
            Self::Text(_) | Self::Number(_) | Self::Flag(_) | Self::Time(_) | Self::Secrets(_) | Self::Bytes(_) => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<&[StoredSecret]> for Value {
    fn from(secrets: &[StoredSecret]) -> Self {
        Self::Secrets(secrets.to_vec())
    }
}

#[cfg(test)]
mod tests;
