//! Events for a function, built without a gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::event::{self, Arrival};

/// Returns the facts that a gateway would add to such a request.
pub fn arrival(route_key: &str) -> Arrival {
    Arrival {
        route_key: route_key.into(),
        path_parameters: BTreeMap::new(),
        request_id: "by-hand".into(),
        source_ip: [192, 0, 2, 1].into(),
        time: Duration::from_secs(1_790_000_000),
    }
}

/// Builds the event of a form that a client sends to a function with Basic authentication. The product made the id
/// and the secret, so they contain nothing to escape.
///
/// # Errors
/// When the parts do not form a valid request.
pub fn form(function: &str, client: (&str, &str), fields: &[(&str, &str)]) -> http::Result<Value> {
    form_with(&format!("/{function}"), &[("authorization", &basic(client))], fields)
}

/// Returns the header with which a client authenticates by its id and its secret.
pub fn basic((id, secret): (&str, &str)) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Builds the event of a form with these headers, and no authentication beside them.
///
/// # Errors
/// When the parts do not form a valid request.
pub fn form_with(path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> http::Result<Value> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header("host", "abc.execute-api.us-east-1.amazonaws.com")
        .header("content-type", "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Ok(event::from_request(&request.body(Bytes::from(body))?, &arrival(&format!("ANY {path}"))))
}
