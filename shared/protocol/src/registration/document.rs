//! Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document §4): a registration that its client
//! publishes at the URL which is its id.

use serde_json::{Map, Value};

use crate::registration::members::MetadataError;
use crate::registration::metadata::ClientMetadata;
use crate::values::client_id_url::ClientIdUrl;

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 5 * 1024;

/// The authentication methods that need no secret. Nobody could share one with a client that registers nowhere.
const METHODS: [&str; 2] = ["none", "private_key_jwt"];

impl ClientMetadata {
    /// Reads the document at the URL `id`. The members are those of a registration, and unknown ones are ignored;
    /// without an authentication method, the client is public.
    ///
    /// # Errors
    /// [`MetadataError`] for the first fault: those of a registration, an id that is not exactly the URL, a missing
    /// name or redirect URI, or anything that has to do with a secret.
    pub fn parse_document(body: &[u8], id: &ClientIdUrl) -> Result<Self, MetadataError> {
        if body.len() > MAX_DOCUMENT_BYTES {
            return Err(MetadataError::of("document", "it is larger than 5 KiB"));
        }
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(MetadataError::of("document", "it is not a JSON object"));
        };
        check_members(&members, id)?;
        let read = Self::parse(body)?;
        let auth_method = read.auth_method.clone().or_else(|| Some("none".to_owned()));
        let faults = [
            (read.name.is_none(), "client_name", "it is missing"),
            (
                !auth_method.as_deref().is_some_and(|method| METHODS.contains(&method)),
                "token_endpoint_auth_method",
                "it must be none or private_key_jwt in a document",
            ),
        ];
        if let Some((_, member, why)) = faults.into_iter().find(|(found, _, _)| *found) {
            return Err(MetadataError::of(member, why));
        }
        if read.redirect_uris.is_empty() {
            return Err(MetadataError::of_redirect_uris("at least one is needed"));
        }
        Ok(Self { auth_method, ..read })
    }
}

/// Checks the members that a document must or must not have, whatever their value.
fn check_members(members: &Map<String, Value>, id: &ClientIdUrl) -> Result<(), MetadataError> {
    if members.get("client_id").and_then(Value::as_str) != Some(id.id().as_str()) {
        return Err(MetadataError::of("client_id", "it is not the URL of the document, character by character"));
    }
    for member in ["client_secret", "client_secret_expires_at"] {
        if members.contains_key(member) {
            return Err(MetadataError::of(member, "a document has no secret"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::values::names::ClientId;

    const URL: &str = "https://app.example/client.json";

    fn parse(document: &Value) -> Result<ClientMetadata, MetadataError> {
        let id = ClientIdUrl::parse(&ClientId::parse(URL).unwrap()).unwrap();
        ClientMetadata::parse_document(document.to_string().as_bytes(), &id)
    }

    fn good() -> Value {
        json!({"client_id": URL, "client_name": "App", "redirect_uris": ["https://app.example/cb"]})
    }

    /// The good document with one member set, or removed if the value is `null`.
    fn with(member: &str, value: Value) -> Value {
        let mut document = good();
        let members = document.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(member);
        } else {
            members.insert(member.to_owned(), value);
        }
        document
    }

    #[test]
    fn c118_a_document_is_read_and_its_client_has_no_secret() {
        let read = parse(&good()).unwrap();
        assert_eq!((read.name.as_deref(), read.redirect_uris.len()), (Some("App"), 1));
        assert_eq!(read.auth_method.as_deref(), Some("none"));
        let keys = with("jwks_uri", json!("https://app.example/keys"));
        let keys = parse(&{
            let mut keys = keys;
            keys["token_endpoint_auth_method"] = json!("private_key_jwt");
            keys["unknown"] = json!([1]);
            keys
        });
        let keys = keys.unwrap();
        assert_eq!((keys.auth_method.as_deref(), keys.keys.is_some()), (Some("private_key_jwt"), true));
    }

    #[test]
    fn c118_c225_a_document_is_refused_for_its_fault() {
        let rows = [
            ("client_id", Value::Null),
            ("client_id", json!(7)),
            ("client_id", json!("https://app.example/client.json/")),
            ("client_id", json!("https://APP.example/client.json")),
            ("client_id", json!("https://app.example/%63lient.json")),
            ("client_name", Value::Null),
            ("redirect_uris", Value::Null),
            ("redirect_uris", json!([])),
            ("client_secret", json!("s")),
            ("client_secret", json!("")),
            ("client_secret_expires_at", json!(0)),
            ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("token_endpoint_auth_method", json!("client_secret_post")),
            ("token_endpoint_auth_method", json!("client_secret_jwt")),
            ("token_endpoint_auth_method", json!("")),
        ];
        for (member, value) in rows {
            let fault = parse(&with(member, value.clone())).map(drop).unwrap_err().to_string();
            assert!(fault.starts_with(&format!("{member}: ")), "{member} {value}: {fault}");
        }
        let null = json!({"client_id": URL, "client_name": "App", "redirect_uris": ["https://app.example/cb"],
            "client_secret": null});
        assert!(parse(&null).is_err());
        for other in [json!([good()]), json!("x"), json!(null)] {
            assert!(parse(&other).is_err(), "{other}");
        }
    }

    #[test]
    fn c118_a_document_has_at_most_5_kib() {
        let size = |padding: usize| with("unknown", json!("x".repeat(padding)));
        let rest = size(0).to_string().len();
        assert!(parse(&size(MAX_DOCUMENT_BYTES - rest)).is_ok());
        assert!(parse(&size(MAX_DOCUMENT_BYTES - rest + 1)).is_err());
    }
}
