//! Client secrets as they are stored.

use std::fmt;

use subtle::ConstantTimeEq;

use crate::terms::time::Timestamp;

/// The keyed hash of a client secret (HMAC-SHA-256).
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

/// The 128 random bits from which a secret is derived, together with a key derived from the master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretSalt([u8; 16]);

/// A client secret as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// The stored hash or salt of the secret.
    pub kept: KeptSecret,
    /// The time when the secret was made.
    pub created_at: Timestamp,
}

/// The stored form of a secret. The secret cannot be learned from either form alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptSecret {
    /// The keyed hash, for a secret that the client presents for comparison.
    Digest(SecretDigest),
    /// The salt to derive the secret again, for a secret that only signs and is never presented.
    Salt(SecretSalt),
}

impl StoredSecret {
    /// A secret stored as its hash, which the client presents for comparison.
    pub const fn hashed(digest: SecretDigest, created_at: Timestamp) -> Self {
        Self { kept: KeptSecret::Digest(digest), created_at }
    }

    /// A secret stored as its salt, which the client signs with.
    pub const fn derived(salt: SecretSalt, created_at: Timestamp) -> Self {
        Self { kept: KeptSecret::Salt(salt), created_at }
    }
}

impl SecretSalt {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 128 bits of the salt.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl SecretDigest {
    /// Wraps a keyed hash of 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as stored in the table.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretDigest {
    /// Compares the hashes in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretDigest {}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretDigest(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_not_shown() {
        let digest = SecretDigest::from_bytes([65; 32]);
        assert_eq!(format!("{digest:?}"), "SecretDigest(..)");
        assert_eq!(digest.as_bytes(), &[65; 32]);
    }
}
