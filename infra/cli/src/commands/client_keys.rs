//! Options of `jeton client` for clients that authenticate with assertions.

use edge::Error;
use grants::{AuthMethod, Client, ClientKeys};
use keys::{read_client_keys, write_client_keys};
use outbound::{FetchUrl, Reach};
use protocol::ServerUri;
use serde_json::Value;

use crate::args::AssertionOptions;

/// Reads the keys that the options name.
pub(crate) fn given(
    options: &AssertionOptions,
    method: AuthMethod,
    reach: &Reach,
) -> Result<Option<ClientKeys>, Error> {
    let given = options.jwks.is_some() || options.jwks_uri.is_some();
    if given && method != AuthMethod::PrivateKeyJwt {
        return Err("--jwks and --jwks-uri are for --auth-method private_key_jwt".into());
    }
    if let Some(path) = &options.jwks {
        let fault = |error: &dyn std::fmt::Display| format!("the keys {} cannot be used: {error}", path.display());
        let set = std::fs::read(path).map_err(|error| fault(&error))?;
        return Ok(Some(ClientKeys::Inline(read_client_keys(&set).map_err(|error| fault(&error))?)));
    }
    let Some(text) = &options.jwks_uri else { return Ok(None) };
    Ok(Some(ClientKeys::At(server_uri("--jwks-uri", text, reach)?)))
}

/// Parses the address of a client's server, given by `option`. Checks that it may be contacted, as far as the text
/// allows.
pub(crate) fn server_uri(option: &str, text: &str, reach: &Reach) -> Result<ServerUri, Error> {
    let fault = |error: &dyn std::fmt::Display| format!("{option} {text:?} cannot be used: {error}");
    let uri = ServerUri::parse(text).map_err(|error| fault(&error))?;
    FetchUrl::parse(text, reach).map_err(|error| fault(&error))?;
    Ok(uri)
}

/// Adds the client's keys to its description.
pub(crate) fn describe(client: &Client, document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    match &client.keys {
        Some(ClientKeys::Inline(keys)) => put("jwks", write_client_keys(keys)),
        Some(ClientKeys::At(uri)) => put("jwks_uri", uri.as_str().into()),
        None => {}
    }
    if matches!(client.auth_method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) {
        put("assertion_alg", client.assertion_algorithm.map_or(Value::Null, |only| only.as_str().into()));
        put("assertion_audience", if client.strict_audience { "issuer" } else { "endpoint" }.into());
    }
}
