//! Identifiers made of random bytes, and the counter of refreshes.

use std::fmt;

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Username;
use sha2::{Digest, Sha256};

/// The 128 random bits that every handle of a grant carries and that no table holds.
#[derive(Clone, PartialEq, Eq)]
pub struct GrantSecret([u8; 16]);

/// The key of a grant's item: the first 128 bits of SHA-256 of its [`GrantSecret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantId([u8; 16]);

/// The number of a refresh of a grant; the redemption of the code is number 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u32);

/// The id of one attempt to write, so that a repeated request recognises its own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt([u8; 16]);

/// The key of a person's items: 128 random bits. A person created by version 0.1 keeps the old key: the first 128
/// bits of SHA-256 of the username in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonKey([u8; 16]);

/// The key of a session's item: 128 random bits. It is also `sid` (OpenID Connect Front-Channel Logout §3). The
/// cookie contains a secret besides it, so the id alone opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId([u8; 16]);

/// The items that a person's grant depends on: the person, and the session unless the grant outlives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RestsOn {
    /// The key of the person.
    pub person: PersonKey,
    /// The session, unless the grant outlives it.
    pub session: Option<SessionId>,
}

/// A [`RestsOn`] that only this server can read, and that differs in each grant. Handles and tokens carry it, so
/// that the items their grant depends on can be read together with the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HiddenFooting {
    person: [u8; 16],
    session: Option<[u8; 16]>,
}

/// The error for a text that is not an identifier of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier made here")]
pub struct MalformedId;

impl GrantSecret {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 secret bytes, for the handle that will contain them.
    pub const fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// The key of the grant's item.
    pub fn id(&self) -> GrantId {
        GrantId(half_of_hash(&self.0))
    }
}

impl PersonKey {
    /// The key that version 0.1 gave to the person with this username.
    pub fn of_name(username: &Username) -> Self {
        Self(half_of_hash(username.as_str().to_lowercase().as_bytes()))
    }

    /// Wraps the bytes of a key.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the key.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads the form that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedId`] for anything but 16 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        bytes(text).map(Self)
    }
}

impl fmt::Display for PersonKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_base64(&self.0, formatter)
    }
}

impl SessionId {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key that version 0.1 gave to the session with this secret.
    pub fn of(secret: &[u8; 16]) -> Self {
        Self(half_of_hash(secret))
    }

    /// The 16 bytes of the key.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads the form that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedId`] for anything but 16 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        bytes(text).map(Self)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_base64(&self.0, formatter)
    }
}

impl RestsOn {
    /// Masks the keys with a pad of 32 bytes; masking twice restores them.
    pub fn masked(self, pad: &[u8; 32]) -> HiddenFooting {
        let hidden = HiddenFooting { person: self.person.0, session: self.session.map(|session| session.0) };
        hidden.masked(pad)
    }
}

impl HiddenFooting {
    /// Reads the bytes in a token: 16 for a person, 32 for a person and a session; `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, rest) = bytes.split_first_chunk::<16>()?;
        let session = match rest {
            [] => None,
            rest => Some(<[u8; 16]>::try_from(rest).ok()?),
        };
        Some(Self { person: *person, session })
    }

    /// The bytes to put in the token.
    pub fn to_bytes(self) -> Vec<u8> {
        [self.person.as_slice(), self.session.as_ref().map_or(&[], <[u8; 16]>::as_slice)].concat()
    }

    /// Returns the items that were masked with this pad.
    pub fn revealed(self, pad: &[u8; 32]) -> RestsOn {
        let plain = self.masked(pad);
        RestsOn { person: PersonKey(plain.person), session: plain.session.map(SessionId) }
    }

    fn masked(self, pad: &[u8; 32]) -> Self {
        let (first, second) = pad.split_at(16);
        let mask = |mut bytes: [u8; 16], pad: &[u8]| {
            bytes.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
            bytes
        };
        Self { person: mask(self.person, first), session: self.session.map(|session| mask(session, second)) }
    }
}

impl fmt::Debug for GrantSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("GrantSecret(..)")
    }
}

impl GrantId {
    /// Wraps the bytes of a key.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads the form that [`GrantId`]'s `Display` writes.
    ///
    /// # Errors
    /// [`MalformedId`] for anything but 16 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        bytes(text).map(Self)
    }

    /// The 16 bytes of the key.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_base64(&self.0, formatter)
    }
}

impl Generation {
    /// The generation that the redemption of a code begins.
    pub const FIRST: Self = Self(1);

    /// The generation with this number.
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number of this generation.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The generation after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Attempt {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads the form that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedId`] for anything but 16 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        bytes(text).map(Self)
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_base64(&self.0, formatter)
    }
}

fn half_of_hash(text: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest;
    first
}

fn bytes(text: &str) -> Result<[u8; 16], MalformedId> {
    // As many bytes as the decoder expects at most of a text that has the length of 16 bytes.
    let mut decoded = [0; 18];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut decoded) {
        Ok(16) => {
            let [first @ .., _, _] = decoded;
            Ok(first)
        }
        Ok(_) | Err(_) => Err(MalformedId),
    }
}

/// Writes bytes in base64url: in one piece, and without memory of its own, if they are as few as in most identifiers.
pub(crate) fn write_base64(bytes: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0; 128];
    let written = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text).ok().and_then(|length| text.get(..length));
    match written.and_then(|text| std::str::from_utf8(text).ok()) {
        Some(text) => formatter.write_str(text),
        None => fmt::Display::fmt(&Base64Display::new(bytes, &URL_SAFE_NO_PAD), formatter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_and_nothing_that_is_shorter_or_longer_is_an_id() {
        for length in 0..64 {
            let id = URL_SAFE_NO_PAD.encode(vec![0xfb; length]);
            assert_eq!(GrantId::parse(&id).is_ok(), length == 16, "{id}");
        }
        let id = GrantId::from_bytes([0xfb; 16]);
        assert_eq!(id.to_string(), URL_SAFE_NO_PAD.encode([0xfb; 16]));
        assert_eq!(GrantId::parse(&id.to_string()), Ok(id));
        assert_eq!(GrantId::parse("-_v7-_v7-_v7-_v7-_v7-x"), Err(MalformedId), "its last bits are not zero");
    }

    #[test]
    fn bytes_of_any_number_are_written_as_base64() {
        struct Bytes(Vec<u8>);
        impl fmt::Display for Bytes {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_base64(&self.0, formatter)
            }
        }
        for length in [0, 1, 16, 95, 96, 97, 200] {
            assert_eq!(Bytes(vec![7; length]).to_string(), URL_SAFE_NO_PAD.encode(vec![7; length]), "{length}");
        }
    }

    #[test]
    fn the_key_of_an_item_does_not_tell_the_secret() {
        let secret = GrantSecret::from_bytes([7; 16]);
        assert_eq!(GrantId::parse(&secret.id().to_string()), Ok(secret.id()));
        assert_ne!(secret.id().0, *secret.expose());
        assert_eq!(format!("{secret:?}"), "GrantSecret(..)");
    }
}
