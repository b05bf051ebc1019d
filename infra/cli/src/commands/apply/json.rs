//! JSON values as a file has them. TOML has dates as well, which JSON has not.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The name of the only member of the object that a date of a TOML file becomes.
const DATE: &str = "$__toml_private_datetime";

/// A JSON value of a file or a document.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Json(pub(crate) Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match date_in(&value) {
            Some(date) => Err(D::Error::custom(format!("JSON has no dates: write {date} as a text, \"{date}\""))),
            None => Ok(Self(value)),
        }
    }
}

/// Returns a date that is inside a value.
fn date_in(value: &Value) -> Option<&str> {
    match value {
        Value::Array(values) => values.iter().find_map(date_in),
        Value::Object(members) => match members.get(DATE) {
            Some(date) => date.as_str(),
            None => members.values().find_map(date_in),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_date_is_refused_wherever_it_is_and_everything_else_is_json() {
        let read = |text: &str| toml::from_str::<BTreeMap<String, Json>>(text);
        for date in ["2026-01-01", "2026-01-01T12:00:00Z", "12:00:00"] {
            for text in [format!("a = {date}"), format!("a = [1, {date}]"), format!("[a]\nb = [{{ c = {date} }}]")] {
                let told = read(&text).err().map(|error| error.message().to_owned()).unwrap_or_default();
                assert!(told.contains(&format!("write {date} as a text")) && !told.contains('$'), "{text}: {told}");
            }
        }
        let good = "a = [1, 1.5, true, \"2026-01-01\"]\n[b]\nc = { d = [] }\n";
        let read = serde_json::to_value(read(good).unwrap()).unwrap();
        assert_eq!(read, serde_json::json!({"a": [1, 1.5, true, "2026-01-01"], "b": {"c": {"d": []}}}));
    }
}
