//! Wrapping: encrypts private keys and the master key, so that they can be stored where others can read.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeyPairSpec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use grants::SigningAlgorithm;
use protocol::Jwk;
use zeroize::Zeroizing;

use crate::signing::error::{KeysError, WrapError};
use crate::signing::key::SigningKey;
use crate::signing::public;

/// The purpose of a secret, which is bound into its ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The master key of the handles.
    Handles,
    /// The private part of a signing key.
    Signing,
    /// The key from which the secrets are derived that clients sign with.
    ClientSecrets,
    /// The key that seals the secrets of authenticator apps.
    SecondFactors,
}

/// The future result of a [`KeyWrap`].
pub type Wrapping<'a> = Pin<Box<dyn Future<Output = Result<Zeroizing<Vec<u8>>, WrapError>> + Send + 'a>>;

/// A new key pair, with the private part wrapped.
#[derive(Clone, Debug)]
pub struct NewPair {
    /// The public part as a JWK.
    pub public: Jwk,
    /// The private part (PKCS#8), wrapped for [`Purpose::Signing`].
    pub wrapped: Vec<u8>,
}

/// The future result of creating a key pair.
pub type Pairing<'a> = Pin<Box<dyn Future<Output = Result<NewPair, KeysError>> + Send + 'a>>;

/// Returns the timeouts for creating a pair: KMS sometimes takes seconds for an RSA pair, but only a schedule or an
/// operator waits for it.
fn while_a_pair_is_made() -> TimeoutConfig {
    let (once, in_all) = (Duration::from_secs(10), Duration::from_secs(25));
    TimeoutConfig::builder().operation_attempt_timeout(once).operation_timeout(in_all).build()
}

/// A service that wraps secrets: KMS in the cloud, or a key file on a developer's machine.
pub trait KeyWrap: Send + Sync {
    /// Encrypts `secret` for `purpose`.
    fn wrap<'a>(&'a self, purpose: Purpose, secret: &'a [u8]) -> Wrapping<'a>;

    /// Decrypts a result of [`KeyWrap::wrap`] for the same purpose.
    fn unwrap<'a>(&'a self, purpose: Purpose, wrapped: &'a [u8]) -> Wrapping<'a>;

    /// Creates 256 random bits, wrapped. If the wrapping key creates them itself, they are never visible here.
    fn new_secret(&self, purpose: Purpose) -> Wrapping<'_>;

    /// Creates a key pair. If the wrapping key creates it itself, the private part is never visible here.
    fn new_pair(&self, algorithm: SigningAlgorithm) -> Pairing<'_>;
}

/// Creates a pair in this process. Its private part is wiped from memory once it is wrapped.
async fn pair_made_here(wrap: &dyn KeyWrap, algorithm: SigningAlgorithm) -> Result<NewPair, KeysError> {
    let private = SigningKey::generate(algorithm)?;
    let public = SigningKey::parse(algorithm, &private)?.public().clone();
    Ok(NewPair { public, wrapped: wrap.wrap(Purpose::Signing, &private).await?.to_vec() })
}

/// Wraps with AES-256-GCM and a key from a file.
pub struct FileWrap {
    key: RandomizedNonceKey,
}

/// Wraps with a symmetric KMS key; the purpose is the encryption context, which policies can require.
pub struct KmsWrap {
    client: aws_sdk_kms::Client,
    key_id: String,
}

impl Purpose {
    /// The purpose's name, also used in policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handles => "handles",
            Self::Signing => "signing",
            Self::ClientSecrets => "client-secrets",
            Self::SecondFactors => "second-factors",
        }
    }
}

impl FileWrap {
    /// Reads a key file: 32 bytes in base64.
    ///
    /// # Errors
    /// [`WrapError::KeyFile`] when the file contains no key.
    pub fn open(path: &Path) -> Result<Self, WrapError> {
        let fault = |why: &dyn std::fmt::Display| WrapError::KeyFile(path.display().to_string(), why.to_string());
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| fault(&error))?);
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| fault(&"it is not base64"))?);
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| fault(&"it is not 32 bytes long"))?;
        Ok(Self { key })
    }

    /// Returns the contents of a key file for 32 random bytes.
    pub fn file_of(key: &[u8; 32]) -> Zeroizing<String> {
        Zeroizing::new(format!("{}\n", STANDARD.encode(key)))
    }

    fn seal(&self, purpose: Purpose, secret: &[u8]) -> Result<Zeroizing<Vec<u8>>, WrapError> {
        let mut sealed = secret.to_vec();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(purpose.as_str()), &mut sealed)
            .map_err(|_| WrapError::Refused)?;
        Ok(Zeroizing::new([&nonce.as_ref()[..], &sealed].concat()))
    }

    fn open_sealed(&self, purpose: Purpose, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, WrapError> {
        let (nonce, sealed) = wrapped.split_first_chunk::<12>().ok_or(WrapError::Refused)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let aad = Aad::from(purpose.as_str());
        let length = self.key.open_in_place(nonce, aad, &mut opened).map_err(|_| WrapError::Refused)?.len();
        opened.truncate(length);
        Ok(opened)
    }
}

impl KeyWrap for FileWrap {
    fn wrap<'a>(&'a self, purpose: Purpose, secret: &'a [u8]) -> Wrapping<'a> {
        Box::pin(async move { self.seal(purpose, secret) })
    }

