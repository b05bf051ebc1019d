//! What a signature takes by itself: with AWS-LC directly, and with the product's own key around it.

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

/// As long as the claims of a service's token are.
const CLAIMS: usize = 200;
/// What is signed: header and claims in base64url.
const MESSAGE: usize = 400;

/// The time of one algorithm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// `ES256`, `RS256`, `EdDSA`.
    pub algorithm: String,
    /// AWS-LC with a parsed key.
    pub raw: Times,
    /// `keys::SigningKey::sign`: the same and base64url.
    pub key: Times,
}

/// Signs `count` times with each algorithm.
///
/// # Errors
/// When the backend cannot sign.
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
    let key = repeat(count, || key.sign(keys::Signed::Access, &claims).map(|token| hide(&token)))?;
    Ok(Signature { algorithm: name.to_owned(), raw, key })
}

/// So that the compiler cannot leave the work out.
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
