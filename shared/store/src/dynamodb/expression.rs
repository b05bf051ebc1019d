//! Conditions and updates, built of a handful of shapes.
//!
//! Each shape but [`Expression::absent`] is false of an item that is not there, so that no update makes an item by the way.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An expression under construction, with the names and values it uses.
#[derive(Debug, Default)]
pub(crate) struct Expression {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    conditions: Vec<String>,
    sets: Vec<String>,
    removes: Vec<String>,
    adds: Vec<String>,
}

impl Expression {
    /// The placeholder of an attribute's name.
    pub(crate) fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    /// The placeholder of a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// `attribute operator value`.
    pub(crate) fn compare(&mut self, attribute: &str, operator: &str, value: AttributeValue) -> String {
        format!("{} {operator} {}", self.name(attribute), self.value(value))
    }

    /// Adds a condition that is written out.
    pub(crate) fn require(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// Requires that the attribute, which every such item has, is absent: there is no item.
    pub(crate) fn absent(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.require(format!("attribute_not_exists({name})"));
    }

    /// Requires that the attribute is there.
    pub(crate) fn present(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.require(format!("attribute_exists({name})"));
    }

    /// Requires that the attribute has this value.
    pub(crate) fn same(&mut self, attribute: &str, value: AttributeValue) {
        let condition = self.compare(attribute, "=", value);
        self.require(condition);
    }

    /// Requires this value, or that the attribute is not there where `value` is `None`.
    pub(crate) fn same_or_absent(&mut self, attribute: &str, value: Option<AttributeValue>) {
        match value {
            Some(value) => self.same(attribute, value),
            None => self.absent(attribute),
        }
    }

    /// Sets the attribute.
    pub(crate) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let set = self.compare(attribute, "=", value);
        self.sets.push(set);
    }

    /// Sets the attribute to the sum of another one and a number.
    pub(crate) fn set_to_sum(&mut self, attribute: &str, other: &str, number: AttributeValue) {
        let set = format!("{} = {} + {}", self.name(attribute), self.name(other), self.value(number));
        self.sets.push(set);
    }

    /// Sets the attribute, or takes it away where `value` is `None`.
    pub(crate) fn set_or_remove(&mut self, attribute: &str, value: Option<AttributeValue>) {
        if let Some(value) = value {
            self.set(attribute, value);
        } else {
            let name = self.name(attribute);
            self.removes.push(name);
        }
    }

    /// Adds to a number, or to a set.
    pub(crate) fn add(&mut self, attribute: &str, value: AttributeValue) {
        let add = format!("{} {}", self.name(attribute), self.value(value));
        self.adds.push(add);
    }

    /// All conditions together.
    pub(crate) fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// All changes together.
    pub(crate) fn update(&self) -> String {
        let clause = |word: &str, parts: &[String]| (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")));
        let clauses = [clause("SET", &self.sets), clause("REMOVE", &self.removes), clause("ADD", &self.adds)];
        clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The names, as the SDK takes them: none rather than an empty map.
    pub(crate) fn take_names(&mut self) -> Option<HashMap<String, String>> {
        Some(std::mem::take(&mut self.names)).filter(|names| !names.is_empty())
    }

    /// The values, as the SDK takes them: none rather than an empty map.
    pub(crate) fn take_values(&mut self) -> Option<HashMap<String, AttributeValue>> {
        Some(std::mem::take(&mut self.values)).filter(|values| !values.is_empty())
    }
}
