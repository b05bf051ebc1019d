//! Second factors: secrets of authenticator apps, sealed for the table, the state of a person who gave the password only, and
//! hashes of recovery codes.
//!
//! # Decisions
//! - The key for secrets and states is wrapped for this purpose alone, and only the functions unwrap it that ask for second
//!   factors: somebody who has the master key of the handles and the people table makes no codes, and no state that skips the
//!   password. Hashes of recovery codes come from the master key: 80 random bits are not found by trying.
//! - Secrets that were sealed before there was such a key open still, and are sealed anew when their next code is spent.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::PersonKey;
use hmac::Mac;
use zeroize::Zeroizing;

use crate::handle::handles::HandleKeys;
use crate::handle::master_keys::{Source, Tagger};
use crate::signing::error::KeysError;
use crate::signing::wrapping::{KeyWrap, Purpose};

/// The length of the secret of an authenticator app.
pub(crate) const SECRET_BYTES: usize = 20;
/// The length of the tag.
const TAG_BYTES: usize = 16;
/// The first byte of a secret that is sealed by the key for this purpose. One that was sealed by a key of the handles has no
/// such byte, and is shorter by it.
const OWN: u8 = 1;
/// The length of the mark of a state.
const MARK_BYTES: usize = 32;

/// The keys for second factors.
#[derive(Clone)]
pub(crate) enum FactorKeys {
    /// This function has no use for them.
    Closed,
    /// The stack has none: its keys were not rotated since an earlier version made it.
    Absent,
    /// The keys, and how the one was wrapped that they come from.
    Own(Arc<OwnFactorKeys>),
}

/// The keys that come from the key for this purpose.
pub(crate) struct OwnFactorKeys {
    wrapped: Vec<u8>,
    secrets: Tagger,
    states: Tagger,
}

impl FactorKeys {
    /// Unwraps the key for this purpose, if the stack has one and it is not `known` already.
    ///
    /// # Errors
    /// [`KeysError`] when it cannot be unwrapped.
    pub(crate) async fn open(
        wrapped: Option<&[u8]>,
        known: Option<&Self>,
        wrap: &dyn KeyWrap,
    ) -> Result<Self, KeysError> {
        let Some(wrapped) = wrapped else { return Ok(Self::Absent) };
        if let Some(Self::Own(own)) = known
            && own.wrapped == wrapped
        {
            return Ok(Self::Own(Arc::clone(own)));
        }
        let key = wrap.unwrap(Purpose::SecondFactors, wrapped).await?;
        let key = Zeroizing::new(<[u8; 32]>::try_from(key.as_slice()).map_err(|_| KeysError::Crypto)?);
        let source = Source::of(&key);
        let (secrets, states) = (source.tagger(b"authenticator apps")?, source.tagger(b"half signed in")?);
        Ok(Self::Own(Arc::new(OwnFactorKeys { wrapped: wrapped.to_vec(), secrets, states })))
    }

    /// Seals the secret of a person's authenticator app, so that the tables alone give no codes. A sealed secret of one
    /// person opens for no other.
    ///
    /// # Errors
    /// [`KeysError::Missing`] when these keys are closed, and [`KeysError::Crypto`] when it cannot be sealed.
    pub(crate) fn seal_totp(
        &self,
        handles: &HandleKeys,
        person: PersonKey,
        secret: &[u8; SECRET_BYTES],
    ) -> Result<Vec<u8>, KeysError> {
        match self {
            Self::Closed => Err(KeysError::Missing),
            Self::Absent => seal(&handles.factors, person, secret),
            Self::Own(own) => Ok([&[OWN][..], &seal(&own.secrets, person, secret)?].concat()),
        }
    }

    /// Opens the secret of a person's authenticator app; `None` if it was not sealed here for this person.
    pub(crate) fn open_totp(
        &self,
        handles: &HandleKeys,
        person: PersonKey,
        sealed: &[u8],
    ) -> Option<[u8; SECRET_BYTES]> {
        match (own_form(sealed), self) {
            (None, _) => open(&handles.factors, person, sealed),
            (Some(sealed), Self::Own(own)) => open(&own.secrets, person, sealed),
            (Some(_), Self::Closed | Self::Absent) => None,
        }
    }

