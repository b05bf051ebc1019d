//! Client assertions (RFC 7523 §3): verifies the signature and reads the claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{AssertionAlgorithm, AssertionClaims, Audience, ClientKey, PublicKey, Timestamp, candidates};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use protocol::{Secret, jose_type};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::clients::key_set::point;
use crate::tokens::access::ReadAudience;

/// The accepted values of `typ`, in their short form. `typ` may be absent, but other kinds of JWT are refused (RFC 8725
/// §3.11).
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];

/// The reasons why a text is not an assertion whose signature could be verified here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableAssertion {
    /// The text is not a JWT, or not one of this kind.
    #[error("not a client assertion")]
    Malformed,
    /// The algorithm is not one that this server verifies.
    #[error("an algorithm that is not verified here")]
    Algorithm,
}

/// A client assertion whose signature is not yet verified.
pub struct SignedAssertion<'j> {
    claims: &'j str,
    /// The signed text: header and payload, joined by a period.
    message: &'j str,
    signature: &'j str,
    algorithm: AssertionAlgorithm,
    kid: Option<String>,
}

/// The header members that are read. Keys in the header, and links to keys, are ignored (RFC 8725 §3.10).
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(crate) struct Written {
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
pub(crate) enum NumericDate {
    Whole(u64),
    Fraction(f64),
}

impl<'j> SignedAssertion<'j> {
    /// Reads the header of an assertion, and refuses one with critical extensions (RFC 7515 §4.1.11), because none is
    /// supported.
    ///
    /// # Errors
    /// [`UnreadableAssertion`] tells an unknown algorithm from every other fault.
    pub fn parse(jwt: &'j Secret) -> Result<Self, UnreadableAssertion> {
        Self::of_types(jwt, &TYPES)
    }

    /// Reads the header of a JWT whose `typ` is absent or one of these, in their short form.
    pub(crate) fn of_types(jwt: &'j Secret, types: &[&str]) -> Result<Self, UnreadableAssertion> {
        Self::read(jwt, |typ| typ.is_none_or(|typ| types.contains(&typ)))
    }

    /// Reads the header of a JWT whose `typ` is one of these, in their short form.
    pub(crate) fn of_named_types(jwt: &'j Secret, types: &[&str]) -> Result<Self, UnreadableAssertion> {
        Self::read(jwt, |typ| typ.is_some_and(|typ| types.contains(&typ)))
    }

    fn read(jwt: &'j Secret, is_good: impl Fn(Option<&str>) -> bool) -> Result<Self, UnreadableAssertion> {
        let (message, signature) = jwt.expose().rsplit_once('.').ok_or(UnreadableAssertion::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(UnreadableAssertion::Malformed)?;
        let header: Head = decoded(header).ok_or(UnreadableAssertion::Malformed)?;
        let typ = header.typ.as_deref().map(jose_type);
        if !is_good(typ.as_deref()) || header.crit.is_some() {
            return Err(UnreadableAssertion::Malformed);
        }
        let algorithm = AssertionAlgorithm::parse(&header.alg).ok_or(UnreadableAssertion::Algorithm)?;
        Ok(Self { claims, message, signature, algorithm, kid: header.kid })
    }

    /// The algorithm that the header names.
    pub const fn algorithm(&self) -> AssertionAlgorithm {
        self.algorithm
    }

    /// Returns the claims if one of `keys` signed them.
    pub fn by_keys(&self, keys: &[ClientKey]) -> Option<AssertionClaims> {
        self.payload::<Written>(keys).map(Written::claims)
    }

    /// Returns the payload if one of `keys` signed it.
    pub(crate) fn payload<T: DeserializeOwned>(&self, keys: &[ClientKey]) -> Option<T> {
        let mut keys = candidates(keys, self.kid.as_deref(), self.algorithm);
        keys.find_map(|key| self.verified(&verifying(&key.public)))
    }

    /// Returns the claims if one of `secrets` signed them (OpenID Connect Core §10.1: the key is the text of the
    /// secret). A secret that is too short for the algorithm is passed over (RFC 7518 §3.2).
    pub fn by_secrets(&self, secrets: impl IntoIterator<Item = Secret>) -> Option<AssertionClaims> {
        let least = self.algorithm.least_secret()?;
        let long_enough = secrets.into_iter().filter(|secret| secret.expose().len() >= least);
        let mut keys = long_enough.filter_map(|secret| DecodingKey::from_secret(secret.expose().as_bytes()).ok());
        keys.find_map(|key| self.verified::<Written>(&key)).map(Written::claims)
    }

    /// Returns the claims if `key` signed them. Their contents are checked by `grants`.
    fn verified<T: DeserializeOwned>(&self, key: &DecodingKey) -> Option<T> {
        let verified = crypto::verify(self.signature, self.message.as_bytes(), key, jose(self.algorithm));
        if !verified.unwrap_or(false) {
            return None;
        }
        decoded(self.claims)
    }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    // A second period is not a base64url character, so it is refused here.
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Converts an algorithm to the type of `jsonwebtoken`.
const fn jose(algorithm: AssertionAlgorithm) -> Algorithm {
    match algorithm {
        AssertionAlgorithm::Rs256 => Algorithm::RS256,
        AssertionAlgorithm::Rs384 => Algorithm::RS384,
        AssertionAlgorithm::Rs512 => Algorithm::RS512,
        AssertionAlgorithm::Ps256 => Algorithm::PS256,
        AssertionAlgorithm::Ps384 => Algorithm::PS384,
        AssertionAlgorithm::Ps512 => Algorithm::PS512,
        AssertionAlgorithm::Es256 => Algorithm::ES256,
        AssertionAlgorithm::Es384 => Algorithm::ES384,
        AssertionAlgorithm::EdDsa => Algorithm::EdDSA,
        AssertionAlgorithm::Hs256 => Algorithm::HS256,
        AssertionAlgorithm::Hs384 => Algorithm::HS384,
        AssertionAlgorithm::Hs512 => Algorithm::HS512,
    }
}

/// Returns the key in the form that verifies signatures.
pub(crate) fn verifying(key: &PublicKey) -> DecodingKey {
    match key {
        PublicKey::Rsa(modulus, exponent) => DecodingKey::from_rsa_raw_components(modulus, exponent),
        PublicKey::P256(x, y) => DecodingKey::from_ec_der(&point(x, y)),
        PublicKey::P384(x, y) => DecodingKey::from_ec_der(&point(x, y)),
        PublicKey::Ed25519(x) => DecodingKey::from_ed_der(x),
    }
}

impl Written {
    pub(crate) fn claims(self) -> AssertionClaims {
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
    pub(crate) fn rounded(&self, round: fn(f64) -> f64) -> Timestamp {
        Timestamp::from_seconds(match self {
            Self::Whole(seconds) => *seconds,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
            Self::Fraction(seconds) => round(*seconds) as u64,
        })
    }
}

#[cfg(test)]
mod tests;
