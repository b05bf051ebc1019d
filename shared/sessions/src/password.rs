//! Passwords, which are the only values hashed slowly.

mod memory;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use protocol::Secret;

use crate::password::memory::Hasher;

/// The minimum length of a new password, in characters (NIST SP 800-63B §5.1.1.2).
pub const MIN_PASSWORD_CHARACTERS: usize = 8;

/// The maximum length of a password that is hashed, so that a single request cannot cost much.
const MAX_PASSWORD_BYTES: usize = 1024;

/// An Argon2id hash in PHC form: parameters, salt and hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The reasons why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// The password is too short or too long.
    #[error("a password has at least 8 characters and at most 1024 bytes")]
    Length,
    /// The hash function failed on this input.
    #[error("the password could not be hashed")]
    Unhashable,
}

impl PasswordHash {
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

/// Hashes a new password with Argon2id at the parameters of the OWASP password storage cheat sheet (19 MiB, 2
/// passes, 1 lane). `salt` is 128 random bits.
///
/// # Errors
/// [`WeakPassword`] when the password may not be set.
pub fn hash_password(password: &Secret, salt: &[u8; 16]) -> Result<PasswordHash, WeakPassword> {
    let text = password.expose();
    if text.chars().count() < MIN_PASSWORD_CHARACTERS || text.len() > MAX_PASSWORD_BYTES {
        return Err(WeakPassword::Length);
    }
    let hash = Hasher.hash_password_with_salt(text.as_bytes(), salt);
    hash.map(|hash| PasswordHash(hash.to_string())).map_err(|_| WeakPassword::Unhashable)
}

/// Checks `password` against the `stored` hash. Without a stored hash the same work is done, to take the same time.
pub fn password_is_right(password: &Secret, stored: Option<&PasswordHash>) -> bool {
    let text = password.expose().as_bytes();
    if text.len() > MAX_PASSWORD_BYTES {
        return false;
    }
    if let Some(Ok(hash)) = stored.map(|hash| Phc::new(&hash.0)) {
        return Hasher.verify_password(text, &hash).is_ok();
    }
    // The result is always `false`, whether or not hashing worked: there is no stored password to match.
    Hasher.hash_password_with_salt(text, b"nobody has a salt").is_err_and(|_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn only_the_right_password_is_right() {
        let hash = hash_password(&secret("correct horse"), &[1; 16]).unwrap();
        assert!(hash.as_stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(password_is_right(&secret("correct horse"), Some(&hash)));
        for wrong in ["correct hors", "Correct horse", "correct horse ", ""] {
            assert!(!password_is_right(&secret(wrong), Some(&hash)), "{wrong}");
        }
        assert!(!password_is_right(&secret("correct horse"), None));
        let damaged = PasswordHash::from_stored("$argon2id$nonsense".to_owned());
        assert!(!password_is_right(&secret("correct horse"), Some(&damaged)));
        assert!(!password_is_right(&secret(&"a".repeat(1025)), Some(&hash)));
    }

    #[test]
    fn a_short_or_endless_password_can_not_be_set() {
        assert_eq!(hash_password(&secret("seven77"), &[1; 16]), Err(WeakPassword::Length));
        assert_eq!(hash_password(&secret(&"a".repeat(1025)), &[1; 16]), Err(WeakPassword::Length));
        assert!(hash_password(&secret("пароль12"), &[1; 16]).is_ok());
    }
}
