//! Second factors: secrets of authenticator apps, sealed for the table, and hashes of recovery codes.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::PersonKey;
use hmac::Mac;
use zeroize::Zeroizing;

use crate::handle::handles::HandleKeys;
use crate::signing::error::KeysError;

/// The length of the secret of an authenticator app.
const SECRET_BYTES: usize = 20;

impl HandleKeys {
    /// Seals the secret of a person's authenticator app, so that the table alone gives no codes. A sealed secret of one
    /// person opens for no other.
    ///
    /// # Errors
    /// [`KeysError::Crypto`] when it cannot be sealed.
    pub fn seal_totp(&self, person: PersonKey, secret: &[u8; SECRET_BYTES]) -> Result<Vec<u8>, KeysError> {
        let mut bytes = secret.to_vec();
        let nonce = self.key_of_factor(person)?.seal_in_place_append_tag(Aad::from(person.as_bytes()), &mut bytes);
        let nonce = nonce.map_err(|_| KeysError::Crypto)?;
        Ok([&nonce.as_ref()[..], &bytes].concat())
    }

    /// Opens the secret of a person's authenticator app; `None` if it was not sealed here for this person.
    pub fn open_totp(&self, person: PersonKey, sealed: &[u8]) -> Option<[u8; SECRET_BYTES]> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = Zeroizing::new(sealed.to_vec());
        let key = self.key_of_factor(person).ok()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key.open_in_place(nonce, Aad::from(person.as_bytes()), &mut bytes).ok()?;
        <[u8; SECRET_BYTES]>::try_from(&*opened).ok()
    }

    /// Returns the keyed hash of a person's recovery code. The code is random, so a fast hash is enough.
    pub fn hash_recovery_code(&self, person: PersonKey, code: &[u8]) -> String {
        let hash = self.recovery_codes.clone().chain_update(person.as_bytes()).chain_update(code).finalize();
        URL_SAFE_NO_PAD.encode(hash.into_bytes())
    }

    /// Derives the key that seals the secrets of one person.
    fn key_of_factor(&self, person: PersonKey) -> Result<RandomizedNonceKey, KeysError> {
        let key = self.factors.clone().chain_update(person.as_bytes()).finalize().into_bytes();
        RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| KeysError::Crypto)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c232_a_sealed_secret_opens_for_its_person_and_deployment_only() {
        let keys = HandleKeys::derive(&[3; 32]).unwrap();
        let (ada, bob) = (PersonKey::from_bytes([1; 16]), PersonKey::from_bytes([2; 16]));
        let sealed = keys.seal_totp(ada, &[7; 20]).unwrap();
        assert_eq!(keys.open_totp(ada, &sealed), Some([7; 20]));
        assert!(!sealed.windows(20).any(|window| window == [7; 20]));
        assert_ne!(keys.seal_totp(ada, &[7; 20]).unwrap(), sealed);
        assert_eq!(keys.open_totp(bob, &sealed), None);
        assert_eq!(HandleKeys::derive(&[4; 32]).unwrap().open_totp(ada, &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(keys.open_totp(ada, &changed), None, "{place}");
        }
        assert_eq!(keys.open_totp(ada, &[]), None);
    }

    #[test]
    fn c232_the_hash_of_a_recovery_code_depends_on_code_person_and_deployment() {
        let keys = HandleKeys::derive(&[3; 32]).unwrap();
        let (ada, bob) = (PersonKey::from_bytes([1; 16]), PersonKey::from_bytes([2; 16]));
        let hash = keys.hash_recovery_code(ada, &[9; 10]);
        assert_eq!(hash, keys.hash_recovery_code(ada, &[9; 10]));
        let other = HandleKeys::derive(&[4; 32]).unwrap().hash_recovery_code(ada, &[9; 10]);
        for different in [keys.hash_recovery_code(ada, &[8; 10]), keys.hash_recovery_code(bob, &[9; 10]), other] {
            assert_ne!(hash, different);
        }
    }
}