    /// Seals a secret anew that was sealed before there was a key for this purpose; `None` for any other.
    pub(crate) fn seal_again(&self, handles: &HandleKeys, person: PersonKey, sealed: &[u8]) -> Option<Vec<u8>> {
        let is_due = own_form(sealed).is_none() && matches!(self, Self::Own(_));
        let secret = Zeroizing::new(self.open_totp(handles, person, sealed).filter(|_| is_due)?);
        self.seal_totp(handles, person, &secret).ok()
    }

    /// Returns the bytes of a state with its mark, which the master key of the handles does not give.
    pub(crate) fn mark(&self, state: &[u8]) -> Vec<u8> {
        match self {
            Self::Closed | Self::Absent => state.to_vec(),
            Self::Own(own) => {
                let mark: [u8; MARK_BYTES] = own.states.clone().chain_update(state).finalize().into_bytes().into();
                [state, &mark].concat()
            }
        }
    }

    /// Returns the state without its mark, if the mark is right.
    pub(crate) fn marked<'s>(&self, bytes: &'s [u8]) -> Option<&'s [u8]> {
        match self {
            Self::Closed => None,
            Self::Absent => Some(bytes),
            Self::Own(own) => {
                let (state, mark) = bytes.split_last_chunk::<MARK_BYTES>()?;
                own.states.clone().chain_update(state).verify_slice(mark).ok()?;
                Some(state)
            }
        }
    }
}

/// Returns what a key for this purpose sealed; `None` for what a key of the handles sealed.
fn own_form(sealed: &[u8]) -> Option<&[u8]> {
    let (first, rest) = sealed.split_first()?;
    (*first == OWN && rest.len() == NONCE_LEN + SECRET_BYTES + TAG_BYTES).then_some(rest)
}

fn seal(keys: &Tagger, person: PersonKey, secret: &[u8; SECRET_BYTES]) -> Result<Vec<u8>, KeysError> {
    let mut bytes = secret.to_vec();
    let nonce = key_of(keys, person)?.seal_in_place_append_tag(Aad::from(person.as_bytes()), &mut bytes);
    let nonce = nonce.map_err(|_| KeysError::Crypto)?;
    Ok([&nonce.as_ref()[..], &bytes].concat())
}

fn open(keys: &Tagger, person: PersonKey, sealed: &[u8]) -> Option<[u8; SECRET_BYTES]> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let key = key_of(keys, person).ok()?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, Aad::from(person.as_bytes()), &mut bytes).ok()?;
    <[u8; SECRET_BYTES]>::try_from(&*opened).ok()
}

/// Derives the key that seals the secrets of one person.
fn key_of(keys: &Tagger, person: PersonKey) -> Result<RandomizedNonceKey, KeysError> {
    let key = keys.clone().chain_update(person.as_bytes()).finalize().into_bytes();
    RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| KeysError::Crypto)
}

impl HandleKeys {
    /// Returns the keyed hash of a person's recovery code. The code is random, so a fast hash is enough.
    pub fn hash_recovery_code(&self, person: PersonKey, code: &[u8]) -> String {
        let hash = self.recovery_codes.clone().chain_update(person.as_bytes()).chain_update(code).finalize();
        URL_SAFE_NO_PAD.encode(hash.into_bytes())
    }
}

