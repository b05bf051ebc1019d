//! bcrypt, in its modular crypt form: `$2b$12$`, 22 characters of salt, 31 characters of hash.

use blowfish::Blowfish;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::password::foreign::encoding;
use crate::password::foreign::error::ForeignHashError;
use crate::password::work::WorkKind;

/// The cost, as a power of two.
const MIN_COST: u32 = 4;
const MAX_COST: u32 = 14;
/// The bytes of a key that bcrypt uses.
const KEY_BYTES: usize = 72;

/// Bcrypt hash of another system.
#[derive(Debug)]
pub(in crate::password) struct BcryptHash {
    key: KeyOf,
    cost: u32,
    salt: [u8; 16],
    hash: [u8; 23],
}

/// The way in which a password becomes the key.
#[derive(Clone, Copy, Debug)]
enum KeyOf {
    /// The password with a zero at its end: `2a`, `2b` and `2y`.
    Password,
    /// As `crypt_blowfish` computed it before version 1.1, where a byte above 127 overwrites those before it: `2x`.
    SignedBytes,
    /// The SHA-256 hash of the password in hexadecimal, of Django: `bcrypt_sha256$`.
    Sha256,
}

impl BcryptHash {
    /// Parses a hash; `None` if the text does not claim to be bcrypt.
    pub(super) fn parse(text: &str) -> Option<Result<Self, ForeignHashError>> {
        let (django, text) = match text.strip_prefix("bcrypt_sha256$") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (version, rest) = text.strip_prefix("$2")?.split_once('$')?;
        let key = match version {
            "a" | "b" | "y" if django => KeyOf::Sha256,
            "a" | "b" | "y" => KeyOf::Password,
            "x" if !django => KeyOf::SignedBytes,
            _ => return None,
        };
        Some(Self::of_parts(key, rest))
    }

    fn of_parts(key: KeyOf, text: &str) -> Result<Self, ForeignHashError> {
        let damaged = ForeignHashError::Damaged("bcrypt");
        let (cost, rest) = text.split_once('$').ok_or(damaged)?;
        let cost: u32 = cost.parse().map_err(|_| damaged)?;
        if rest.len() != 53 {
            return Err(damaged);
        }
        if !(MIN_COST..=MAX_COST).contains(&cost) {
            return Err(ForeignHashError::Costly("bcrypt may have a cost of 4 to 14"));
        }
        let (salt, hash) = rest.split_at_checked(22).ok_or(damaged)?;
        let salt = encoding::bcrypt(salt).and_then(|salt| salt.try_into().ok()).ok_or(damaged)?;
        let hash = encoding::bcrypt(hash).and_then(|hash| hash.try_into().ok()).ok_or(damaged)?;
        Ok(Self { key, cost, salt, hash })
    }

    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        compute(&self.key.key(password), self.cost, &self.salt).ct_eq(&self.hash).into()
    }

    pub(super) fn work(&self) -> (WorkKind, u32) {
        (WorkKind::Bcrypt, 1 << self.cost)
    }
}

impl KeyOf {
    fn key(self, password: &[u8]) -> Vec<u8> {
        match self {
            Self::Password => password.iter().copied().chain([0]).take(KEY_BYTES).collect(),
            Self::SignedBytes => signed_bytes(password),
            Self::Sha256 => {
                let digits = Sha256::digest(password).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
                let hex: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
                Self::Password.key(hex.as_bytes())
            }
        }
    }
}

/// The 18 words of the key as the faulty version made them, written as bytes.
fn signed_bytes(password: &[u8]) -> Vec<u8> {
    let mut bytes = password.iter().copied().chain([0]).cycle();
    let mut key = Vec::with_capacity(KEY_BYTES);
    while key.len() < KEY_BYTES {
        let word = bytes.by_ref().take(4).fold(0_u32, |word, byte| {
            let extended = if byte > 127 { 0xffff_ff00 | u32::from(byte) } else { u32::from(byte) };
            word << 8 | extended
        });
        key.extend(word.to_be_bytes());
    }
    key
}

/// The bcrypt function (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999).
fn compute(key: &[u8], cost: u32, salt: &[u8; 16]) -> [u8; 23] {
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(salt, key);
    for _ in 0..1_u32 << cost {
        state.bc_expand_key(key);
        state.bc_expand_key(salt);
    }
    let mut hash = [0; 24];
    for (block, text) in hash.chunks_exact_mut(8).zip(b"OrpheanBeholderScryDoubt".chunks_exact(8)) {
        let word = |range: std::ops::Range<usize>| {
            text.get(range).into_iter().flatten().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
        };
        let sealed = (0..64).fold([word(0..4), word(4..8)], |words, _| state.bc_encrypt(words));
        block.iter_mut().zip(sealed.into_iter().flat_map(u32::to_be_bytes)).for_each(|(to, from)| *to = from);
    }
    // The last byte is not part of the form.
    let mut used = [0; 23];
    used.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    used
}

/// Does this many rounds: a run for each power of two in the number.
pub(super) fn run(rounds: u32, password: &[u8]) {
    let key = KeyOf::Password.key(password);
    for cost in (0..=MAX_COST).filter(|cost| rounds >> cost & 1 == 1) {
        std::hint::black_box(compute(&key, cost, &[0; 16]));
    }
}
