//! The key that wraps the stored keys: where it is configured, and how it is opened.

use std::path::PathBuf;
use std::sync::Arc;

use keys::{FileWrap, KeyWrap, KmsWrap, WrapError};
use store::Connection;

use crate::setup::config_error::ConfigError;

/// The key that unwraps stored keys.
#[derive(Clone, Debug)]
pub enum WrappingKey {
    /// The path of a key file.
    File(PathBuf),
    /// A KMS key: id, ARN or alias.
    Kms(String),
}

impl WrappingKey {
    /// The fault of having none.
    pub const MISSING: ConfigError =
        ConfigError::Missing("JETON_KMS_KEY_ID", "the KMS key that wraps keys; or JETON_KEY_FILE, the file that does");

    /// Reads `JETON_KEY_FILE`, or else `JETON_KMS_KEY_ID`.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let file = look_up("JETON_KEY_FILE").map(|path| Self::File(path.into()));
        file.or_else(|| look_up("JETON_KMS_KEY_ID").map(Self::Kms))
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`WrapError::KeyFile`] when its file cannot be used.
    pub fn open(&self, connection: &Connection) -> Result<Arc<dyn KeyWrap>, WrapError> {
        match self {
            Self::File(path) => Ok(Arc::new(FileWrap::open(path)?)),
            Self::Kms(id) => Ok(Arc::new(KmsWrap::new(store::kms(connection), id.clone()))),
        }
    }
}
