//! The description of a client: what `jeton client show --json` prints.

use grants::Client;
use protocol::{ClientLink, GrantType};
use serde_json::{Map, Value, json};

use crate::commands::apply::word::Told;
use crate::commands::client_keys;
use crate::commands::client_words::ClientWords;
use crate::commands::registration_token;

/// The words of files that a description has by another name or in another form, or has not.
const OF_FILES: [&str; 8] =
    ["id", "grants", "secret", "jwks", "jwks_uri", "federation", "assertion_alg", "assertion_audience"];

/// Describes a client with all its words, and with what only the store knows.
pub(crate) fn describe(client: &Client) -> Value {
    // The words are texts, numbers, lists and maps, which JSON can always have.
    let words = serde_json::to_value(ClientWords::of(client, Told::All)).unwrap_or_default();
    let mut members: Map<String, Value> = words.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| !OF_FILES.contains(&name.as_str()));
    members.entry("claims").or_insert(Value::Null);
    let grant_types: Vec<&str> = client.grant_types.iter().map(|kind| GrantType::as_str(*kind)).collect();
    let logo = client.logo.map(|facts| json!({ "type": facts.kind.as_str(), "bytes": facts.size }));
    let added: [(&str, Value); 6] = [
        ("client_id", client.id.as_str().into()),
        ("auth_methods", client.auth_method.accepted().into()),
        ("grant_types", grant_types.into()),
        ("live_secrets", client.secrets.len().into()),
        ("created_at", client.created_at.seconds().into()),
        ("logo", logo.into()),
    ];
    // A client that registered itself has its own links.
    let links = ClientLink::ALL.into_iter().map(|link| (link.as_str(), client.link(link).into()));
    members.extend(added.into_iter().chain(links).map(|(name, value)| (name.to_owned(), value)));
    let mut document = Value::Object(members);
    client_keys::describe(client, &mut document);
    registration_token::describe_client(client, &mut document);
    document
}
