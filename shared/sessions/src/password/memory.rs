//! Argon2 with memory that is reused from one hash to the next.
//!
//! A hash needs 19 MiB. If each hash allocates its own, on whichever thread is free, the blocks stay in the
//! allocator's arenas: a process grew from 20 MiB to 388 MiB after four simultaneous sign-ins. So this module keeps
//! as many blocks as there are processors, which is the number of hashes that `edge` computes at a time.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{CustomizedPasswordHasher, Error, PasswordHasher, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The memory of finished hashes, ready for reuse.
static SPARE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Argon2id with the library's default parameters for new hashes, and with the parameters of a stored hash for
/// comparison.
pub(super) struct Hasher;

impl PasswordHasher<PasswordHash> for Hasher {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
        self.hash_password_customized(password, salt, None, None, Params::default())
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let described = ParamsString::try_from(&params)?;
        let mut buffer = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
        let mut memory = take();
        memory.resize(params.block_count(), Block::new());
        let hashed =
            Argon2::new(algorithm, version, params).hash_password_into_with_memory(password, salt, output, &mut memory);
        give_back(memory);
        hashed?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: described,
            salt: Some(Salt::new(salt)?),
            hash: Some(Output::new(output)?),
        })
    }
}

fn take() -> Vec<Block> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
}

/// Keeps memory for the next hash, at most one block list per processor.
fn give_back(memory: Vec<Block>) {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    if spare.len() < processors {
        spare.push(memory);
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;

    use super::*;

    #[test]
    fn hashes_are_those_of_the_library_whatever_memory_they_are_made_in() {
        for (password, salt) in [(b"one", b"salt of the first"), (b"two", b"salt of the other")] {
            let ours = Hasher.hash_password_with_salt(password, salt).unwrap();
            let theirs: PasswordHash = Argon2::default().hash_password_with_salt(password, salt).unwrap();
            assert_eq!(ours, theirs);
            assert!(Argon2::default().verify_password(password, &ours).is_ok());
            assert!(Hasher.verify_password(password, &theirs).is_ok());
            assert!(Hasher.verify_password(b"other", &theirs).is_err());
        }
    }

    #[test]
    fn a_hash_of_other_parameters_is_compared_at_its_own() {
        let small = Argon2::new(Algorithm::Argon2i, Version::V0x10, Params::new(64, 3, 2, Some(16)).unwrap());
        let stored: PasswordHash = small.hash_password_with_salt(b"one", b"salt of the first").unwrap();
        assert!(Hasher.verify_password(b"one", &stored).is_ok());
        assert!(Hasher.verify_password(b"two", &stored).is_err());
    }

    #[test]
    fn no_more_memory_is_kept_than_there_are_processors() {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        std::thread::scope(|scope| {
            for _ in 0..processors + 3 {
                scope.spawn(|| Hasher.hash_password_with_salt(b"one", b"salt of the first").unwrap());
            }
        });
        assert!(SPARE.lock().unwrap().len() <= processors);
    }
}
