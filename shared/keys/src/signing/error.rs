//! What can be wrong with keys.

use crate::signing::wrapping::WrapError;

/// Why keys could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is no master yet.
    #[error("the stack has no keys yet: make them with `jeton keys rotate`")]
    Missing,
    /// There is no key for this algorithm yet.
    #[error("the stack has no {0} key yet: make one with `jeton keys rotate --alg {0}`")]
    NoKeyFor(&'static str),
    /// The backend refused a key or could not sign.
    #[error("a stored key cannot be used: it is damaged, or not for its algorithm")]
    Crypto,
    /// Wrapping failed.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}
