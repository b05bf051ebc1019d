//! The advice for a command whose store is on this machine and does not answer: most often its `jeton dev` has ended.

use std::net::IpAddr;
use std::sync::OnceLock;

use edge::Error;
use http::Uri;
use store::{Cause, Unknown};

/// The endpoint of the store that this command works on, if it is on this machine.
static ENDPOINT: OnceLock<String> = OnceLock::new();

/// Keeps the endpoint of the store that this command works on.
pub(crate) fn keep(endpoint: Option<&str>) {
    if let Some(endpoint) = endpoint.filter(|endpoint| is_on_this_machine(endpoint)) {
        ENDPOINT.get_or_init(|| endpoint.to_owned());
    }
}

/// Returns the text of an error.
pub(crate) fn told(error: &Error) -> String {
    let is_unanswered = error.downcast_ref::<Unknown>().is_some_and(|unknown| unknown.cause == Cause::Unreachable);
    match ENDPOINT.get().filter(|_| is_unanswered) {
        Some(endpoint) => format!(
            "the store at {endpoint} does not answer: is `jeton dev` still running? If the store is another one, check AWS_ENDPOINT_URL_DYNAMODB"
        ),
        None => error.to_string(),
    }
}

/// Returns whether an endpoint is on this machine.
pub(crate) fn is_on_this_machine(endpoint: &str) -> bool {
    let Ok(uri) = endpoint.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_with_a_loopback_host_is_on_this_machine() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:8000", true),
            ("http://localhost:8000", true),
            ("http://[::1]:8000", true),
            ("https://dynamodb.eu-west-1.amazonaws.com", false),
            ("http://10.0.0.1:8000", false),
            ("", false),
        ] {
            assert_eq!(is_on_this_machine(endpoint), expected, "{endpoint}");
        }
    }
}
