//! A client as `jeton client import` reads it: the words of `jeton client show --json`, with its secret.

use grants::AuthMethod;
use serde_json::{Map, Value};

use crate::commands::apply::word::{CANNOT, Word};
use crate::commands::client_words::ClientWords;

/// A client as a document describes it.
pub(crate) struct Document {
    pub(crate) words: ClientWords,
    pub(crate) secret: Option<String>,
}

const FORM: &str = "a client has the words of `jeton client show --json`, and client_secret";
/// The names that documents have for words.
const RENAMED: [(&str, &str); 2] = [("client_id", "id"), ("grant_types", "grants")];
/// The words that only a file has.
const OF_FILES: [&str; 3] = ["id", "grants", "secret"];
/// The members that `show` adds for people. Of a logo it has the facts and not the picture, which `jeton client update
/// --logo` adds.
const LEFT_OUT: [&str; 3] = ["logo", "live_secrets", "created_at"];

impl Document {
    /// Parses a document. Errors never repeat it, because it may contain a secret, but for a word that cannot be used.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let read = serde_json::from_str(text).ok();
        let mut members: Map<String, Value> = read.ok_or(FORM)?;
        if OF_FILES.iter().any(|word| members.contains_key(*word)) {
            return Err(FORM.to_owned());
        }
        without_nulls(&mut members);
        if members.contains_key("self_registered") {
            return Err("a client that registered itself cannot be imported: let it register here".to_owned());
        }
        let secret = match members.remove("client_secret") {
            Some(secret) => Some(secret.as_str().ok_or(FORM)?.to_owned()),
            None => None,
        };
        // `show` tells with `auth_methods` whether the secret has one place or either.
        let accepted = members.remove("auth_methods");
        let either = accepted.as_ref().and_then(Value::as_array).is_some_and(|accepted| accepted.len() > 1);
        for name in LEFT_OUT {
            members.remove(name);
        }
        for (name, word) in RENAMED {
            if let Some(value) = members.remove(name) {
                members.insert(word.to_owned(), value);
            }
        }
        let mut words: ClientWords = serde_json::from_value(members.into()).map_err(|error| told(&error))?;
        words.id().map_err(|_| FORM)?;
        if either && words.auth_method == Some(Word(AuthMethod::SecretBasic)) {
            words.auth_method = Some(Word(AuthMethod::Secret));
        }
        Ok(Self { words, secret })
    }
}

/// Removes the members that `show` prints without a value, and those of a key set that are not keys.
fn without_nulls(members: &mut Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
    if let Some(party) = members.get_mut("relying_party").and_then(Value::as_object_mut) {
        party.retain(|_, value| !value.is_null());
    }
    if let Some(set) = members.get_mut("jwks").and_then(Value::as_object_mut) {
        set.retain(|name, _| name == "keys");
    }
}

/// Returns the error about a word, or else one that repeats nothing: what stands in the wrong place may be a secret.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.contains(CANNOT) { text } else { FORM.to_owned() }
}

#[cfg(test)]
mod tests {
    use grants::{Client, ClientKeys, Timestamp};
    use protocol::{ClientId, ServerUri};
    use serde_json::json;

    use super::*;
    use crate::commands::client_description::describe;

    #[test]
    fn what_show_prints_is_read_and_what_a_document_cannot_say_is_refused_without_its_secret() {
        let keys = Some(ClientKeys::At(ServerUri::parse("https://a.example/keys").unwrap()));
        let client = Client { keys, ..Client::new(ClientId::parse("a").unwrap(), Timestamp::from_seconds(1)) };
        let shown = describe(&client);
        let read = Document::read(&shown.to_string()).unwrap();
        assert_eq!((read.words.id().unwrap(), read.secret), (&client.id, None));
        assert_eq!(read.words.auth_method, Some(Word(AuthMethod::Secret)), "the secret has either place");
        for (word, value, told) in [
            ("client_secret", json!(["s3cr3t"]), FORM),
            ("clientsecret", json!("s3cr3t"), FORM),
            ("trusted", json!("s3cr3t"), FORM),
            ("secret", json!({"env": "A"}), FORM),
            ("id", json!("b"), FORM),
            ("client_id", Value::Null, FORM),
            ("self_registered", json!({}), "registered itself"),
            ("grant_types", json!(["device"]), "\"device\" cannot be used: it must be one of"),
        ] {
            let mut document = shown.clone();
            document[word] = value;
            let refused = Document::read(&document.to_string()).err().unwrap();
            assert!(refused.contains(told) && !refused.contains("s3cr3t"), "{word}: {refused}");
        }
        assert_eq!(Document::read("[]").err().as_deref(), Some(FORM));
    }
}
