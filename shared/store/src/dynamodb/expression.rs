//! Conditions and updates, built from a few shapes.
//!
//! Each shape except [`Expression::absent`] is false for a missing item, so an update never creates an item by
//! accident.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use aws_sdk_dynamodb::types::AttributeValue;

/// An expression under construction, with the names and values it uses.
#[derive(Debug, Default)]
pub(crate) struct Expression {
    /// The attributes that are named by a placeholder, each once.
    names: Vec<String>,
    values: Vec<AttributeValue>,
    conditions: String,
    sets: String,
    removes: String,
    adds: String,
    deletes: String,
}

/// An attribute as an expression names it: by a placeholder, because DynamoDB reserves many words. No reserved word
/// has an underscore, so an attribute with one is named as it is.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a>(&'a str);

/// The placeholder of a value, by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placeholder(usize);

impl Expression {
    /// Returns the name of an attribute.
    pub(crate) fn name<'a>(&mut self, attribute: &'a str) -> Name<'a> {
        let name = Name(attribute);
        if name.needs_placeholder() && !self.names.iter().any(|known| known == attribute) {
            self.names.push(attribute.to_owned());
        }
        name
    }

    /// Returns the placeholder of a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> Placeholder {
        self.values.push(value);
        Placeholder(self.values.len() - 1)
    }

    /// Adds a condition to those that must all hold.
    pub(crate) fn require(&mut self, condition: fmt::Arguments<'_>) {
        add(&mut self.conditions, " AND ", condition);
    }

    /// Requires that the attribute is absent. If every such item has the attribute, that means that there is no item.
    pub(crate) fn absent(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.require(format_args!("attribute_not_exists({name})"));
    }

    /// Requires that the attribute is present.
    pub(crate) fn present(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.require(format_args!("attribute_exists({name})"));
    }

    /// Requires that the attribute has this value.
    pub(crate) fn same(&mut self, attribute: &str, value: AttributeValue) {
        let (name, value) = (self.name(attribute), self.value(value));
        self.require(format_args!("{name} = {value}"));
    }

    /// Requires that the text in the attribute begins with `prefix`.
    pub(crate) fn begins_with(&mut self, attribute: &str, prefix: AttributeValue) {
        let (name, prefix) = (self.name(attribute), self.value(prefix));
        self.require(format_args!("begins_with({name}, {prefix})"));
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
        let (name, value) = (self.name(attribute), self.value(value));
        add(&mut self.sets, ", ", format_args!("{name} = {value}"));
    }

    /// Sets the attribute to the sum of another one and a number.
    pub(crate) fn set_to_sum(&mut self, attribute: &str, other: &str, number: AttributeValue) {
        let (name, other, number) = (self.name(attribute), self.name(other), self.value(number));
        add(&mut self.sets, ", ", format_args!("{name} = {other} + {number}"));
    }

    /// Sets the attribute, or removes it if `value` is `None`.
    pub(crate) fn set_or_remove(&mut self, attribute: &str, value: Option<AttributeValue>) {
        if let Some(value) = value {
            self.set(attribute, value);
        } else {
            let name = self.name(attribute);
            add(&mut self.removes, ", ", format_args!("{name}"));
        }
    }

    /// Adds to a number or a set.
    pub(crate) fn add(&mut self, attribute: &str, value: AttributeValue) {
        let (name, value) = (self.name(attribute), self.value(value));
        add(&mut self.adds, ", ", format_args!("{name} {value}"));
    }

    /// Takes members out of a set.
    pub(crate) fn take_out(&mut self, attribute: &str, members: AttributeValue) {
        let (name, members) = (self.name(attribute), self.value(members));
        add(&mut self.deletes, ", ", format_args!("{name} {members}"));
    }

    /// Takes all conditions, joined with `AND`.
    pub(crate) fn take_condition(&mut self) -> Option<String> {
        Some(std::mem::take(&mut self.conditions)).filter(|condition| !condition.is_empty())
    }

    /// Returns all changes as an update expression.
    pub(crate) fn update(&self) -> String {
        let mut update = String::new();
        let parts = [("SET", &self.sets), ("REMOVE", &self.removes), ("ADD", &self.adds), ("DELETE", &self.deletes)];
        for (word, changes) in parts {
            if !changes.is_empty() {
                add(&mut update, " ", format_args!("{word} {changes}"));
            }
        }
        update
    }

    /// Takes the names in the form of the SDK: `None` instead of an empty map.
    pub(crate) fn take_names(&mut self) -> Option<HashMap<String, String>> {
        let names = std::mem::take(&mut self.names).into_iter();
        Some(names.map(|name| (["#", &name].concat(), name)).collect())
            .filter(|names: &HashMap<_, _>| !names.is_empty())
    }

    /// Takes the values in the form of the SDK: `None` instead of an empty map.
    pub(crate) fn take_values(&mut self) -> Option<HashMap<String, AttributeValue>> {
        let values = std::mem::take(&mut self.values).into_iter().enumerate();
        Some(values.map(|(number, value)| (Placeholder(number).text(), value)).collect())
            .filter(|values: &HashMap<_, _>| !values.is_empty())
    }
}

