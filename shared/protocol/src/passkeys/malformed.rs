//! The error of everything that an authenticator answers.

/// The error for a response that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the response of an authenticator with a key of a supported algorithm")]
pub struct MalformedPasskey;
