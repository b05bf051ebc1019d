//! Password hashes that other systems made: their forms, their limits, and their comparison with a password.
//!
//! Each is computed by a function with little memory and time, so each kind has limits, and a hash above them is
//! refused when it is imported.

mod argon2_hash;
mod bcrypt_hash;
mod encoding;
mod error;
mod pbkdf2_hash;
mod scrypt_hash;

use crate::password::foreign::argon2_hash::Argon2Hash;
use crate::password::foreign::bcrypt_hash::BcryptHash;
use crate::password::foreign::pbkdf2_hash::Pbkdf2Hash;
use crate::password::foreign::scrypt_hash::ScryptHash;
use crate::password::work::{PasswordWork, WorkKind};

pub use crate::password::foreign::error::ForeignHashError;

/// The maximum length of a hash as text; the longest form that is known has about 250 bytes.
const MAX_TEXT_BYTES: usize = 512;

/// A hash that another system made.
#[derive(Debug)]
pub(super) enum ForeignHash {
    Argon2(Box<Argon2Hash>),
    Bcrypt(BcryptHash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
}

impl ForeignHash {
    /// Parses a hash in one of the known forms.
    ///
    /// # Errors
    /// [`ForeignHashError`] if the form is not known, or if the hash is damaged or costs too much.
    pub(super) fn parse(text: &str) -> Result<Self, ForeignHashError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ForeignHashError::Form);
        }
        let text = without_scheme(text);
        if let Some(hash) = Argon2Hash::parse(text) {
            return hash.map(Box::new).map(Self::Argon2);
        }
        if let Some(hash) = BcryptHash::parse(text) {
            return hash.map(Self::Bcrypt);
        }
        if let Some(hash) = Pbkdf2Hash::parse(text) {
            return hash.map(Self::Pbkdf2);
        }
        ScryptHash::parse(text).ok_or(ForeignHashError::Form)?.map(Self::Scrypt)
    }

    /// Checks whether it is the hash of `password`.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        match self {
            Self::Argon2(hash) => hash.is_of(password),
            Self::Bcrypt(hash) => hash.is_of(password),
            Self::Pbkdf2(hash) => hash.is_of(password),
            Self::Scrypt(hash) => hash.is_of(password),
        }
    }

    /// Returns the work that a comparison takes.
    pub(super) fn work(&self) -> PasswordWork {
        let (kind, units) = match self {
            Self::Argon2(hash) => hash.work(),
            Self::Bcrypt(hash) => hash.work(),
            Self::Pbkdf2(hash) => hash.work(),
            Self::Scrypt(hash) => hash.work(),
        };
        PasswordWork::of(kind, units)
    }

    /// Returns the text to store: that of the other system, or the PHC form if the hash is Argon2.
    pub(super) fn to_stored(&self, text: &str) -> String {
        match self {
            Self::Argon2(hash) => hash.to_string(),
            Self::Bcrypt(_) | Self::Pbkdf2(_) | Self::Scrypt(_) => text.to_owned(),
        }
    }
}

/// Removes the scheme before a hash that names its own kind: `{bcrypt}` of Spring Security, `{CRYPT}` of LDAP and
/// Dovecot, `bcrypt$` and `argon2` of Django.
fn without_scheme(text: &str) -> &str {
    const SCHEMES: [&str; 7] =
        ["{bcrypt}", "{blf-crypt}", "{argon2}", "{argon2i}", "{argon2id}", "{crypt}", "{argon2@springsecurity_v5_8}"];
    let starts = |scheme: &&&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let rest = SCHEMES.iter().find(starts).and_then(|scheme| text.get(scheme.len()..)).unwrap_or(text);
    for django in ["bcrypt$", "argon2"] {
        if let Some(hash) = rest.strip_prefix(django).filter(|hash| hash.starts_with('$')) {
            return hash;
        }
    }
    rest
}

/// Returns whether a text looks like the hash of a password, in a form that is known or in another common one.
pub(super) fn looks_like_hash(text: &str) -> bool {
    const STARTS: [&str; 27] = [
        "$2a$",
        "$2b$",
        "$2x$",
        "$2y$",
        "$2$",
        "$argon2",
        "$pbkdf2",
        "$scrypt$",
        "$s0$",
        "$7$",
        "$y$",
        "$gy$",
        "$1$",
        "$5$",
        "$6$",
        "$sha1$",
        "$md5",
        "$P$",
        "$H$",
        "$apr1$",
        "pbkdf2_",
        "pbkdf2:",
        "bcrypt$",
        "bcrypt_sha256$",
        "argon2$",
        "scrypt$",
        "scrypt:",
    ];
    // `{SSHA}`, `{bcrypt}`, `{PBKDF2-SHA256}`: a scheme in braces, as LDAP and Spring Security write it.
    let scheme = || {
        let (scheme, rest) = text.strip_prefix('{')?.split_once('}')?;
        let known = ["sha", "ssha", "md5", "smd5", "crypt", "bcrypt", "pbkdf2", "scrypt", "argon2", "blf", "noop"];
        let lower = scheme.to_ascii_lowercase();
        Some(!rest.is_empty() && known.iter().any(|start| lower.starts_with(start)))
    };
    STARTS.iter().any(|start| text.starts_with(start)) || scheme().unwrap_or(false)
}

/// Does work of a kind with no result, so that a check takes as long as that of another hash.
pub(super) fn run(kind: WorkKind, units: u32, password: &[u8]) {
    match kind {
        WorkKind::Argon2 { memory } => argon2_hash::run(memory, units, password),
        WorkKind::Bcrypt => bcrypt_hash::run(units, password),
        WorkKind::Pbkdf2(digest) => pbkdf2_hash::run(digest, units, password),
        WorkKind::Scrypt { log_n } => scrypt_hash::run(log_n, units, password),
    }
}

#[cfg(test)]
mod tests;
