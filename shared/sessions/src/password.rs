//! Passwords, which are the only values hashed slowly.
//!
//! New hashes are Argon2id. A hash that another system made is compared by its own kind, and the right password
//! replaces it with a new one. A person whom only an older directory can check has no hash until that directory
//! verified the first password.

mod chosen;
mod foreign;
mod hash;
mod memory;
mod work;

use argon2::Params;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use protocol::{Secret, opaque_string};

use crate::password::foreign::{ForeignHash, looks_like_hash};
use crate::password::hash::MAX_PASSWORD_BYTES;
use crate::password::memory::Hasher;

pub use crate::password::chosen::{
    ChosenPassword, MinLengths, PasswordContext, UnfitPassword, check_chosen_password, check_password_beside,
};
pub use crate::password::foreign::ForeignHashError;
pub use crate::password::hash::{HashCost, PasswordHash};
pub use crate::password::work::PasswordWork;

/// The minimum length of any new password, in characters (NIST SP 800-63B-4 §3.1.1.2). People choose longer ones: see
/// [`check_chosen_password`].
pub const MIN_PASSWORD_CHARACTERS: usize = 8;

/// The reasons why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// The password is too short or too long.
    #[error("a password has at least 8 characters and at most 1024 bytes")]
    Length,
    /// It is the hash of a password.
    #[error("this is the hash of a password and no password: give it to `jeton user import` as `password_hash`")]
    Hash,
    /// The hash function failed on this input.
    #[error("the password could not be hashed")]
    Unhashable,
}

/// The circumstances of a check.
#[derive(Clone, Debug)]
pub struct CheckTerms {
    /// The work for imported hashes that each check takes, so that none tells by its time whose password it checks.
    pub work: PasswordWork,
    /// 128 random bits for the hash that replaces an imported one.
    pub salt: [u8; 16],
    /// The cost of the hashes that this server makes.
    pub cost: HashCost,
}

/// The result of a comparison of a password with a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It is another password, or there is no hash.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, and this hash should replace the imported one.
    RightUntilNow(PasswordHash),
    /// The directory knows whether it is the password. If so, this is its hash.
    InDirectory(PasswordHash),
}

/// Hashes a new password with Argon2id at the parameters of the OWASP password storage cheat sheet (19 MiB, 2
/// passes, 1 lane). `salt` is 128 random bits.
///
/// # Errors
/// [`WeakPassword`] when the password may not be set.
pub fn hash_password(password: &Secret, salt: &[u8; 16]) -> Result<PasswordHash, WeakPassword> {
    check_new_password(password)?;
    new_hash(prepared(password).expose(), salt, HashCost::default())
}

/// Checks whether a password may be set, without hashing it.
///
/// # Errors
/// [`WeakPassword`] when it may not.
pub fn check_new_password(password: &Secret) -> Result<(), WeakPassword> {
    let text = password.expose();
    if looks_like_hash(text) {
        return Err(WeakPassword::Hash);
    }
    if text.chars().count() < MIN_PASSWORD_CHARACTERS || text.len() > MAX_PASSWORD_BYTES {
        return Err(WeakPassword::Length);
    }
    Ok(())
}

/// Returns the form in which a password is hashed: the profile `OpaqueString` (RFC 8265 §4.2), or as it is if it does not fit
/// the profile.
fn prepared(password: &Secret) -> Secret {
    Secret::new(opaque_string(password.expose()).unwrap_or_else(|| password.expose().to_owned()))
}

fn new_hash(text: &str, salt: &[u8; 16], cost: HashCost) -> Result<PasswordHash, WeakPassword> {
    let parameters = Params::new(cost.memory, cost.passes, Params::DEFAULT_P_COST, None);
    let parameters = parameters.map_err(|_| WeakPassword::Unhashable)?;
    let hash = Hasher.hash_password_customized(text.as_bytes(), salt, None, None, parameters);
    hash.map(|hash| PasswordHash::from_stored(hash.to_string())).map_err(|_| WeakPassword::Unhashable)
}

/// Compares `password` with the `stored` hash. Without a stored hash the same work is done, to take the same time:
/// one new hash, and for each kind of imported hashes the most work that one of them takes.
pub(crate) fn compare(password: &Secret, stored: Option<&PasswordHash>, terms: &CheckTerms) -> Compared {
    let text = password.expose();
    if text.len() > MAX_PASSWORD_BYTES {
        return Compared::Wrong;
    }
    let prepared = prepared(password);
    let compared = compare_text(prepared.expose(), stored, terms);
    if prepared.expose() == text {
        return compared;
    }
    match compared {
        // An earlier version, or another system, hashed it as it was typed.
        Compared::Wrong => compare_text(text, stored, terms),
        Compared::InDirectory(_) => {
            // This takes as long as it would for a person with a hash.
            let _ = compare_text(text, stored, terms);
            compared
        }
        Compared::Right | Compared::RightUntilNow(_) => compared,
    }
}

