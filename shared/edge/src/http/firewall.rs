//! Access control by entry point: the URL of the API, CloudFront with a firewall, or the private URL of a
//! function.
//!
//! # Decisions
//! - With a firewall, CloudFront sends a shared secret, which proves that the request came through it, and the
//!   address of the caller. An HTTP API cannot be closed to others, so a request without the secret is refused
//!   here.
//! - Several secrets can be accepted at a time, so that the secret can be changed without refusing anybody who comes
//!   through CloudFront. And the secret can be known before it is required, so that a firewall can be turned on while
//!   the server is in use: CloudFront sends it first, the functions require it later.
//! - A caller that IAM authorized (the private URL) needs no secret. Its `Authorization` header is the signature
//!   that IAM has checked (SigV4) and does not authenticate a client.

use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderName};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use protocol::Secret;
use subtle::{Choice, ConstantTimeEq};

/// The header with the secret that proves that a request came through the firewall.
const PROOF: HeaderName = HeaderName::from_static("x-jeton-edge");
/// The header with the caller's address as CloudFront saw it.
const SOURCE: HeaderName = HeaderName::from_static("x-jeton-source");
/// The prefix of the `Authorization` header of a signed request.
const SIGNED: &[u8] = b"AWS4-";

/// The requirements that a request must meet to be admitted, and the transport security that responses announce.
#[derive(Clone, Debug, Default)]
pub struct FirewallGuard {
    /// The secrets that prove that a request came through the firewall; none without a firewall.
    proofs: Arc<[Secret]>,
    /// `true` if a request without such a secret is refused.
    required: bool,
    /// `true` if the subdomains of the issuer's host must use TLS too.
    includes_subdomains: bool,
}

/// The error for a request that bypassed the firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request did not come through the firewall: use the issuer's URL")]
pub(crate) struct WentAround;

impl FirewallGuard {
    /// Creates a firewall that requires one of `proofs`, or nothing if there is none.
    pub fn new(proofs: impl IntoIterator<Item = String>) -> Self {
        Self { proofs: proofs.into_iter().map(Secret::new).collect(), required: true, includes_subdomains: false }
    }

    /// Sets whether a request without a secret is refused. One with a secret names its source in either case.
    #[must_use]
    pub fn with_requirement(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// Sets whether responses require TLS of the subdomains too.
    #[must_use]
    pub fn with_subdomains(self, includes_subdomains: bool) -> Self {
        Self { includes_subdomains, ..self }
    }

    /// Returns whether responses require TLS of the subdomains too.
    pub const fn includes_subdomains(&self) -> bool {
        self.includes_subdomains
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
        if told.is_some_and(|told| self.accepts(told.as_bytes())) {
            event.request_context.http.source_ip = source.and_then(|source| source.to_str().ok().map(str::to_owned));
        } else if self.required && !self.proofs.is_empty() {
            return Err(WentAround);
        }
        Ok(())
    }

    /// Returns whether `told` is one of the secrets, in a time that does not tell which.
    fn accepts(&self, told: &[u8]) -> bool {
        let same = |found: Choice, proof: &Secret| found | told.ct_eq(proof.expose().as_bytes());
        self.proofs.iter().fold(Choice::from(0), same).into()
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
        let firewall = FirewallGuard::new(["word".to_owned()]);
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
    fn c243_two_secrets_open_while_one_replaces_the_other() {
        let firewall = FirewallGuard::new(["old".to_owned(), "new".to_owned()]);
        let source = |word: &str| {
            let headers = json!({"x-jeton-edge": word, "x-jeton-source": "203.0.113.9"});
            admitted(&firewall, event(&headers, &json!(null))).map(|it| it.request_context.http.source_ip)
        };
        for word in ["old", "new"] {
            assert_eq!(source(word).unwrap().as_deref(), Some("203.0.113.9"));
        }
        for word in ["", "other", "old,new", "oldnew"] {
            assert_eq!(source(word), Err(WentAround), "{word}");
        }
    }

    #[test]
    fn c243_a_secret_that_is_not_required_yet_tells_the_source_and_refuses_nobody() {
        let firewall = FirewallGuard::new(["word".to_owned()]).with_requirement(false);
        let source = |word: &str| {
            let headers = json!({"x-jeton-edge": word, "x-jeton-source": "203.0.113.9"});
            admitted(&firewall, event(&headers, &json!(null))).map(|it| it.request_context.http.source_ip)
        };
        assert_eq!(source("word").unwrap().as_deref(), Some("203.0.113.9"));
        assert_eq!(source("guess").unwrap().as_deref(), Some("192.0.2.1"));
        let without = admitted(&firewall, event(&json!({}), &json!(null))).unwrap();
        assert_eq!(without.request_context.http.source_ip.as_deref(), Some("192.0.2.1"));
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
        let firewall = FirewallGuard::new(["word".to_owned()]);
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
