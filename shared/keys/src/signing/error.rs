//! The errors of creating and using keys.

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

/// The reasons why a secret could not be wrapped or unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum WrapError {
    /// The key file is missing, unreadable, or contains no key.
    #[error("the key file {0} cannot be used: it must hold 32 bytes in base64 and be readable by this user ({1})")]
    KeyFile(String, String),
    /// The ciphertext was made with another key or for another purpose.
    #[error(
        "a stored key was wrapped with another wrapping key: use the key file or KMS key that the stack was set up with"
    )]
    Refused,
    /// KMS did not answer, or refused the request.
    #[error("KMS cannot {0} with the key {1}: {2}")]
    Kms(&'static str, String, String),
}