    fn unwrap<'a>(&'a self, purpose: Purpose, wrapped: &'a [u8]) -> Wrapping<'a> {
        Box::pin(async move { self.open_sealed(purpose, wrapped) })
    }

    fn new_secret(&self, purpose: Purpose) -> Wrapping<'_> {
        Box::pin(async move {
            let mut secret = Zeroizing::new([0; 32]);
            rand::fill(secret.as_mut()).map_err(|_| WrapError::Refused)?;
            self.seal(purpose, secret.as_ref())
        })
    }

    fn new_pair(&self, algorithm: SigningAlgorithm) -> Pairing<'_> {
        Box::pin(pair_made_here(self, algorithm))
    }
}

impl KmsWrap {
    /// Creates a wrapper that uses the key `key_id` (id, ARN or alias).
    pub fn new(client: aws_sdk_kms::Client, key_id: String) -> Self {
        Self { client, key_id }
    }

    fn fault(&self, what: &'static str, error: impl std::error::Error + 'static) -> WrapError {
        let told = aws_sdk_kms::error::DisplayErrorContext(error).to_string();
        WrapError::Kms(what, self.key_id.clone(), told)
    }
}

impl KeyWrap for KmsWrap {
    fn wrap<'a>(&'a self, purpose: Purpose, secret: &'a [u8]) -> Wrapping<'a> {
        Box::pin(async move {
            let call = self.client.encrypt().key_id(&self.key_id).plaintext(Blob::new(secret));
            let answer = call.encryption_context("purpose", purpose.as_str()).send().await;
            let answer = answer.map_err(|error| self.fault("encrypt", error))?;
            Ok(Zeroizing::new(answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default()))
        })
    }

    fn unwrap<'a>(&'a self, purpose: Purpose, wrapped: &'a [u8]) -> Wrapping<'a> {
        Box::pin(async move {
            let call = self.client.decrypt().key_id(&self.key_id).ciphertext_blob(Blob::new(wrapped));
            let answer = call.encryption_context("purpose", purpose.as_str()).send().await;
            let answer = answer.map_err(|error| self.fault("decrypt", error))?;
            Ok(Zeroizing::new(answer.plaintext.map(Blob::into_inner).unwrap_or_default()))
        })
    }

    fn new_secret(&self, purpose: Purpose) -> Wrapping<'_> {
        Box::pin(async move {
            let call = self.client.generate_data_key_without_plaintext().key_id(&self.key_id).number_of_bytes(32);
            let answer = call.encryption_context("purpose", purpose.as_str()).send().await;
            let answer = answer.map_err(|error| self.fault("make a secret", error))?;
            Ok(Zeroizing::new(answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default()))
        })
    }

    fn new_pair(&self, algorithm: SigningAlgorithm) -> Pairing<'_> {
        Box::pin(async move {
            let spec = match algorithm {
                SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => DataKeyPairSpec::Rsa2048,
                SigningAlgorithm::Es256 => DataKeyPairSpec::EccNistP256,
                // The form in which KMS returns such a pair could not be tested with any available KMS.
                SigningAlgorithm::EdDsa => return pair_made_here(self, algorithm).await,
            };
            let call = self.client.generate_data_key_pair_without_plaintext().key_id(&self.key_id).key_pair_spec(spec);
            let call = call.encryption_context("purpose", Purpose::Signing.as_str()).customize();
            let patient = aws_sdk_kms::config::Builder::new().timeout_config(while_a_pair_is_made());
            let answer = call.config_override(patient).send().await;
            let answer = answer.map_err(|error| self.fault("make a key pair", error))?;
            let public = public::of_x509(algorithm, &answer.public_key.map(Blob::into_inner).unwrap_or_default())?;
            let wrapped = answer.private_key_ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
            Ok(NewPair { public, wrapped })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_secret_opens_for_its_purpose_and_with_its_key_only() {
        let wrap = |byte: u8| FileWrap { key: RandomizedNonceKey::new(&AES_256_GCM, &[byte; 32]).unwrap() };
        let wrapped = wrap(1).seal(Purpose::Signing, b"private").unwrap();
        assert_eq!(wrap(1).open_sealed(Purpose::Signing, &wrapped).unwrap().as_slice(), b"private");
        assert!(wrap(1).open_sealed(Purpose::Handles, &wrapped).is_err());
        assert!(wrap(2).open_sealed(Purpose::Signing, &wrapped).is_err());
        assert!(wrap(1).open_sealed(Purpose::Signing, &wrapped[..20]).is_err());
        assert!(!wrapped.windows(7).any(|part| part == b"private"));
    }

    #[test]
    fn a_key_file_that_holds_no_key_is_named() {
        let path = std::env::temp_dir().join(format!("jeton-no-key-{}", std::process::id()));
        let told = |content: &str| {
            std::fs::write(&path, content).unwrap();
            FileWrap::open(&path).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert!(told("short").contains("jeton-no-key"));
        assert!(told("c2hvcnQ=").contains("32 bytes"));
        assert_eq!(told(&FileWrap::file_of(&[1; 32])), "");
        std::fs::remove_file(&path).unwrap();
        assert!(FileWrap::open(&path).is_err());
    }
}
