//! The errors of reading the configuration.

/// The reasons why the configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable is not set.
    #[error("the environment variable {0} is not set: {1}")]
    Missing(&'static str, &'static str),
    /// A variable has an invalid value.
    #[error("the environment variable {0} is malformed: it must be {1}")]
    Malformed(&'static str, &'static str),
    /// A variable has a value with a fault, which is described.
    #[error("the environment variable {0} cannot be used: {1}")]
    Unfit(&'static str, String),
}
