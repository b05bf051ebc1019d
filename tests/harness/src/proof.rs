//! Values that clients create and read themselves: PKCE pairs and the contents of tokens.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A code verifier and its S256 challenge (RFC 7636 §4.1, §4.2).
#[derive(Clone, Debug)]
pub struct Pkce {
    /// The parameter `code_verifier` of the pair.
    pub verifier: String,
    /// The parameter `code_challenge` of the pair.
    pub challenge: String,
}

impl Pkce {
    /// Creates a pair that is unique in this process. It is not secret, because tests do not need that.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let seed = format!("{} {}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self::of(&hash(&seed))
    }

    /// The pair that belongs to a verifier.
    pub fn of(verifier: &str) -> Self {
        Self { verifier: verifier.to_owned(), challenge: hash(verifier) }
    }
}

impl Default for Pkce {
    fn default() -> Self {
        Self::new()
    }
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// The contents of a JWT, decoded but not verified.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The header, as a JSON object.
    pub header: Value,
    /// The claims, as a JSON object.
    pub claims: Value,
}

impl Jwt {
    /// Decodes a compact JWT; panics if it is not one.
    pub fn read(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("not a compact JWT: {token}") };
        assert!(!signature.is_empty(), "a JWT without a signature: {token}");
        let [header, claims] = [header, claims].map(|part| {
            let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_else(|error| panic!("not base64url ({error}): {part}"));
            serde_json::from_slice(&json).unwrap_or_else(|error| panic!("not JSON ({error}): {part}"))
        });
        Self { header, claims }
    }

    /// A string from the header or the claims; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        let found = self.claims.get(name).or_else(|| self.header.get(name));
        found.and_then(Value::as_str).unwrap_or_default()
    }

    /// A number from the claims.
    pub fn number(&self, name: &str) -> u64 {
        let found = self.claims.get(name).and_then(Value::as_u64);
        found.unwrap_or_else(|| panic!("no whole number {name} in {}", self.claims))
    }

    /// `aud`, which may be one string or several (RFC 7519 §4.1.3).
    pub fn audience(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match self.claims.get("aud") {
            Some(Value::Array(several)) => several.iter().filter_map(text).collect(),
            Some(one) => text(one).into_iter().collect(),
            None => Vec::new(),
        }
    }
}
