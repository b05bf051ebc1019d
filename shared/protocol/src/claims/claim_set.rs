//! The claims known about a person, each with a value of the type that OpenID Connect Core §5.1 defines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::claims::claim::Claim;

const MAX_TEXT_BYTES: usize = 1024;
/// The limit for one person's claims, which must take up only a small part of one stored item.
const MAX_BYTES: usize = 16 * 1024;

/// The claims known about one person, each with a value of its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Claims(BTreeMap<Claim, Value>);

/// The reasons to reject a claim or its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedClaim {
    /// The name is not a standard claim (§5.1).
    #[error(
        "{0:?} is no standard claim of OpenID Connect Core 5.1: use name, given_name, email, email_verified, address and so on"
    )]
    Unknown(String),
    /// The value is not a text, or is too long.
    #[error("{0} must be a text of 1 to 1024 bytes without control characters")]
    Text(&'static str),
    /// The value is neither true nor false.
    #[error("{0} must be true or false")]
    Flag(&'static str),
    /// The value is not a time.
    #[error("{0} must be a number of seconds since 1970")]
    Number(&'static str),
    /// The value is not an address.
    #[error("{0} must be an object of formatted, street_address, locality, region, postal_code and country, or a text")]
    Address(&'static str),
    /// The claims are not a JSON object, or are too large in total.
    #[error("the claims must be one JSON object of at most 16 KiB")]
    Whole,
}

enum Kind {
    Text,
    Flag,
    Number,
    Address,
}

const ADDRESS_MEMBERS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

impl Claim {
    const fn kind(self) -> Kind {
        match self {
            Self::EmailVerified | Self::PhoneNumberVerified => Kind::Flag,
            Self::UpdatedAt => Kind::Number,
            Self::Address => Kind::Address,
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

    /// Returns `value` if it has the type of this claim.
    fn checked(self, value: Value) -> Result<Value, MalformedClaim> {
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
        }
    }

    /// Converts `text` from a command line into a value of this claim's type.
    fn read(self, text: &str) -> Value {
        let formatted = || Value::Object(Map::from_iter([("formatted".to_owned(), Value::from(text))]));
        match self.kind() {
            Kind::Text => Value::from(text),
            Kind::Flag | Kind::Number => serde_json::from_str(text).unwrap_or_default(),
            Kind::Address => serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or_else(formatted),
        }
    }
}

impl Claims {
    /// Reads a JSON object whose members are standard claims.
    ///
    /// # Errors
    /// [`MalformedClaim`] for the first invalid claim.
    pub fn parse(text: &str) -> Result<Self, MalformedClaim> {
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| MalformedClaim::Whole)?;
        Self::from_members(members)
    }

    /// Takes the standard claims from the members of a JSON object.
    ///
    /// # Errors
    /// [`MalformedClaim`] for the first invalid claim.
    pub fn from_members(members: Map<String, Value>) -> Result<Self, MalformedClaim> {
        let mut claims = Self::default();
        for (name, value) in members {
            let claim = Claim::parse(&name).ok_or(MalformedClaim::Unknown(name))?;
            claims.0.insert(claim, claim.checked(value)?);
        }
        if claims.to_string().len() > MAX_BYTES { Err(MalformedClaim::Whole) } else { Ok(claims) }
    }

    /// Reads `name=value` and sets the claim; without a value, the claim is removed.
    ///
    /// # Errors
    /// [`MalformedClaim`] when the claim does not exist or cannot have this value.
    pub fn set(&mut self, assignment: &str) -> Result<(), MalformedClaim> {
        let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
        let claim = Claim::parse(name).ok_or_else(|| MalformedClaim::Unknown(name.to_owned()))?;
        if value.is_empty() {
            self.0.remove(&claim);
            return Ok(());
        }
        self.0.insert(claim, claim.checked(claim.read(value))?);
        if self.to_string().len() > MAX_BYTES { Err(MalformedClaim::Whole) } else { Ok(()) }
    }

    /// Returns whether there are no claims.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns only the known claims that are in `names`.
    #[must_use]
    pub fn only(&self, names: &BTreeSet<Claim>) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(claim, _)| names.contains(claim))
                .map(|(claim, value)| (*claim, value.clone()))
                .collect(),
        )
    }

    /// Returns the claims with `claim` set to `value` if it had no value.
    #[must_use]
    pub fn or(mut self, claim: Claim, value: impl Into<Value>) -> Self {
        self.0.entry(claim).or_insert_with(|| value.into());
        self
    }

    /// Returns the claims with `claim` set to `value`.
    #[must_use]
    pub fn with(mut self, claim: Claim, value: impl Into<Value>) -> Self {
        self.0.insert(claim, value.into());
        self
    }
}

