//! Finds the grant of a code or token. The contents can be read by anybody; only the key of the tag is secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::Jwt;
use sha2::{Digest as _, Sha256};

const KEY_BYTES: usize = 16;

/// The grant and generation of a code or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The key of the grant's item.
    pub(crate) grant: String,
    /// The generation; 0 for a code, which has none.
    pub(crate) generation: u32,
}

/// Reads a code, a refresh token or an access token.
///
/// A handle is a prefix and the base64url encoding of version, kind, the secret of the grant, the generation, other
/// fields, and a tag; the key of the item is the beginning of the hash of the secret. A JWT has the key and the
/// generation in its `jti`.
pub(crate) fn named(text: &str) -> Named {
    let Some(encoded) = ["jtc_", "jtr_", "jta_"].iter().find_map(|prefix| text.strip_prefix(prefix)) else {
        let id = bytes(Jwt::read(text).text("jti"));
        return Named { grant: key(&id), generation: number(&id[KEY_BYTES..]) };
    };
    let payload = &bytes(encoded)[2..];
    let generation = if text.starts_with("jtc_") { 0 } else { number(&payload[KEY_BYTES..]) };
    Named { grant: key(&Sha256::digest(&payload[..KEY_BYTES])), generation }
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn key(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&bytes[..KEY_BYTES])
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}
