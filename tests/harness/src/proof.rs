//! What clients make and read themselves: PKCE pairs, and tokens looked into.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A code verifier and its S256 challenge (RFC 7636 §4.1, §4.2).
#[derive(Clone, Debug)]
pub struct Pkce {
    /// `code_verifier`.
    pub verifier: String,
    /// `code_challenge`.
    pub challenge: String,
}

impl Pkce {
    /// A pair unlike any other of this process. It is not secret, which tests do not need.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let seed = format!("{} {}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self::of(&hash(&seed))
    }

    /// The pair of a verifier.
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

/// A JWT, looked into and not verified.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

impl Jwt {
    /// Reads a compact JWT; panics when it is none.
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

    /// A string of the header or the claims, the empty one when there is none.
    pub fn text(&self, name: &str) -> &str {
        let found = self.claims.get(name).or_else(|| self.header.get(name));
        found.and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of the claims.
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