impl std::fmt::Display for Claims {
    /// Writes the JSON object that [`Claims::parse`] reads.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members: Map<String, Value> =
            self.0.iter().map(|(claim, value)| (claim.as_str().to_owned(), value.clone())).collect();
        write!(formatter, "{}", Value::Object(members))
    }
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT_BYTES && !text.chars().any(char::is_control)
}

/// Checks the members of an address, which may have several lines.
fn is_address(address: &Map<String, Value>) -> bool {
    let line = |text: &str| text.replace("\r\n", " ").replace('\n', " ");
    let member = |(name, value): (&String, &Value)| {
        ADDRESS_MEMBERS.contains(&name.as_str()) && value.as_str().is_some_and(|text| is_text(&line(text)))
    };
    !address.is_empty() && address.iter().all(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o28_a_claim_has_the_type_that_the_standard_gives_it() {
        let good =
            r#"{"name":"Ada","email_verified":true,"updated_at":1800000000,"address":{"formatted":"1 Rue\nParis"}}"#;
        let claims = Claims::parse(good).unwrap();
        assert_eq!(Claims::parse(&claims.to_string()).unwrap(), claims);
        let rows = [
            (r#"{"name":1}"#, MalformedClaim::Text("name")),
            (r#"{"name":""}"#, MalformedClaim::Text("name")),
            (r#"{"name":"a\u0000"}"#, MalformedClaim::Text("name")),
            (r#"{"email_verified":"true"}"#, MalformedClaim::Flag("email_verified")),
            (r#"{"updated_at":"1"}"#, MalformedClaim::Number("updated_at")),
            (r#"{"updated_at":-1}"#, MalformedClaim::Number("updated_at")),
            (r#"{"address":"Paris"}"#, MalformedClaim::Address("address")),
            (r#"{"address":{"planet":"Earth"}}"#, MalformedClaim::Address("address")),
            (r#"{"address":{}}"#, MalformedClaim::Address("address")),
            (r#"{"sub":"x"}"#, MalformedClaim::Unknown("sub".to_owned())),
            ("[]", MalformedClaim::Whole),
        ];
        for (text, fault) in rows {
            assert_eq!(Claims::parse(text), Err(fault), "{text}");
        }
        let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(1025));
        assert_eq!(Claims::parse(&long), Err(MalformedClaim::Text("name")));
    }

    #[test]
    fn an_assignment_sets_a_claim_and_an_empty_one_takes_it_away() {
        let mut claims = Claims::default();
        for assignment in ["name=Ada Lovelace", "email_verified=true", "updated_at=7", "address=1 Rue", "nickname=a=b"]
        {
            claims.set(assignment).unwrap();
        }
        let expected = r#"{"address":{"formatted":"1 Rue"},"email_verified":true,"name":"Ada Lovelace","nickname":"a=b","updated_at":7}"#;
        assert_eq!(claims, Claims::parse(expected).unwrap());
        claims.set(r#"address={"country":"FR"}"#).unwrap();
        claims.set("name=").unwrap();
        claims.set("nickname").unwrap();
        let expected = r#"{"address":{"country":"FR"},"email_verified":true,"updated_at":7}"#;
        assert_eq!(claims, Claims::parse(expected).unwrap());
        assert_eq!(claims.set("email_verified=yes"), Err(MalformedClaim::Flag("email_verified")));
        assert_eq!(claims.set("age=36"), Err(MalformedClaim::Unknown("age".to_owned())));
    }

    #[test]
    fn only_what_was_asked_for_is_given() {
        let claims = Claims::parse(r#"{"name":"Ada","email":"ada@example.com"}"#).unwrap();
        let asked = BTreeSet::from([Claim::Email, Claim::PhoneNumber]);
        assert_eq!(claims.only(&asked).to_string(), r#"{"email":"ada@example.com"}"#);
        assert!(claims.only(&BTreeSet::new()).is_empty());
        let named = claims.or(Claim::PreferredUsername, "ada").or(Claim::Name, "nobody").with(Claim::UpdatedAt, 7);
        assert_eq!(
            named,
            Claims::parse(r#"{"name":"Ada","email":"ada@example.com","preferred_username":"ada","updated_at":7}"#)
                .unwrap()
        );
    }
}
