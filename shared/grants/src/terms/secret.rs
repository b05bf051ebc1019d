//! Client secrets as they are stored.

use std::fmt;

use subtle::ConstantTimeEq;

use crate::terms::time::Timestamp;

/// The keyed hash of a client secret (HMAC-SHA-256).
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

/// The random bits from which a secret is derived, together with a key of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSalt {
    /// 128 bits, for a secret of 256 bits: those of earlier versions, which sign with HS256 only.
    Short([u8; 16]),
    /// 256 bits, for a secret of 512 bits, which signs with any of the algorithms (RFC 7518 §3.2). It is derived from the
    /// master key of the handles, as earlier versions did.
    Long([u8; 32]),
    /// 256 bits, for a secret of 512 bits that is derived from a key for this purpose alone.
    Own([u8; 32]),
}

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
    /// Reads a stored salt of a secret that is derived from the master key of the handles; `None` if it has another length.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let short = || bytes.try_into().map(Self::Short);
        bytes.try_into().map(Self::Long).or_else(|_| short()).ok()
    }

    /// The bits of the salt, as stored in the table.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short(bits) => bits,
            Self::Long(bits) | Self::Own(bits) => bits,
        }
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

    #[test]
    fn c176_a_salt_is_read_in_both_of_its_lengths_and_in_no_other() {
        for salt in [SecretSalt::Short([3; 16]), SecretSalt::Long([3; 32])] {
            assert_eq!(SecretSalt::read(salt.as_bytes()), Some(salt));
        }
        for length in [0, 15, 17, 31, 33, 64] {
            assert_eq!(SecretSalt::read(&vec![3; length]), None);
        }
    }
}
