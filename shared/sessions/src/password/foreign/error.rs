//! The reasons why the hash of another system cannot be imported.

/// The reasons why the hash of another system cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignHashError {
    /// The text has none of the known forms.
    #[error("the hash has none of the known forms: bcrypt, PBKDF2, scrypt or Argon2, in PHC or modular crypt form")]
    Form,
    /// The form is known, and the text does not keep to it.
    #[error("the {0} hash is incomplete or damaged: export it again")]
    Damaged(&'static str),
    /// It costs too much to compute.
    #[error("the hash costs too much to compute: {0}; leave this user out, and register the user with a new password")]
    Costly(&'static str),
}
