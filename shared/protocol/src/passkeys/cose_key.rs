//! The public keys of passkeys (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4), in the one encoding that authenticators use.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;

use crate::requests::dpop_proof::ProofKey;

/// The labels of the members.
const TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;
/// The key types of the algorithms.
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
/// The curves of the algorithms.
const P256: i64 = 1;
const ED25519: i64 = 6;

/// The algorithm of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519, whose signatures are called `EdDSA`.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with the hash SHA-256.
    Rs256,
}

/// The public key of a passkey, for one algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyKey {
    /// The algorithm of its signatures.
    pub algorithm: PasskeyAlgorithm,
    /// The parameters of the key.
    pub key: ProofKey,
    encoded: Vec<u8>,
}

impl PasskeyAlgorithm {
    /// Every algorithm, in the order in which authenticators are asked for them.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// The identifier in the registry of COSE algorithms.
    pub const fn id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }
}

impl PasskeyKey {
    /// Reads an encoded key, to the last byte; `None` if it is of another type.
    pub fn parse(mut encoded: &[u8]) -> Option<Self> {
        let key = Self::read(&mut encoded)?;
        encoded.is_empty().then_some(key)
    }

    /// The key as the authenticator encoded it.
    pub fn as_encoded(&self) -> &[u8] {
        &self.encoded
    }

    pub(crate) fn read(rest: &mut &[u8]) -> Option<Self> {
        let from = *rest;
        let value: Value = ciborium::from_reader(&mut *rest).ok()?;
        let encoded = from.get(..from.len().checked_sub(rest.len())?)?.to_vec();
        let members = value.as_map()?;
        let algorithm = number(members, ALGORITHM)?;
        let algorithm = PasskeyAlgorithm::ALL.into_iter().find(|known| known.id() == algorithm)?;
        let key = match (algorithm, number(members, TYPE)?) {
            (PasskeyAlgorithm::Es256, EC2) if number(members, CURVE)? == P256 => {
                ProofKey { y: Some(text(members, Y)?), ..curve("EC", "P-256", text(members, X)?) }
            }
            (PasskeyAlgorithm::EdDsa, OKP) if number(members, CURVE)? == ED25519 => {
                curve("OKP", "Ed25519", text(members, X)?)
            }
            (PasskeyAlgorithm::Rs256, RSA) => {
                ProofKey { n: Some(text(members, MODULUS)?), e: Some(text(members, EXPONENT)?), ..of_type("RSA") }
            }
            (PasskeyAlgorithm::Es256 | PasskeyAlgorithm::EdDsa | PasskeyAlgorithm::Rs256, _) => return None,
        };
        Some(Self { algorithm, key, encoded })
    }
}

fn of_type(kty: &str) -> ProofKey {
    ProofKey { kty: kty.to_owned(), crv: None, x: None, y: None, n: None, e: None }
}

fn curve(kty: &str, crv: &str, x: String) -> ProofKey {
    ProofKey { crv: Some(crv.to_owned()), x: Some(x), ..of_type(kty) }
}

/// Returns the only member with this label.
fn member(members: &[(Value, Value)], label: i64) -> Option<&Value> {
    let mut found = members.iter().filter(|(name, _)| as_number(name) == Some(label));
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

fn number(members: &[(Value, Value)], label: i64) -> Option<i64> {
    as_number(member(members, label)?)
}

fn as_number(value: &Value) -> Option<i64> {
    value.as_integer().and_then(|number| i64::try_from(number).ok())
}

fn text(members: &[(Value, Value)], label: i64) -> Option<String> {
    Some(URL_SAFE_NO_PAD.encode(member(members, label)?.as_bytes()?))
}
