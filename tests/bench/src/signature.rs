//! Measures the time of a signature alone: with AWS-LC directly, and through Jeton's own key type.

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use grants::SigningAlgorithm;
use keys::SigningKey;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::Failure;
use crate::times::Times;

/// The length in bytes of the claims in a service's token.
const CLAIMS: usize = 200;
/// The length in bytes of the signed message: header and claims in base64url.
const MESSAGE: usize = 400;

/// The measured times of one algorithm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// The algorithm: `ES256`, `RS256` or `EdDSA`.
    pub algorithm: String,
    /// Signing by AWS-LC with a parsed key.
    pub raw: Times,
    /// Signing by `keys::SigningKey::sign`, which adds base64url encoding.
    pub key: Times,
}

/// Measures `count` signatures with each algorithm.
///
/// # Errors
/// If the backend cannot sign.
pub fn all(count: usize) -> Result<Vec<Signature>, Failure> {
    let algorithms =
        [("ES256", SigningAlgorithm::Es256), ("RS256", SigningAlgorithm::Rs256), ("EdDSA", SigningAlgorithm::EdDsa)];
    algorithms.into_iter().map(|(name, algorithm)| one(name, algorithm, count)).collect()
}

fn one(name: &str, algorithm: SigningAlgorithm, count: usize) -> Result<Signature, Failure> {
    let pkcs8 = SigningKey::generate(algorithm)?;
    let (random, message, claims) = (SystemRandom::new(), [b'a'; MESSAGE], [b'a'; CLAIMS]);
    let raw = match algorithm {
        SigningAlgorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8)?;
            repeat(count, || pair.sign(&random, &message).map(|signature| hide(&signature)))?
        }
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
            let pair = RsaKeyPair::from_pkcs8(&pkcs8)?;
            let mut signature = vec![0; pair.public_modulus_len()];
            repeat(count, || pair.sign(&RSA_PKCS1_SHA256, &random, &message, black_box(&mut signature)))?
        }
        SigningAlgorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(&pkcs8)?;
            repeat(count, || pair.try_sign(&message).map(|signature| hide(&signature)))?
        }
    };
    let key = SigningKey::parse(algorithm, &pkcs8)?;
    let key =
        repeat(count, || key.sign(keys::Signed::Access(grants::TokenType::AtJwt), &claims).map(|token| hide(&token)))?;
    Ok(Signature { algorithm: name.to_owned(), raw, key })
}

/// Keeps the compiler from optimising the work away.
fn hide<T>(made: &T) {
    black_box(made);
}

fn repeat<E>(count: usize, mut sign: impl FnMut() -> Result<(), E>) -> Result<Times, Failure>
where
    Failure: From<E>,
{
    let mut times: Vec<Duration> = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        sign()?;
        times.push(began.elapsed());
    }
    Ok(Times::of(times))
}
