//! Argon2 with the parameters of other systems, in PHC form.

use std::fmt;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Params};

use crate::password::foreign::error::ForeignHashError;
use crate::password::memory::Hasher;
use crate::password::work::WorkKind;

const MAX_MEMORY: u32 = 64 * 1024;
/// The most of memory times passes, which the time is in proportion to: four passes over 64 MiB.
const MAX_WORK: u64 = 4 * 64 * 1024;
const MAX_LANES: u32 = 64;
/// The version of hashes whose text names none: 1.0.
const UNNAMED_VERSION: u32 = 0x10;

/// Argon2 hash of another system.
#[derive(Debug)]
pub(in crate::password) struct Argon2Hash {
    phc: Phc,
    memory: u32,
    passes: u32,
}

impl Argon2Hash {
    /// Parses a hash; `None` if the text does not claim to be Argon2.
    pub(super) fn parse(text: &str) -> Option<Result<Self, ForeignHashError>> {
        text.starts_with("$argon2").then(|| Self::of_phc(text))
    }

    fn of_phc(text: &str) -> Result<Self, ForeignHashError> {
        let damaged = ForeignHashError::Damaged("Argon2");
        let mut phc = Phc::new(text).map_err(|_| damaged)?;
        let known = Algorithm::try_from(phc.algorithm.as_str()).is_ok() && phc.salt.is_some() && phc.hash.is_some();
        let parameters = Params::try_from(&phc).map_err(|_| damaged)?;
        if !known || !parameters.keyid().is_empty() || !parameters.data().is_empty() {
            return Err(damaged);
        }
        phc.version = Some(phc.version.unwrap_or(UNNAMED_VERSION));
        let (memory, passes) = (parameters.m_cost(), parameters.t_cost());
        if memory > MAX_MEMORY || u64::from(memory) * u64::from(passes) > MAX_WORK || parameters.p_cost() > MAX_LANES {
            return Err(ForeignHashError::Costly("Argon2 may have 64 MiB of memory and 4 passes over them"));
        }
        Ok(Self { phc, memory, passes })
    }

    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        Hasher.verify_password(password, &self.phc).is_ok()
    }

    pub(super) const fn work(&self) -> (WorkKind, u32) {
        (WorkKind::Argon2 { memory: self.memory }, self.passes)
    }
}

impl fmt::Display for Argon2Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phc.fmt(formatter)
    }
}

/// Does this many passes over the memory.
pub(super) fn run(memory: u32, passes: u32, password: &[u8]) {
    if let Ok(parameters) = Params::new(memory, passes, 1, None) {
        let hash = Hasher.hash_password_customized(password, b"nobody has a salt", None, None, parameters);
        std::hint::black_box(hash.is_ok());
    }
}
