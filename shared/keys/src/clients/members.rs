//! The members of a JSON object, each of which is there once.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The members of an object. An object that has one twice is refused: another reader might take the other value
/// (RFC 7519 §4).
#[derive(Debug)]
pub(super) struct Members(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfObject)
    }
}

/// The visitor that reads the members of an object.
struct OfObject;

impl<'de> Visitor<'de> for OfObject {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c099_an_object_that_has_a_member_twice_is_refused() {
        let read = serde_json::from_str::<Members>;
        assert_eq!(read(r#"{"aud":"a","iss":["b"]}"#).unwrap().0.len(), 2);
        for twice in [r#"{"aud":"a","aud":"a"}"#, r#"{"aud":"a","iss":1,"\u0061ud":"b"}"#] {
            assert!(read(twice).is_err(), "{twice}");
        }
        assert!(read("[]").is_err());
    }
}
