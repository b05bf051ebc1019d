//! Issuers that others run: the `iss` of their tokens, or the trust domain of a SPIFFE ID.

use std::fmt;
use std::sync::Arc;

use crate::values::redirect_uri::is_loopback;
use crate::values::server_uri::plain_url;

const SPIFFE: &str = "spiffe://";
/// An item of the registry has the URL in its key, which DynamoDB limits to 2048 bytes.
const MAX_BYTES: usize = 1024;
/// The longest name of a trust domain (SPIFFE ID §2.1).
const MAX_TRUST_DOMAIN: usize = 255;

/// The identifier of an issuer that somebody else runs. It is compared character by character, as OpenID Connect Core
/// §3.1.3.7 demands of `iss`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerUrl(Arc<str>);

/// The error for a text that is not a valid [`IssuerUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be an https URL of at most 1024 ASCII characters, without user information, query and fragment (http on this machine), or spiffe:// and a trust domain"
)]
pub struct MalformedIssuerUrl;

impl IssuerUrl {
    /// Accepts the identifier of an OpenID issuer, or `spiffe://` and a trust domain.
    ///
    /// # Errors
    /// [`MalformedIssuerUrl`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedIssuerUrl> {
        let is_good = match text.strip_prefix(SPIFFE) {
            Some(domain) => is_trust_domain(domain),
            None => text.len() <= MAX_BYTES && !text.contains(['#', '?']) && is_safe(text),
        };
        if is_good { Ok(Self(text.into())) } else { Err(MalformedIssuerUrl) }
    }

    /// Returns the trust domain of a SPIFFE ID with a path; `None` for any other text.
    pub fn of_spiffe_id(text: &str) -> Option<Self> {
        let (domain, path) = text.strip_prefix(SPIFFE)?.split_once('/')?;
        let is_good = text.len() <= MAX_BYTES && is_trust_domain(domain) && path.split('/').all(is_segment);
        is_good.then(|| Self(format!("{SPIFFE}{domain}").into()))
    }

    /// Returns whether the text claims to be a SPIFFE ID.
    pub fn is_for_spiffe_id(text: &str) -> bool {
        text.starts_with(SPIFFE)
    }

    /// Returns whether the issuer is a trust domain of SPIFFE.
    pub fn is_trust_domain(&self) -> bool {
        self.0.starts_with(SPIFFE)
    }

    /// The identifier as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_safe(text: &str) -> bool {
    plain_url(text).is_some_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

fn is_trust_domain(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    (1..=MAX_TRUST_DOMAIN).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_segment(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !["", ".", ".."].contains(&text) && text.bytes().all(allowed)
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c222_an_issuer_is_an_https_url_or_a_trust_domain() {
        for good in [
            "https://token.actions.githubusercontent.com",
            "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC",
            "https://issuer.example/",
            "http://127.0.0.1:9000",
            "spiffe://prod.trust_domain.example-1",
        ] {
            assert_eq!(IssuerUrl::parse(good).map(|url| url.to_string()), Ok(good.to_owned()));
        }
        let [longest, longer] = [255, 256].map(|length| format!("spiffe://{}", "a".repeat(length)));
        assert!(IssuerUrl::parse(&longest).is_ok() && IssuerUrl::parse(&longer).is_err());
        let start = "https://issuer.example/";
        let of_bytes = |bytes: usize| format!("{start}{}", "a".repeat(bytes - start.len()));
        assert!(IssuerUrl::parse(&of_bytes(1024)).is_ok());
        let long = of_bytes(1025);
        for bad in [
            "",
            "issuer",
            "http://issuer.example",
            "https://issuer.example/?a",
            "https://issuer.example/#a",
            "https://a@issuer.example",
            "https://issuer.example/a b",
            "spiffe://",
            "spiffe://Trust.example",
            "spiffe://trust.example/",
            "spiffe://trust.example:80",
            "urn:issuer",
            &long,
        ] {
            assert_eq!(IssuerUrl::parse(bad), Err(MalformedIssuerUrl), "{bad}");
        }
    }

    #[test]
    fn c222_a_spiffe_id_names_its_trust_domain() {
        let domain = |text| IssuerUrl::of_spiffe_id(text).map(|url| url.to_string());
        assert_eq!(domain("spiffe://trust.example/ns/prod/sa/orders"), Some("spiffe://trust.example".to_owned()));
        for bad in [
            "spiffe://trust.example",
            "spiffe://trust.example/",
            "spiffe://trust.example/a/",
            "spiffe://trust.example//a",
            "spiffe://trust.example/../a",
            "spiffe://trust.example/a b",
            "spiffe://trust.example@evil/a",
            "SPIFFE://trust.example/a",
            "https://trust.example/a",
        ] {
            assert_eq!(domain(bad), None, "{bad}");
        }
    }
}
