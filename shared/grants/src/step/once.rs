//! Assertions, and DPoP proofs at a resource, can be used once: the name under which a use is remembered, and for how long.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ClientId, IssuerUrl, Thumbprint};
use sha2::{Digest, Sha256};

use crate::terms::time::Timestamp;

/// The use of an assertion or a proof, which must be written exactly once and remembered for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneUse {
    /// The name of the assertion or proof.
    pub id: AssertionId,
    /// The time until which the use must be remembered.
    pub until: Timestamp,
}

/// The name of an assertion, unique among all clients: the hash of the client and of `jti`. That of a proof is unique
/// among all keys in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AssertionId([u8; 32]);

impl AssertionId {
    pub(crate) fn of(client: &ClientId, jti: &str) -> Self {
        // No client_id contains a zero byte, so no two pairs give the same text.
        let hash = Sha256::new().chain_update(client.as_str()).chain_update([0_u8]).chain_update(jti);
        Self(hash.finalize().into())
    }

    pub(crate) fn of_issuer(issuer: &IssuerUrl, jti: &str) -> Self {
        // No client_id and no URL contains a line break, so no other pair gives the same text.
        Self(Sha256::digest(format!("{issuer}\n{jti}")).into())
    }

    pub(crate) fn of_proof(key: &Thumbprint, jti: &str) -> Self {
        // No client_id is empty, so no assertion has the same text.
        let hash = Sha256::new().chain_update([0_u8]).chain_update(key.as_bytes()).chain_update(jti);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for AssertionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}
