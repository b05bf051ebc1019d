//! Options of `jeton client` for clients that authenticate with assertions.

use std::path::Path;

use edge::Error;
use grants::{AuthMethod, Client, ClientKeys};
use keys::{read_client_keys, write_client_keys};
use outbound::{FetchUrl, Reach};
use protocol::{RequestUri, ServerUri};
use serde_json::Value;

use crate::args::AssertionOptions;
use crate::commands::federation;

/// Reads the keys that the options name, for a client that `signs` with a key.
pub(crate) fn given(options: &AssertionOptions, signs: bool, reach: &Reach) -> Result<Option<ClientKeys>, Error> {
    check_use(options.jwks.is_some() || options.jwks_uri.is_some(), signs)?;
    read(options.jwks.as_deref(), options.jwks_uri.as_deref(), reach)
}

/// Checks that a client to which keys are given signs with them.
pub(crate) fn check_use(keys_are_given: bool, signs: bool) -> Result<(), Error> {
    if keys_are_given && !signs {
        return Err("--jwks and --jwks-uri are for --auth-method private_key_jwt, and for --request-object-alg".into());
    }
    Ok(())
}

/// Reads the file with the keys, or the URL where the client serves them.
pub(crate) fn read(jwks: Option<&Path>, jwks_uri: Option<&str>, reach: &Reach) -> Result<Option<ClientKeys>, Error> {
    if let Some(path) = jwks {
        let fault = |error: &dyn std::fmt::Display| format!("the keys {} cannot be used: {error}", path.display());
        let set = std::fs::read(path).map_err(|error| fault(&error))?;
        return Ok(Some(ClientKeys::Inline(read_client_keys(&set).map_err(|error| fault(&error))?)));
    }
    let Some(text) = jwks_uri else { return Ok(None) };
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

/// Parses the URL of a client's request object. Checks that it may be contacted, as far as the text allows.
pub(crate) fn request_uri(text: &str, reach: &Reach) -> Result<RequestUri, Error> {
    let fault = |error: &dyn std::fmt::Display| format!("--request-uri {text:?} cannot be used: {error}");
    let uri = RequestUri::parse(text).map_err(|error| fault(&error))?;
    FetchUrl::parse(uri.without_fragment(), reach).map_err(|error| fault(&error))?;
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
    if let Some(rule) = &client.federation {
        put("federation", federation::describe(rule));
        return;
    }
    if matches!(client.auth_method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) {
        put("assertion_alg", client.assertion_algorithm.map_or(Value::Null, |only| only.as_str().into()));
        put("assertion_audience", if client.strict_audience { "issuer" } else { "endpoint" }.into());
    }
}
