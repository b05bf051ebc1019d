//! Client assertions (RFC 7523 §3): verifies the signature and reads the claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{AssertionClaims, Audience, ClientKey, PublicKey, SigningAlgorithm, Timestamp, candidates};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use protocol::Secret;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::clients::key_set::point;
use crate::signing::key::jose;
use crate::tokens::access::ReadAudience;

/// The accepted values of `typ`, in lower case. `typ` may be absent, but other kinds of JWT are refused (RFC 8725
/// §3.11).
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];

/// The error for a text that is not an assertion signed with one of the keys, for any reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an assertion of this client")]
pub struct NotSigned;

/// The header members that are read. Keys in the header, and links to keys, are ignored (RFC 8725 §3.10).
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

/// The parts of a JWT as they were written.
struct Parts<'j> {
    header: &'j str,
    claims: &'j str,
    /// The signed text: header and payload, joined by a period.
    message: &'j str,
    signature: &'j str,
}

#[derive(Deserialize)]
struct Written {
    iss: String,
    sub: String,
    aud: ReadAudience,
    exp: Option<NumericDate>,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
    jti: Option<String>,
}

/// A time, which may have a fraction (RFC 7519 §2).
#[derive(Deserialize)]
#[serde(untagged)]
enum NumericDate {
    Whole(u64),
    Fraction(f64),
}

/// Returns the claims of an assertion that one of `keys` signed, with the algorithm `only` if one is given.
///
/// # Errors
/// [`NotSigned`] for anything else.
pub fn assertion_by_keys(
    jwt: &Secret,
    keys: &[ClientKey],
    only: Option<SigningAlgorithm>,
) -> Result<AssertionClaims, NotSigned> {
    let jwt = Parts::of(jwt)?;
    let header = jwt.header()?;
    let algorithm = SigningAlgorithm::parse_of_client(&header.alg).ok_or(NotSigned)?;
    if only.is_some_and(|only| only != algorithm) {
        return Err(NotSigned);
    }
    let mut keys = candidates(keys, header.kid.as_deref(), algorithm);
    keys.find_map(|key| jwt.verified(jose(algorithm), &verifying(&key.public))).ok_or(NotSigned)
}

/// Returns the claims of an assertion signed with HS256 and one of `secrets` (OpenID Connect Core §10.1: the key is
/// the text of the secret).
///
/// # Errors
/// [`NotSigned`] for anything else.
pub fn assertion_by_secrets(
    jwt: &Secret,
    secrets: impl IntoIterator<Item = Secret>,
) -> Result<AssertionClaims, NotSigned> {
    let jwt = Parts::of(jwt)?;
    if jwt.header()?.alg != "HS256" {
        return Err(NotSigned);
    }
    let mut keys = secrets.into_iter().map(|secret| DecodingKey::from_secret(secret.expose().as_bytes()));
    keys.find_map(|key| jwt.verified(Algorithm::HS256, &key)).ok_or(NotSigned)
}

impl<'j> Parts<'j> {
    fn of(jwt: &'j Secret) -> Result<Self, NotSigned> {
        let (message, signature) = jwt.expose().rsplit_once('.').ok_or(NotSigned)?;
        let (header, claims) = message.split_once('.').ok_or(NotSigned)?;
        Ok(Self { header, claims, message, signature })
    }

    /// Decodes the header, and refuses one with critical extensions (RFC 7515 §4.1.11), because none is supported.
    fn header(&self) -> Result<Head, NotSigned> {
        let header: Head = decoded(self.header)?;
        let known = header.typ.as_deref().is_none_or(|typ| TYPES.contains(&typ.to_ascii_lowercase().as_str()));
        if known && header.crit.is_none() { Ok(header) } else { Err(NotSigned) }
    }

    /// Returns the claims if `key` signed them. Their contents are checked by `grants`.
    fn verified(&self, algorithm: Algorithm, key: &DecodingKey) -> Option<AssertionClaims> {
        let verified = crypto::verify(self.signature, self.message.as_bytes(), key, algorithm);
        if !verified.unwrap_or(false) {
            return None;
        }
        decoded::<Written>(self.claims).ok().map(Written::claims)
    }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Result<T, NotSigned> {
    // A second period is not a base64url character, so it is refused here.
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| NotSigned)?;
    serde_json::from_slice(&json).map_err(|_| NotSigned)
}

fn verifying(key: &PublicKey) -> DecodingKey {
    match key {
        PublicKey::Rsa(modulus, exponent) => DecodingKey::from_rsa_raw_components(modulus, exponent),
        PublicKey::P256(x, y) => DecodingKey::from_ec_der(&point(x, y)),
        PublicKey::Ed25519(x) => DecodingKey::from_ed_der(x),
    }
}

impl Written {
    fn claims(self) -> AssertionClaims {
        AssertionClaims {
            issuer: self.iss,
            subject: self.sub,
            audience: match self.aud {
                ReadAudience::One(only) => Audience::One(only),
                ReadAudience::Several(several) => Audience::Several(several),
            },
            expires_at: self.exp.map(|time| time.rounded(f64::floor)),
            issued_at: self.iat.map(|time| time.rounded(f64::ceil)),
            not_before: self.nbf.map(|time| time.rounded(f64::ceil)),
            id: self.jti,
        }
    }
}

impl NumericDate {
    fn rounded(&self, round: fn(f64) -> f64) -> Timestamp {
        Timestamp::from_seconds(match self {
            Self::Whole(seconds) => *seconds,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
            Self::Fraction(seconds) => round(*seconds) as u64,
        })
    }
}

#[cfg(test)]
mod tests;
