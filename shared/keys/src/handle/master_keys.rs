//! The tag keys of each master, and the name of the master in a handle.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::handle::kind::{HandleKind, PerKind};
use crate::signing::error::KeysError;
use crate::signing::masters::MasterName;

pub(crate) type Tagger = Hmac<Sha256>;

/// The version of the handles that the first master makes.
const UNNAMED: u8 = 1;
/// The version of the handles that name their master.
const NAMED: u8 = 2;
/// The most bytes before the payload of a handle: version, kind and the name of the master.
pub(crate) const HEAD_BYTES: usize = 6;
/// The length of the prefix of every handle.
const PREFIX_BYTES: usize = 4;

/// The tag keys of one master.
pub(crate) struct MasterKeys {
    pub(crate) name: MasterName,
    pub(crate) taggers: PerKind<Tagger>,
}

/// The source of the keys that are derived from one master (RFC 5869).
pub(crate) struct Source(Hkdf<Sha256>);

impl Source {
    pub(crate) fn of(master: &[u8; 32]) -> Self {
        Self(Hkdf::new(Some(b"jeton handles"), master))
    }

    pub(crate) fn tagger(&self, info: &[u8]) -> Result<Tagger, KeysError> {
        // One SHA-256 block, which HMAC uses unchanged as its key (RFC 2104 §2).
        let mut key = Zeroizing::new([0; 64]);
        self.0.expand(info, key.as_mut()).map_err(|_| KeysError::Crypto)?;
        Ok(Tagger::new(&(*key).into()))
    }
}

impl MasterKeys {
    pub(crate) fn derive(name: MasterName, master: &[u8; 32]) -> Result<Arc<Self>, KeysError> {
        let source = Source::of(master);
        let taggers = PerKind::make(|kind| source.tagger(kind.prefix().as_bytes()))?;
        Ok(Arc::new(Self { name, taggers }))
    }

    /// Returns the bytes before the payload of a handle.
    pub(crate) fn head(&self, kind: HandleKind) -> ([u8; HEAD_BYTES], usize) {
        match self.name {
            MasterName::First => ([UNNAMED, kind.byte(), 0, 0, 0, 0], 2),
            MasterName::Later([a, b, c, d]) => ([NAMED, kind.byte(), a, b, c, d], HEAD_BYTES),
        }
    }
}

/// Reads the bytes before the payload of a handle of `kind`: the name of its master, and the payload.
pub(crate) fn read_head(kind: HandleKind, signed: &[u8]) -> Option<(MasterName, &[u8])> {
    match signed {
        [UNNAMED, byte, payload @ ..] if *byte == kind.byte() => Some((MasterName::First, payload)),
        [NAMED, byte, a, b, c, d, payload @ ..] if *byte == kind.byte() => {
            Some((MasterName::Later([*a, *b, *c, *d]), payload))
        }
        _ => None,
    }
}

impl MasterName {
    /// Returns the master that a text names if it is a handle; it may be forged. No text of another kind begins so.
    pub(crate) fn in_handle(text: &str) -> Option<Self> {
        let (prefix, encoded) = text.split_at_checked(PREFIX_BYTES)?;
        HandleKind::ALL.iter().find(|kind| kind.prefix() == prefix)?;
        // Eight characters are the six bytes in front of the payload.
        let head = URL_SAFE_NO_PAD.decode(encoded.get(..8)?).ok()?;
        match *head {
            [UNNAMED, ..] => Some(Self::First),
            [NAMED, _, a, b, c, d] => Some(Self::Later([a, b, c, d])),
            _ => None,
        }
    }
}