impl Name<'_> {
    fn needs_placeholder(self) -> bool {
        !self.0.contains('_')
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.needs_placeholder() {
            formatter.write_str("#")?;
        }
        formatter.write_str(self.0)
    }
}

impl Placeholder {
    /// Returns the one sign that stands for the number, which is written faster than digits. Few expressions have more
    /// values than there are signs.
    fn sign(self) -> Option<char> {
        char::from_digit(u32::try_from(self.0).ok()?, 36)
    }

    /// Returns the placeholder as the SDK wants it, in memory that it gets once.
    fn text(self) -> String {
        match self.sign() {
            Some(sign) => [":v", sign.encode_utf8(&mut [0; 4])].concat(),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(":v")?;
        match self.sign() {
            Some(sign) => formatter.write_char(sign),
            None => self.0.fmt(formatter),
        }
    }
}

/// Adds a part to a list in text, which begins with room for several.
fn add(list: &mut String, separator: &str, part: fmt::Arguments<'_>) {
    if list.is_empty() {
        list.reserve(128);
    } else {
        list.push_str(separator);
    }
    // Writing to a string cannot fail.
    let _ = list.write_fmt(part);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamodb::items::{flag, number, text};

    #[test]
    fn an_attribute_has_a_placeholder_unless_no_reserved_word_can_be_its_name() {
        let mut expression = Expression::default();
        expression.same("state", text("active"));
        expression.present("client_id");
        expression.set("state", text("revoked"));
        expression.set_to_sum("expires_at", "ends_at", number(&1));
        expression.set_or_remove("scope", None);
        expression.set_or_remove("redirect_uri", None);
        expression.add("revoked_access", flag(true));
        assert_eq!(expression.take_condition().unwrap(), "#state = :v0 AND attribute_exists(client_id)");
        let update = "SET #state = :v1, expires_at = ends_at + :v2 REMOVE #scope, redirect_uri ADD revoked_access :v3";
        assert_eq!(expression.update(), update);
        let names = ["state", "scope"].map(|name| (format!("#{name}"), name.to_owned()));
        assert_eq!(expression.take_names(), Some(HashMap::from(names)));
        let values = [text("active"), text("revoked"), number(&1), flag(true)].into_iter().enumerate();
        let values: HashMap<_, _> = values.map(|(number, value)| (format!(":v{number}"), value)).collect();
        assert_eq!(expression.take_values(), Some(values));
    }

    #[test]
    fn each_value_has_a_placeholder_of_its_own() {
        let placeholders: Vec<String> = (0..2000).map(|number| Placeholder(number).text()).collect();
        assert!(placeholders.iter().enumerate().all(|(number, text)| Placeholder(number).to_string() == *text));
        assert_eq!(
            [0, 9, 10, 35, 36].map(|number| placeholders[number].as_str()),
            [":v0", ":v9", ":va", ":vz", ":v36"]
        );
        assert_eq!(placeholders.iter().collect::<std::collections::BTreeSet<_>>().len(), placeholders.len());
    }

    #[test]
    fn an_empty_expression_has_no_condition_no_names_and_no_values() {
        let mut empty = Expression::default();
        assert_eq!((empty.take_condition(), empty.take_names(), empty.take_values()), (None, None, None));
        assert_eq!(empty.update(), "");
    }
}