fn compare_text(text: &str, stored: Option<&PasswordHash>, terms: &CheckTerms) -> Compared {
    let mut done = PasswordWork::default();
    let compared = if let Some(own) = stored.and_then(|stored| stored.own(terms.cost)) {
        if Hasher.verify_password(text.as_bytes(), &own).is_ok() { Compared::Right } else { Compared::Wrong }
    } else {
        let imported = stored.and_then(|stored| ForeignHash::parse(stored.as_stored()).ok());
        let (new, right) =
            (new_hash(text, &terms.salt, terms.cost), imported.as_ref().map(|hash| hash.is_of(text.as_bytes())));
        done = imported.map(|hash| hash.work()).unwrap_or_default();
        match (right, new) {
            (None, Ok(new)) if stored.is_some_and(PasswordHash::is_in_directory) => Compared::InDirectory(new),
            (Some(true), Ok(new)) => Compared::RightUntilNow(new),
            (Some(true), Err(_)) => Compared::Right,
            (Some(false) | None, _) => Compared::Wrong,
        }
    };
    for (kind, units) in terms.work.left_after(&done) {
        foreign::run(kind, units, text.as_bytes());
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn terms() -> CheckTerms {
        CheckTerms { work: PasswordWork::default(), salt: [7; 16], cost: HashCost::default() }
    }

    fn password_is_right(password: &Secret, stored: Option<&PasswordHash>) -> bool {
        compare(password, stored, &terms()) != Compared::Wrong
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
    fn c145_a_password_is_right_however_its_letters_were_typed_and_as_an_earlier_version_hashed_it() {
        let (composed, apart) = ("fünfzehn Zeichen".to_owned(), "fu\u{308}nfzehn\u{a0}Zeichen".to_owned());
        for set in [&composed, &apart] {
            let hash = hash_password(&secret(set), &[1; 16]).unwrap();
            for typed in [&composed, &apart] {
                assert!(password_is_right(&secret(typed), Some(&hash)), "{typed:?}");
            }
            assert!(!password_is_right(&secret("fünfzehn zeichen"), Some(&hash)));
        }
        let earlier = new_hash(&apart, &[1; 16], HashCost::default()).unwrap();
        assert!(password_is_right(&secret(&apart), Some(&earlier)));
        assert!(!password_is_right(&secret(&composed), Some(&earlier)));
    }

    #[test]
    fn c245_the_right_password_replaces_an_imported_hash_and_a_wrong_one_does_not() {
        // A password that is too short for a new one.
        let old = PasswordHash::import("$2b$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS").unwrap();
        assert_eq!(compare(&secret("sesame"), Some(&old), &terms()), Compared::Wrong);
        let Compared::RightUntilNow(new) = compare(&secret("sesam"), Some(&old), &terms()) else { panic!("{old:?}") };
        assert!(new.as_stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(compare(&secret("sesam"), Some(&new), &terms()), Compared::Right);
        assert_eq!(compare(&secret("sesame"), Some(&new), &terms()), Compared::Wrong);
        assert!(new.work().is_empty());
        assert_eq!(old.work(), PasswordWork::from_named([("bcrypt", 16)]));
    }

    #[test]
    fn c245_without_a_hash_the_directory_knows_whether_a_password_is_right() {
        let stored = PasswordHash::in_directory();
        assert!(stored.is_in_directory() && stored.work().is_empty());
        // The second has another form after the profile `OpaqueString`.
        for password in ["sesam", "a\u{a0}b", "directory"] {
            let compared = compare(&secret(password), Some(&stored), &terms());
            let Compared::InDirectory(new) = compared else { panic!("{compared:?}") };
            assert!(!new.is_in_directory());
            assert_eq!(compare(&secret(password), Some(&new), &terms()), Compared::Right);
            assert_eq!(compare(&secret("another"), Some(&new), &terms()), Compared::Wrong);
        }
        assert_eq!(compare(&secret(&"a".repeat(1025)), Some(&stored), &terms()), Compared::Wrong);
        assert!(!hash_password(&secret("directory"), &[1; 16]).unwrap().is_in_directory());
        assert!(PasswordHash::import("directory").is_err());
    }

    #[test]
    fn c245_the_work_of_other_hashes_changes_no_answer() {
        let work = ["argon2_64", "bcrypt", "pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512", "scrypt_4"];
        let terms = CheckTerms { work: PasswordWork::from_named(work.map(|name| (name, 35))), ..terms() };
        let own = hash_password(&secret("correct horse"), &[1; 16]).unwrap();
        assert_eq!(compare(&secret("correct horse"), Some(&own), &terms), Compared::Right);
        assert_eq!(compare(&secret("wrong horse"), Some(&own), &terms), Compared::Wrong);
        assert_eq!(compare(&secret("correct horse"), None, &terms), Compared::Wrong);
    }

    #[test]
    fn c245_a_hash_is_no_password() {
        for hash in [
            "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
            "pbkdf2_sha256$600000$salt$aGFzaA==",
            "$pbkdf2-sha256$29000$salt$hash",
            "$scrypt$ln=14,r=8,p=1$salt$hash",
            "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3",
            "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG",
            "$6$rounds=5000$salt$hash",
        ] {
            assert_eq!(hash_password(&secret(hash), &[1; 16]), Err(WeakPassword::Hash), "{hash}");
        }
        for password in ["$2 a horse", "{correct} horse", "pbkdf2 is a function", "argon2 is better"] {
            assert!(hash_password(&secret(password), &[1; 16]).is_ok(), "{password}");
        }
    }

    #[test]
    fn a_short_or_endless_password_can_not_be_set() {
        assert_eq!(hash_password(&secret("seven77"), &[1; 16]), Err(WeakPassword::Length));
        assert_eq!(hash_password(&secret(&"a".repeat(1025)), &[1; 16]), Err(WeakPassword::Length));
        assert!(hash_password(&secret("пароль12"), &[1; 16]).is_ok());
    }
}