/// Creates the key that seals the secrets of authenticator apps, wrapped.
///
/// # Errors
/// [`KeysError`] when the key cannot be created or wrapped.
pub async fn new_second_factors_key(wrap: &dyn KeyWrap) -> Result<Vec<u8>, KeysError> {
    Ok(wrap.new_secret(Purpose::SecondFactors).await?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handles(master: u8) -> HandleKeys {
        HandleKeys::derive(&[master; 32]).unwrap()
    }

    fn own(key: u8) -> FactorKeys {
        let source = Source::of(&[key; 32]);
        let tagger = |info: &[u8]| source.tagger(info).unwrap();
        let (secrets, states) = (tagger(b"secrets"), tagger(b"states"));
        FactorKeys::Own(Arc::new(OwnFactorKeys { wrapped: vec![key], secrets, states }))
    }

    #[test]
    fn c232_a_sealed_secret_opens_for_its_person_and_deployment_only() {
        let (ada, bob) = (PersonKey::from_bytes([1; 16]), PersonKey::from_bytes([2; 16]));
        // The keys that seal, those of another deployment, and the length of what is sealed.
        let rows = [
            ((FactorKeys::Absent, handles(3)), (FactorKeys::Absent, handles(4)), 48),
            ((own(5), handles(3)), (own(6), handles(3)), 49),
        ];
        for ((keys, handles), (other, others), length) in rows {
            let sealed = keys.seal_totp(&handles, ada, &[7; 20]).unwrap();
            assert_eq!((keys.open_totp(&handles, ada, &sealed), sealed.len()), (Some([7; 20]), length));
            assert!(!sealed.windows(20).any(|window| window == [7; 20]));
            assert_ne!(keys.seal_totp(&handles, ada, &[7; 20]).unwrap(), sealed);
            assert_eq!(keys.open_totp(&handles, bob, &sealed), None);
            assert_eq!(other.open_totp(&others, ada, &sealed), None);
            for place in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[place] ^= 1;
                assert_eq!(keys.open_totp(&handles, ada, &changed), None, "{place}");
            }
            assert_eq!(keys.open_totp(&handles, ada, &[]), None);
        }
    }

    #[test]
    fn c150_the_master_of_the_handles_opens_no_secret_and_makes_no_state() {
        let (ada, handles) = (PersonKey::from_bytes([1; 16]), handles(3));
        let sealed = own(5).seal_totp(&handles, ada, &[7; 20]).unwrap();
        for thief in [FactorKeys::Absent, FactorKeys::Closed, own(6)] {
            assert_eq!(thief.open_totp(&handles, ada, &sealed), None);
            assert_eq!(own(5).marked(&thief.mark(b"a state that is long enough for a mark of 32 bytes")), None);
        }
        assert!(matches!(FactorKeys::Closed.seal_totp(&handles, ada, &[7; 20]), Err(KeysError::Missing)));
        assert_eq!(own(5).marked(&own(5).mark(b"state")), Some(&b"state"[..]));
        assert_eq!(own(5).marked(b"state"), None);
        assert_eq!(FactorKeys::Closed.marked(b"state"), None);
    }

    #[test]
    fn c232_a_secret_of_a_stack_without_the_key_opens_and_is_sealed_anew() {
        let (ada, handles) = (PersonKey::from_bytes([1; 16]), handles(3));
        let before = FactorKeys::Absent.seal_totp(&handles, ada, &[7; 20]).unwrap();
        assert_eq!(FactorKeys::Absent.seal_again(&handles, ada, &before), None);
        assert_eq!(own(5).open_totp(&handles, ada, &before), Some([7; 20]));
        let after = own(5).seal_again(&handles, ada, &before).unwrap();
        assert_eq!(own(5).open_totp(&handles, ada, &after), Some([7; 20]));
        assert_eq!(FactorKeys::Absent.open_totp(&handles, ada, &after), None);
        assert_eq!(own(5).seal_again(&handles, ada, &after), None);
    }

    #[test]
    fn c232_the_hash_of_a_recovery_code_depends_on_code_person_and_deployment() {
        let (keys, ada, bob) = (handles(3), PersonKey::from_bytes([1; 16]), PersonKey::from_bytes([2; 16]));
        let hash = keys.hash_recovery_code(ada, &[9; 10]);
        assert_eq!(hash, keys.hash_recovery_code(ada, &[9; 10]));
        let other = handles(4).hash_recovery_code(ada, &[9; 10]);
        for different in [keys.hash_recovery_code(ada, &[8; 10]), keys.hash_recovery_code(bob, &[9; 10]), other] {
            assert_ne!(hash, different);
        }
    }
}
