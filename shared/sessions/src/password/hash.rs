//! The hash of a password as it is stored.

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Params, Version};

use crate::password::foreign::{ForeignHash, ForeignHashError};
use crate::password::work::PasswordWork;

/// The maximum length of a password that is hashed, so that a single request cannot cost much.
pub(super) const MAX_PASSWORD_BYTES: usize = 1024;

/// The stored text for a person without a hash, whose password the directory knows. It is the hash of nothing.
const IN_DIRECTORY: &str = "directory";

/// The hash of a password with its parameters and its salt: Argon2id in PHC form, or an imported hash; or the note that
/// the operator's directory knows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The cost of an Argon2id hash; by default that of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// The memory in KiB.
    pub memory: u32,
    /// The number of passes over the memory.
    pub passes: u32,
}

impl Default for HashCost {
    fn default() -> Self {
        Self { memory: Params::DEFAULT_M_COST, passes: Params::DEFAULT_T_COST }
    }
}

impl PasswordHash {
    /// Takes over a hash that another system made, in PHC or modular crypt form.
    ///
    /// # Errors
    /// [`ForeignHashError`] if the form is not known, or if the hash is damaged or costs too much to compute.
    pub fn import(text: &str) -> Result<Self, ForeignHashError> {
        Ok(Self(ForeignHash::parse(text)?.to_stored(text)))
    }

    /// Returns the note that the operator's directory knows the password.
    pub fn in_directory() -> Self {
        Self(IN_DIRECTORY.to_owned())
    }

    /// Returns whether the operator's directory knows the password.
    pub fn is_in_directory(&self) -> bool {
        self.0 == IN_DIRECTORY
    }

    /// The work of a comparison with it, besides that of a new hash.
    pub fn work(&self) -> PasswordWork {
        if self.own(HashCost::default()).is_some() {
            return PasswordWork::default();
        }
        ForeignHash::parse(&self.0).map_or_else(|_| PasswordWork::default(), |hash| hash.work())
    }

    /// The hash, if it has the parameters of new hashes.
    pub(super) fn own(&self, cost: HashCost) -> Option<Phc> {
        let phc = Phc::new(&self.0).ok()?;
        let parameters = Params::try_from(&phc).ok()?;
        let costs = (parameters.m_cost(), parameters.t_cost(), parameters.p_cost());
        let own = phc.algorithm.as_str() == Algorithm::Argon2id.as_str()
            && phc.version == Some(Version::V0x13.into())
            && costs == (cost.memory, cost.passes, Params::DEFAULT_P_COST);
        own.then_some(phc)
    }

    /// Wraps the text stored in the table.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text as stored in the table.
    pub fn as_stored(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordHash(..)")
    }
}
