//! The answer of the directory.

use protocol::Claims;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The answer of the directory to a username and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The password is that of the person, about whom the directory knows these claims.
    Verified(Claims),
    /// The password is wrong, or nobody has this name.
    Denied,
}

/// The answer as the function writes it. Other members are ignored.
#[derive(Deserialize)]
struct Document {
    verified: bool,
    name: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    claims: Option<Map<String, Value>>,
}

impl Answer {
    /// Reads the JSON that the function returned; `None` if it is no answer, or has claims that nobody may have.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(json).ok()?;
        if !document.verified {
            return Some(Self::Denied);
        }
        let mut members = document.claims.unwrap_or_default();
        let known = [
            ("name", document.name.map(Value::from)),
            ("email", document.email.map(Value::from)),
            ("email_verified", document.email_verified.map(Value::from)),
        ];
        members.extend(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Claims::from_members(members).ok().map(Self::Verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<Answer> {
        Answer::parse(json.as_bytes())
    }

    #[test]
    fn c245_only_a_complete_answer_verifies() {
        assert_eq!(parse(r#"{"verified": false, "name": "Ada"}"#), Some(Answer::Denied));
        assert_eq!(parse(r#"{"verified": true, "later": []}"#), Some(Answer::Verified(Claims::default())));
        for json in [
            "",
            "null",
            "true",
            "{}",
            "[]",
            r#""verified""#,
            r#"{"verified": "true"}"#,
            r#"{"verified": 1}"#,
            r#"{"verified": null}"#,
            r#"{"Verified": true}"#,
            r#"{"verified": true"#,
            r#"{"verified": true} x"#,
            r#"{"verified": true, "verified": false}"#,
            r#"{"verified": true, "name": 1}"#,
            r#"{"verified": true, "claims": []}"#,
            r#"{"verified": true, "claims": {"sub": "another"}}"#,
            r#"{"errorMessage": "no way to the directory"}"#,
        ] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn c245_what_the_directory_knows_about_a_person_becomes_claims() {
        let told = r#"{"verified": true, "name": "Ada Lovelace", "email": "ada@example.com", "email_verified": true,
            "claims": {"email": "old@example.com", "roles": ["admin"], "tenant": "acme"}}"#;
        let known = r#"{"name": "Ada Lovelace", "email": "ada@example.com", "email_verified": true,
            "roles": ["admin"], "tenant": "acme"}"#;
        assert_eq!(parse(told), Some(Answer::Verified(Claims::parse(known).unwrap())));
    }
}
