//! The values of claims: the type that OpenID Connect Core §5.1 gives to each, and lists for roles and groups.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::claims::claim::Claim;
use crate::claims::malformed_claim::MalformedClaim;

const MAX_TEXT_BYTES: usize = 1024;
/// The limit for the name of a role or a group.
const MAX_ENTRY_BYTES: usize = 128;

const ADDRESS_MEMBERS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

enum Kind {
    Text,
    Flag,
    Number,
    Address,
    Texts,
}

impl Claim {
    const fn kind(self) -> Kind {
        match self {
            Self::EmailVerified | Self::PhoneNumberVerified => Kind::Flag,
            Self::UpdatedAt => Kind::Number,
            Self::Address => Kind::Address,
            Self::Roles | Self::Groups => Kind::Texts,
            Self::Name
            | Self::GivenName
            | Self::FamilyName
            | Self::MiddleName
            | Self::Nickname
            | Self::PreferredUsername
            | Self::Profile
            | Self::Picture
            | Self::Website
            | Self::Email
            | Self::Gender
            | Self::Birthdate
            | Self::Zoneinfo
            | Self::Locale
            | Self::PhoneNumber => Kind::Text,
        }
    }

    /// Returns `value` if it has the type of this claim. Lists come back sorted, with each text once.
    pub(crate) fn checked(self, value: Value) -> Result<Value, MalformedClaim> {
        let name = self.as_str();
        match (self.kind(), value) {
            (Kind::Text, Value::String(text)) if is_text(&text) => Ok(Value::String(text)),
            (Kind::Text, _) => Err(MalformedClaim::Text(name)),
            (Kind::Flag, flag @ Value::Bool(_)) => Ok(flag),
            (Kind::Flag, _) => Err(MalformedClaim::Flag(name)),
            (Kind::Number, Value::Number(number)) if number.is_u64() => Ok(Value::Number(number)),
            (Kind::Number, _) => Err(MalformedClaim::Number(name)),
            (Kind::Address, Value::Object(address)) if is_address(&address) => Ok(Value::Object(address)),
            (Kind::Address, _) => Err(MalformedClaim::Address(name)),
            (Kind::Texts, Value::Array(list)) => entries(&list).map(Value::from).ok_or(MalformedClaim::Texts(name)),
            (Kind::Texts, _) => Err(MalformedClaim::Texts(name)),
        }
    }

    /// Converts `text` from a command line into a value of this claim's type.
    pub(crate) fn read(self, text: &str) -> Value {
        let formatted = || Value::Object(Map::from_iter([("formatted".to_owned(), Value::from(text))]));
        match self.kind() {
            Kind::Text => Value::from(text),
            Kind::Flag | Kind::Number => serde_json::from_str(text).unwrap_or_default(),
            Kind::Address => serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or_else(formatted),
            Kind::Texts => {
                serde_json::from_str(text).ok().filter(Value::is_array).unwrap_or_else(|| Value::from(vec![text]))
            }
        }
    }
}

/// Returns whether `text` can be the value of a claim.
pub(crate) fn is_text(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT_BYTES && !text.chars().any(char::is_control)
}

/// Returns whether a value is null, or has one inside.
pub(crate) fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Returns the texts of a list, sorted and each once; `None` if one is no text, or there is none.
fn entries(list: &[Value]) -> Option<Vec<&str>> {
    let entry = |value: &'_ Value| value.as_str().is_some_and(|text| is_text(text) && text.len() <= MAX_ENTRY_BYTES);
    let sorted: BTreeSet<&str> = list.iter().filter_map(Value::as_str).collect();
    (!list.is_empty() && list.iter().all(entry)).then(|| sorted.into_iter().collect())
}

/// Checks the members of an address, which may have several lines.
fn is_address(address: &Map<String, Value>) -> bool {
    let line = |text: &str| text.replace("\r\n", " ").replace('\n', " ");
    let member = |(name, value): (&String, &Value)| {
        ADDRESS_MEMBERS.contains(&name.as_str()) && value.as_str().is_some_and(|text| is_text(&line(text)))
    };
    !address.is_empty() && address.iter().all(member)
}
