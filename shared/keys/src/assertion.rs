//! Assertions of clients (RFC 7523 §3): the signature, and what was signed.

use grants::{AssertionClaims, Audience, ClientKey, PublicKey, SigningAlgorithm, Timestamp, candidates};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use protocol::Secret;
use serde::Deserialize;

use crate::client_keys::point;
use crate::signing::jose;

/// What the `typ` of an assertion may be, in lower case, where it has one. Other kinds of JWT are none (RFC 8725 §3.11).
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];

/// Not an assertion that one of the keys signed, for whatever reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an assertion of this client")]
pub struct NotSigned;

#[derive(Deserialize)]
struct Written {
    iss: String,
    sub: String,
    aud: WrittenAudience,
    exp: Option<NumericDate>,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
    jti: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenAudience {
    One(String),
    Several(Vec<String>),
}

/// RFC 7519 §2: it may have a fraction.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumericDate {
    Whole(u64),
    Fraction(f64),
}

/// The claims of an assertion that one of `keys` signed; with the one algorithm `only` where there is one.
///
/// # Errors
/// [`NotSigned`] for anything else.
pub fn assertion_by_keys(
    jwt: &Secret,
    keys: &[ClientKey],
    only: Option<SigningAlgorithm>,
) -> Result<AssertionClaims, NotSigned> {
    let header = header(jwt)?;
    let algorithm = SigningAlgorithm::ALL.into_iter().find(|known| jose(*known) == header.alg).ok_or(NotSigned)?;
    if only.is_some_and(|only| only != algorithm) {
        return Err(NotSigned);
    }
    let mut keys = candidates(keys, header.kid.as_deref(), algorithm);
    keys.find_map(|key| verified(jwt, header.alg, &verifying(&key.public))).ok_or(NotSigned)
}

/// The claims of an assertion that was signed with one of `secrets` and HS256 (OpenID Connect Core §10.1: the key is the
/// text of the secret).
///
/// # Errors
/// [`NotSigned`] for anything else.
pub fn assertion_by_secrets(
    jwt: &Secret,
    secrets: impl IntoIterator<Item = Secret>,
) -> Result<AssertionClaims, NotSigned> {
    if header(jwt)?.alg != Algorithm::HS256 {
        return Err(NotSigned);
    }
    let mut keys = secrets.into_iter().map(|secret| DecodingKey::from_secret(secret.expose().as_bytes()));
    keys.find_map(|key| verified(jwt, Algorithm::HS256, &key)).ok_or(NotSigned)
}

/// The header. What must be understood (RFC 7515 §4.1.11) is not; keys that come along or are pointed to are not looked at.
fn header(jwt: &Secret) -> Result<Header, NotSigned> {
    let header = jsonwebtoken::decode_header(jwt.expose()).map_err(|_| NotSigned)?;
    let known = header.typ.as_deref().is_none_or(|typ| TYPES.contains(&typ.to_ascii_lowercase().as_str()));
    if known && header.crit.is_none() { Ok(header) } else { Err(NotSigned) }
}

fn verifying(key: &PublicKey) -> DecodingKey {
    match key {
        PublicKey::Rsa(modulus, exponent) => DecodingKey::from_rsa_raw_components(modulus, exponent),
        PublicKey::P256(x, y) => DecodingKey::from_ec_der(&point(x, y)),
        PublicKey::Ed25519(x) => DecodingKey::from_ed_der(x),
    }
}

/// The claims, when `key` signed them. What they must say is for `grants`.
fn verified(jwt: &Secret, algorithm: Algorithm, key: &DecodingKey) -> Option<AssertionClaims> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let written = jsonwebtoken::decode::<Written>(jwt.expose(), key, &validation).ok()?.claims;
    Some(AssertionClaims {
        issuer: written.iss,
        subject: written.sub,
        audience: match written.aud {
            WrittenAudience::One(only) => Audience::One(only),
            WrittenAudience::Several(several) => Audience::Several(several),
        },
        expires_at: written.exp.map(|time| time.rounded(f64::floor)),
        issued_at: written.iat.map(|time| time.rounded(f64::ceil)),
        not_before: written.nbf.map(|time| time.rounded(f64::ceil)),
        id: written.jti,
    })
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
