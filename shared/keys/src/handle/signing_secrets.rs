//! The secrets with which clients sign their assertions (`client_secret_jwt`).
//!
//! Such a secret must be known here to check a signature, so it is derived again from the random bits in the client's item.
//! The key for that is wrapped for this purpose alone: somebody who has the master key of the handles and the registry cannot
//! derive a secret. Only secrets that earlier versions made come from the master key of the handles.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::SecretSalt;
use hmac::Mac;
use protocol::{ClientId, Secret};
use zeroize::Zeroizing;

use crate::handle::handles::{HandleKeys, SECRET_PREFIX};
use crate::handle::master_keys::{Source, Tagger};
use crate::signing::error::KeysError;
use crate::signing::wrapping::{KeyWrap, Purpose};

/// The use of the key in the derivation of the keys of all secrets.
const INFO: &[u8] = b"client_secret_jwt";

/// The keys from which the secrets of clients are derived.
#[derive(Clone)]
pub struct SigningSecrets {
    /// The key of earlier versions, which comes from the first master key of the handles.
    first: Tagger,
    /// The key for this purpose alone, if the stack has it.
    own: Option<Tagger>,
}

impl SigningSecrets {
    /// Unwraps the key for this purpose, if the stack has one.
    ///
    /// # Errors
    /// [`KeysError`] when it cannot be unwrapped.
    pub(crate) async fn open(
        handles: &HandleKeys,
        wrapped: Option<&[u8]>,
        wrap: &dyn KeyWrap,
    ) -> Result<Self, KeysError> {
        let first = handles.signing_secrets.clone();
        let Some(wrapped) = wrapped else { return Ok(Self { first, own: None }) };
        let key = wrap.unwrap(Purpose::ClientSecrets, wrapped).await?;
        let key = Zeroizing::new(<[u8; 32]>::try_from(key.as_slice()).map_err(|_| KeysError::Crypto)?);
        Ok(Self { first, own: Some(Source::of(&key).tagger(INFO)?) })
    }

    /// Returns the salt of a new secret that contains these random bits.
    pub const fn salt(&self, bits: [u8; 32]) -> SecretSalt {
        match self.own {
            Some(_) => SecretSalt::Own(bits),
            None => SecretSalt::Long(bits),
        }
    }

    /// Derives the secret of a client: 256 or 512 bits, always the same for one client and one salt, and different for any
    /// other client or salt. The salt comes first because its length is fixed; the zero that marks the halves of a long secret
    /// occurs in no client id.
    ///
    /// # Errors
    /// [`KeysError::Missing`] when the stack does not have the key that the salt belongs to.
    pub fn derive(&self, client: &ClientId, salt: &SecretSalt) -> Result<Secret, KeysError> {
        let key = match salt {
            SecretSalt::Short(_) | SecretSalt::Long(_) => &self.first,
            SecretSalt::Own(_) => self.own.as_ref().ok_or(KeysError::Missing)?,
        };
        let tagger = key.clone().chain_update(salt.as_bytes()).chain_update(client.as_str());
        let bits =
            |mark: &[u8]| Zeroizing::new(<[u8; 32]>::from(tagger.clone().chain_update(mark).finalize().into_bytes()));
        let text = match salt {
            SecretSalt::Short(_) => URL_SAFE_NO_PAD.encode(*bits(&[])),
            SecretSalt::Long(_) | SecretSalt::Own(_) => {
                let (first, second) = (bits(&[0, 1]), bits(&[0, 2]));
                URL_SAFE_NO_PAD.encode(&*Zeroizing::new([*first, *second].concat()))
            }
        };
        Ok(Secret::new(format!("{SECRET_PREFIX}{text}")))
    }
}

/// Creates the key from which the secrets of clients are derived, wrapped.
///
/// # Errors
/// [`KeysError`] when the key cannot be created or wrapped.
pub async fn new_client_secrets_key(wrap: &dyn KeyWrap) -> Result<Vec<u8>, KeysError> {
    Ok(wrap.new_secret(Purpose::ClientSecrets).await?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(first: u8, own: Option<u8>) -> SigningSecrets {
        let tagger = |byte: u8| Source::of(&[byte; 32]).tagger(INFO).unwrap();
        SigningSecrets { first: tagger(first), own: own.map(tagger) }
    }

    fn derived(keys: &SigningSecrets, client: &str, salt: &SecretSalt) -> String {
        keys.derive(&ClientId::parse(client).unwrap(), salt).unwrap().expose().to_owned()
    }

    #[test]
    fn a_secret_that_signs_is_made_again_and_is_another_for_another_client_salt_or_master() {
        type Salt = fn(u8) -> SecretSalt;
        let salts: [(Salt, usize); 3] = [
            (|bits| SecretSalt::Short([bits; 16]), 43),
            (|bits| SecretSalt::Long([bits; 32]), 86),
            (|bits| SecretSalt::Own([bits; 32]), 86),
        ];
        for (salt, length) in salts {
            let secret =
                |master: u8, client: &str, bits: u8| derived(&secrets(master, Some(master + 10)), client, &salt(bits));
            let one = secret(3, "app", 1);
            assert_eq!(one, secret(3, "app", 1));
            assert!(one.starts_with(SECRET_PREFIX) && one.len() == SECRET_PREFIX.len() + length, "{one}");
            for other in [secret(3, "app", 2), secret(3, "ap", 1), secret(4, "app", 1)] {
                assert_ne!(one, other);
            }
        }
    }

    #[test]
    fn c176_a_short_secret_that_signs_stays_what_it_was_and_the_halves_of_a_long_one_differ() {
        let keys = secrets(3, None);
        let short = derived(&keys, "app", &SecretSalt::Short([1; 16]));
        let tagged = keys.first.clone().chain_update([1; 16]).chain_update("app").finalize().into_bytes();
        assert_eq!(short, format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(tagged)));
        let long = derived(&keys, "app", &SecretSalt::Long([1; 32]));
        let bits = URL_SAFE_NO_PAD.decode(long.strip_prefix(SECRET_PREFIX).unwrap()).unwrap();
        assert!(bits.len() == 64 && bits[..32] != bits[32..]);
    }

    #[test]
    fn c150_the_master_of_the_handles_and_a_salt_give_no_secret() {
        let (stack, thief) = (secrets(3, Some(5)), secrets(3, None));
        let salt = stack.salt([1; 32]);
        assert_eq!(salt, SecretSalt::Own([1; 32]));
        let app = ClientId::parse("app").unwrap();
        assert!(matches!(thief.derive(&app, &salt), Err(KeysError::Missing)));
        assert_ne!(derived(&stack, "app", &salt), derived(&thief, "app", &SecretSalt::Long([1; 32])));
        assert_ne!(derived(&stack, "app", &salt), derived(&secrets(3, Some(6)), "app", &salt));
        // Secrets of earlier versions stay what they were.
        let long = SecretSalt::Long([1; 32]);
        assert_eq!(derived(&stack, "app", &long), derived(&thief, "app", &long));
        assert_eq!(thief.salt([1; 32]), long);
    }
}
