//! Conditions and updates, built from a few shapes.
//!
//! Each shape except [`Expression::absent`] is false for a missing item, so an update never creates an item by
//! accident.

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
    /// Returns the placeholder of an attribute's name.
    pub(crate) fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    /// Returns the placeholder of a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Returns the comparison `attribute operator value`.
    pub(crate) fn compare(&mut self, attribute: &str, operator: &str, value: AttributeValue) -> String {
        format!("{} {operator} {}", self.name(attribute), self.value(value))
    }

    /// Adds a condition given as text.
    pub(crate) fn require(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// Requires that the attribute is absent. Every such item has it, so there is no item.
    pub(crate) fn absent(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.require(format!("attribute_not_exists({name})"));
    }

    /// Requires that the attribute is present.
    pub(crate) fn present(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.require(format!("attribute_exists({name})"));
    }

    /// Requires that the attribute has this value.
    pub(crate) fn same(&mut self, attribute: &str, value: AttributeValue) {
        let condition = self.compare(attribute, "=", value);
        self.require(condition);
    }

    /// Requires this value, or that the attribute is absent if `value` is `None`.
    pub(crate) fn same_or_absent(&mut self, attribute: &str, value: Option<AttributeValue>) {
        match value {
            Some(value) => self.same(attribute, value),
            None => self.absent(attribute),
        }
    }

    /// Sets the attribute to this value.
    pub(crate) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let set = self.compare(attribute, "=", value);
        self.sets.push(set);
    }

    /// Sets the attribute to the sum of another one and a number.
    pub(crate) fn set_to_sum(&mut self, attribute: &str, other: &str, number: AttributeValue) {
        let set = format!("{} = {} + {}", self.name(attribute), self.name(other), self.value(number));
        self.sets.push(set);
    }

    /// Sets the attribute, or removes it if `value` is `None`.
    pub(crate) fn set_or_remove(&mut self, attribute: &str, value: Option<AttributeValue>) {
        if let Some(value) = value {
            self.set(attribute, value);
        } else {
            let name = self.name(attribute);
            self.removes.push(name);
        }
    }

    /// Adds to a number or a set.
    pub(crate) fn add(&mut self, attribute: &str, value: AttributeValue) {
        let add = format!("{} {}", self.name(attribute), self.value(value));
        self.adds.push(add);
    }

    /// Returns all conditions, joined with `AND`.
    pub(crate) fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// Returns all changes as an update expression.
    pub(crate) fn update(&self) -> String {
        let clause = |word: &str, parts: &[String]| (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")));
        let clauses = [clause("SET", &self.sets), clause("REMOVE", &self.removes), clause("ADD", &self.adds)];
        clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Takes the names in the form of the SDK: `None` instead of an empty map.
    pub(crate) fn take_names(&mut self) -> Option<HashMap<String, String>> {
        Some(std::mem::take(&mut self.names)).filter(|names| !names.is_empty())
    }

    /// Takes the values in the form of the SDK: `None` instead of an empty map.
    pub(crate) fn take_values(&mut self) -> Option<HashMap<String, AttributeValue>> {
        Some(std::mem::take(&mut self.values)).filter(|values| !values.is_empty())
    }
}
