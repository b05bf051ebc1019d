//! PBKDF2, in the forms of PHC (`$pbkdf2-sha256$i=...`), of passlib (`$pbkdf2-sha256$29000$...`) and of Django
//! (`pbkdf2_sha256$600000$...`).

use pbkdf2::pbkdf2_hmac_array;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

use crate::password::foreign::encoding;
use crate::password::foreign::error::ForeignHashError;
use crate::password::work::{WorkDigest, WorkKind};

const MAX_ITERATIONS: u32 = 2_000_000;
const MAX_SALT_BYTES: usize = 128;
/// The lengths of the result that systems store.
const HASH_BYTES: std::ops::RangeInclusive<usize> = 16..=128;

/// PBKDF2 hash of another system.
#[derive(Debug)]
pub(in crate::password) struct Pbkdf2Hash {
    digest: WorkDigest,
    iterations: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2Hash {
    /// Parses a hash; `None` if the text does not claim to be PBKDF2 with a known digest.
    pub(super) fn parse(text: &str) -> Option<Result<Self, ForeignHashError>> {
        if let Some(rest) = text.strip_prefix("pbkdf2_") {
            let (digest, rest) = rest.split_once('$')?;
            return Some(Self::of_django(WorkDigest::parse(digest)?, rest));
        }
        let (name, rest) = text.strip_prefix("$pbkdf2")?.split_once('$')?;
        let digest = if name.is_empty() { WorkDigest::Sha1 } else { WorkDigest::parse(name.strip_prefix('-')?)? };
        Some(Self::of_crypt(digest, rest))
    }

    fn of_django(digest: WorkDigest, rest: &str) -> Result<Self, ForeignHashError> {
        let damaged = ForeignHashError::Damaged("PBKDF2");
        let (iterations, rest) = rest.split_once('$').ok_or(damaged)?;
        let (salt, hash) = rest.split_once('$').ok_or(damaged)?;
        Self::checked(digest, iterations, salt.as_bytes().to_vec(), hash)
    }

    fn of_crypt(digest: WorkDigest, rest: &str) -> Result<Self, ForeignHashError> {
        let damaged = ForeignHashError::Damaged("PBKDF2");
        let (parameters, rest) = rest.split_once('$').ok_or(damaged)?;
        let (salt, hash) = rest.split_once('$').ok_or(damaged)?;
        let mut iterations = parameters;
        let mut length = None;
        for parameter in parameters.split(',').filter(|parameter| parameter.contains('=')) {
            match parameter.split_once('=') {
                Some(("i", number)) => iterations = number,
                Some(("l", number)) => length = Some(number.parse::<usize>().map_err(|_| damaged)?),
                _ => return Err(damaged),
            }
        }
        let made = Self::checked(digest, iterations, encoding::base64(salt).ok_or(damaged)?, hash)?;
        if length.is_some_and(|length| length != made.hash.len()) {
            return Err(damaged);
        }
        Ok(made)
    }

    fn checked(digest: WorkDigest, iterations: &str, salt: Vec<u8>, hash: &str) -> Result<Self, ForeignHashError> {
        let damaged = ForeignHashError::Damaged("PBKDF2");
        let costly = ForeignHashError::Costly("PBKDF2 may have 2,000,000 iterations");
        let iterations: u64 = iterations.parse().map_err(|_| damaged)?;
        let iterations = u32::try_from(iterations).map_err(|_| costly)?;
        if iterations > MAX_ITERATIONS {
            return Err(costly);
        }
        let hash = encoding::base64(hash).ok_or(damaged)?;
        if iterations == 0 || salt.is_empty() || salt.len() > MAX_SALT_BYTES || !HASH_BYTES.contains(&hash.len()) {
            return Err(damaged);
        }
        Ok(Self { digest, iterations, salt, hash })
    }

    /// Compares the first block, which is as long as the digest: further blocks repeat the work and add nothing.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        let computed = compute(self.digest, password, &self.salt, self.iterations);
        let used = self.hash.len().min(computed.len());
        computed.get(..used).zip(self.hash.get(..used)).is_some_and(|(computed, hash)| computed.ct_eq(hash).into())
    }

    pub(super) const fn work(&self) -> (WorkKind, u32) {
        (WorkKind::Pbkdf2(self.digest), self.iterations)
    }
}

/// The first block of the result.
fn compute(digest: WorkDigest, password: &[u8], salt: &[u8], iterations: u32) -> Vec<u8> {
    match digest {
        WorkDigest::Sha1 => pbkdf2_hmac_array::<Sha1, 20>(password, salt, iterations).to_vec(),
        WorkDigest::Sha256 => pbkdf2_hmac_array::<Sha256, 32>(password, salt, iterations).to_vec(),
        WorkDigest::Sha512 => pbkdf2_hmac_array::<Sha512, 64>(password, salt, iterations).to_vec(),
    }
}

/// Does this many iterations.
pub(super) fn run(digest: WorkDigest, iterations: u32, password: &[u8]) {
    std::hint::black_box(compute(digest, password, &[0; 16], iterations));
}
