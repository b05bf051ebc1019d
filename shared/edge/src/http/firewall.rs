//! Access control by entry point: the URL of the API, CloudFront with a firewall, or the private URL of a
//! function.
//!
//! # Decisions
//! - With a firewall, CloudFront sends a shared secret, which proves that the request came through it, and the
//!   address of the caller. An HTTP API cannot be closed to others, so a request without the secret is refused
//!   here.
//! - A caller that IAM authorized (the private URL) needs no secret. Its `Authorization` header is the signature
//!   that IAM has checked (SigV4) and does not authenticate a client.

use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderName};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use protocol::Secret;
use subtle::ConstantTimeEq;

/// The header with the secret that proves that a request came through the firewall.
const PROOF: HeaderName = HeaderName::from_static("x-jeton-edge");
/// The header with the caller's address as CloudFront saw it.
const SOURCE: HeaderName = HeaderName::from_static("x-jeton-source");
/// The prefix of the `Authorization` header of a signed request.
const SIGNED: &[u8] = b"AWS4-";

/// The requirements that a request must meet to be admitted.
#[derive(Clone, Debug, Default)]
pub struct FirewallGuard {
    proof: Option<Arc<Secret>>,
}

/// The error for a request that bypassed the firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request did not come through the firewall: use the issuer's URL")]
pub(crate) struct WentAround;

impl FirewallGuard {
    /// Creates a firewall that requires `proof`, or nothing.
    pub fn new(proof: Option<String>) -> Self {
        Self { proof: proof.map(Secret::new).map(Arc::new) }
    }

    /// Admits a request and removes the headers about its route.
    ///
    /// # Errors
    /// [`WentAround`] when there is a firewall and the request did not pass through it.
    pub(crate) fn admit(&self, event: &mut ApiGatewayV2httpRequest) -> Result<(), WentAround> {
        let (told, source) = (event.headers.remove(PROOF), event.headers.remove(SOURCE));
        if event.request_context.authorizer.as_ref().is_some_and(|authorizer| authorizer.iam.is_some()) {
            if event.headers.get(AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(SIGNED)) {
                event.headers.remove(AUTHORIZATION);
            }
            return Ok(());
        }
        let Some(proof) = &self.proof else { return Ok(()) };
        let proven = told.is_some_and(|told| told.as_bytes().ct_eq(proof.expose().as_bytes()).into());
        if !proven {
            return Err(WentAround);
        }
        event.request_context.http.source_ip = source.and_then(|source| source.to_str().ok().map(str::to_owned));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(headers: &serde_json::Value, authorizer: &serde_json::Value) -> ApiGatewayV2httpRequest {
        let http = json!({"method": "POST", "sourceIp": "192.0.2.1"});
        let context = json!({"http": http, "authorizer": authorizer});
        serde_json::from_value(json!({"rawPath": "/token", "headers": headers, "requestContext": context})).unwrap()
    }

    fn admitted(
        firewall: &FirewallGuard,
        mut event: ApiGatewayV2httpRequest,
    ) -> Result<ApiGatewayV2httpRequest, WentAround> {
        firewall.admit(&mut event).map(|()| event)
    }

    #[test]
    fn c040_only_who_passed_the_firewall_gets_in_and_tells_the_source() {
        let firewall = FirewallGuard::new(Some("word".to_owned()));
        let source =
            |headers| admitted(&firewall, event(&headers, &json!(null))).map(|it| it.request_context.http.source_ip);
        let passed = json!({"x-jeton-edge": "word", "x-jeton-source": "203.0.113.9"});
        assert_eq!(source(passed).unwrap().as_deref(), Some("203.0.113.9"));
        assert_eq!(source(json!({"x-jeton-edge": "word"})).unwrap(), None);
        for headers in [json!({}), json!({"x-jeton-edge": "wor"}), json!({"x-jeton-edge": "word,word"})] {
            assert_eq!(source(headers), Err(WentAround));
        }
    }

    #[test]
    fn c040_without_a_firewall_nobody_tells_a_source_and_the_headers_go_no_further() {
        let headers = json!({"x-jeton-edge": "word", "x-jeton-source": "203.0.113.9", "accept": "*/*"});
        let event = admitted(&FirewallGuard::default(), event(&headers, &json!(null))).unwrap();
        assert_eq!(event.request_context.http.source_ip.as_deref(), Some("192.0.2.1"));
        assert_eq!(event.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }

    #[test]
    fn who_was_let_in_by_iam_needs_no_word_and_its_signature_is_no_client_authentication() {
        let iam = json!({"iam": {"accessKey": "AKIA", "userArn": "arn:aws:sts::1:assumed-role/orders/x"}});
        let firewall = FirewallGuard::new(Some("word".to_owned()));
        let credentials = |value: &str, authorizer| {
            let headers = json!({"authorization": value, "x-jeton-source": "203.0.113.9"});
            let event = admitted(&firewall, event(&headers, authorizer))?;
            assert_eq!(event.request_context.http.source_ip.as_deref(), Some("192.0.2.1"));
            Ok(event.headers.contains_key(AUTHORIZATION))
        };
        assert_eq!(credentials("AWS4-HMAC-SHA256 Credential=AKIA/x", &iam), Ok(false));
        assert_eq!(credentials("Basic YTpi", &iam), Ok(true));
        assert_eq!(credentials("AWS4-HMAC-SHA256 Credential=AKIA/x", &json!({"jwt": {}})), Err(WentAround));
    }
}
