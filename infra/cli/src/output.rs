//! The output of commands: one JSON document, or lines for people.

use std::io::Write;

use serde_json::Value;

/// Prints `document` as JSON, or each member on its own line.
pub(crate) fn print(json: bool, document: &Value) -> Result<(), edge::Error> {
    let text = if json { serde_json::to_string(document)? } else { lines(document) };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(())
}

fn lines(document: &Value) -> String {
    match document {
        Value::Array(rows) if rows.is_empty() => "none".to_owned(),
        Value::Array(rows) => rows.iter().map(lines).collect::<Vec<_>>().join("\n\n"),
        Value::Object(members) => {
            let width = members.keys().map(String::len).max().unwrap_or_default();
            let line = |(name, value): (&String, &Value)| format!("{name:width$}  {}", cell(value));
            members.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => cell(document),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name}={}", cell(value))).collect::<Vec<_>>().join(" ")
        }
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_readable_without_json() {
        let document = serde_json::json!([{"id": "a", "scope": ["r", "w"]}, {"id": "b", "scope": null}]);
        assert_eq!(lines(&document), "id     a\nscope  r w\n\nid     b\nscope  -");
        assert_eq!(lines(&serde_json::json!([])), "none");
        let nested = serde_json::json!({"created": [{"alg": "RS256", "kid": "k"}], "deleted": []});
        assert_eq!(lines(&nested), "created  alg=RS256 kid=k\ndeleted  -");
    }
}
