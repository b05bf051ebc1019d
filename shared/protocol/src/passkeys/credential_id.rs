//! The ids of passkeys, which authenticators choose (Web Authentication Level 3 §4, "Credential ID").

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The longest credential id (Web Authentication Level 3 §7.1).
const MAX_BYTES: usize = 1023;

/// The id of a credential: 1 to 1023 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Accepts the bytes of an id; `None` if there are none or too many.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (1..=MAX_BYTES).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// Reads an id in base64url.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?)
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the id in base64url.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}
