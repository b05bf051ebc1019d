//! Client data: what the browser says about a ceremony (Web Authentication Level 3 §5.8.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::passkeys::malformed::MalformedPasskey;

/// The client data of a ceremony. The signature of an assertion covers their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientData {
    /// The kind of the ceremony: `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// The challenge that was answered.
    pub challenge: Vec<u8>,
    /// The origin of the page.
    pub origin: String,
    /// `true` if the page was in a frame of another origin, or the client data name one.
    pub is_framed: bool,
    hash: [u8; 32],
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

impl ClientData {
    /// Reads the bytes of the client data. Members that are not known are ignored, as the standard demands.
    ///
    /// # Errors
    /// [`MalformedPasskey`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedPasskey> {
        let written: Written = serde_json::from_slice(bytes).map_err(|_| MalformedPasskey)?;
        Ok(Self {
            kind: written.kind,
            challenge: URL_SAFE_NO_PAD.decode(written.challenge).map_err(|_| MalformedPasskey)?,
            origin: written.origin,
            is_framed: written.cross_origin || written.top_origin.is_some(),
            hash: Sha256::digest(bytes).into(),
        })
    }

    /// The hash of the bytes as they were sent.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}
