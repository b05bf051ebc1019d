//! The session cookie: the session's name and a secret, whose hash is stored in the session.

use grants::{PersonKey, SessionId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The first 128 bits of SHA-256 of a cookie's secret.
#[derive(Clone, Copy, Eq)]
pub struct SessionSecretHash([u8; 16]);

/// The content of the session cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionHandle {
    person: PersonKey,
    id: SessionId,
    /// `None` in a cookie of version 0.1.
    secret: Option<[u8; 16]>,
}

impl SessionSecretHash {
    /// Computes the hash of a secret.
    pub fn of(secret: &[u8; 16]) -> Self {
        let digest: [u8; 32] = Sha256::digest(secret).into();
        let (half, _) = digest.split_at(16);
        let mut hash = [0; 16];
        hash.copy_from_slice(half);
        Self(hash)
    }

    /// Wraps the hash stored in the table.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The hash as stored in the table.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl PartialEq for SessionSecretHash {
    /// Compares the hashes in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for SessionSecretHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SessionSecretHash(..)")
    }
}

impl SessionHandle {
    /// The cookie of a session with this secret.
    pub(crate) const fn new(person: PersonKey, id: SessionId, secret: [u8; 16]) -> Self {
        Self { person, id, secret: Some(secret) }
    }

    /// The bytes that are sealed into the cookie.
    pub fn to_bytes(&self) -> Vec<u8> {
        let secret = self.secret.as_ref().map_or(&[][..], <[u8; 16]>::as_slice);
        [self.person.as_bytes().as_slice(), self.id.as_bytes(), secret].concat()
    }

    /// Reads the bytes that were sealed into the cookie: person, name and secret, or in version 0.1 person and
    /// secret.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, rest) = bytes.split_first_chunk::<16>()?;
        let (first, rest) = rest.split_first_chunk::<16>()?;
        let person = PersonKey::from_bytes(*person);
        match rest {
            [] => Some(Self { person, id: SessionId::of(first), secret: None }),
            secret => Some(Self { person, id: SessionId::from_bytes(*first), secret: Some(secret.try_into().ok()?) }),
        }
    }

    /// The person whose session it is.
    pub const fn person(&self) -> PersonKey {
        self.person
    }

    /// The key of the session's item.
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// The hash of the secret; `None` in a cookie of version 0.1.
    pub(crate) fn secret_hash(&self) -> Option<SessionSecretHash> {
        self.secret.as_ref().map(SessionSecretHash::of)
    }
}
