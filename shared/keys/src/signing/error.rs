//! The errors of creating and using keys.

use crate::signing::wrapping::WrapError;

/// The reasons why keys could not be created or used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The master key does not exist yet.
    #[error("the stack has no keys yet: make them with `jeton keys rotate`")]
    Missing,
    /// The algorithm has no key yet.
    #[error("the stack has no {0} key yet: make one with `jeton keys rotate --alg {0}`")]
    NoKeyFor(&'static str),
    /// The backend rejected a key or could not sign.
    #[error("a stored key cannot be used: it is damaged, or not for its algorithm")]
    Crypto,
    /// A secret could not be wrapped or unwrapped.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}
