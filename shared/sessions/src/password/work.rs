//! The work that checks of imported passwords take, so that others can be made to take as much.
//!
//! A check of a password always computes one Argon2id hash with the parameters for new passwords. A person with an
//! imported password takes the work of that hash in addition. If only such a person did, the time of an answer would
//! tell that the name exists. So the store knows the most work that any imported hash takes, for each kind of hash,
//! and every check does that much, whoever is asked for.

use std::collections::BTreeMap;

/// An amount of work of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PasswordWork(BTreeMap<WorkKind, u32>);

/// A kind of work. Its units are what the time is in proportion to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WorkKind {
    /// Argon2: passes over this many KiB.
    Argon2 {
        /// The memory in KiB.
        memory: u32,
    },
    /// bcrypt: rounds, which are two to the power of the cost.
    Bcrypt,
    /// PBKDF2, counted in iterations.
    Pbkdf2(WorkDigest),
    /// scrypt with an `N` of two to the power of `log_n`: `r` times `p`.
    Scrypt {
        /// The logarithm of `N`.
        log_n: u8,
    },
}

/// The digest of PBKDF2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WorkDigest {
    /// SHA-1, of 160 bits.
    Sha1,
    /// SHA-256, of 256 bits.
    Sha256,
    /// SHA-512, of 512 bits.
    Sha512,
}

impl PasswordWork {
    /// Creates work of one kind.
    pub(crate) fn of(kind: WorkKind, units: u32) -> Self {
        Self(BTreeMap::from([(kind, units)]))
    }

    /// Creates work from the names of its kinds and their units; names of a later version are left out.
    pub fn from_named<'a>(named: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        Self(named.into_iter().filter_map(|(name, units)| Some((WorkKind::parse(name)?, units))).collect())
    }

    /// Returns the kinds of the work by name, with their units.
    pub fn named(&self) -> impl Iterator<Item = (String, u32)> {
        self.0.iter().map(|(kind, units)| (kind.name(), *units))
    }

    /// Returns the units of a kind.
    pub(crate) fn units(&self, kind: WorkKind) -> u32 {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// Returns whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|units| *units == 0)
    }

    /// Returns the larger amount of each kind.
    #[must_use]
    pub fn raised(mut self, other: &Self) -> Self {
        for (kind, units) in &other.0 {
            let known = self.0.entry(*kind).or_default();
            *known = (*known).max(*units);
        }
        self
    }

    /// Returns whether this is at least as much as `other`, of each kind.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(kind, units)| self.units(*kind) >= *units)
    }

    /// Returns what is left to do after `done`.
    pub(crate) fn left_after<'a>(&'a self, done: &'a Self) -> impl Iterator<Item = (WorkKind, u32)> + 'a {
        let left = self.0.iter().map(|(kind, units)| (*kind, units.saturating_sub(done.units(*kind))));
        left.filter(|(_, units)| *units > 0)
    }
}

impl WorkKind {
    fn name(self) -> String {
        match self {
            Self::Argon2 { memory } => format!("argon2_{memory}"),
            Self::Bcrypt => "bcrypt".to_owned(),
            Self::Pbkdf2(digest) => format!("pbkdf2_{}", digest.as_str()),
            Self::Scrypt { log_n } => format!("scrypt_{log_n}"),
        }
    }

    fn parse(name: &str) -> Option<Self> {
        match name.split_once('_') {
            None => (name == "bcrypt").then_some(Self::Bcrypt),
            Some(("argon2", memory)) => Some(Self::Argon2 { memory: memory.parse().ok()? }),
            Some(("pbkdf2", digest)) => Some(Self::Pbkdf2(WorkDigest::parse(digest)?)),
            Some(("scrypt", log_n)) => Some(Self::Scrypt { log_n: log_n.parse().ok()? }),
            Some(_) => None,
        }
    }
}

impl WorkDigest {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|digest| digest.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_keeps_its_kinds_by_name() {
        let all = [
            (WorkKind::Argon2 { memory: 7168 }, 5),
            (WorkKind::Bcrypt, 1024),
            (WorkKind::Pbkdf2(WorkDigest::Sha1), 1),
            (WorkKind::Pbkdf2(WorkDigest::Sha256), 27_500),
            (WorkKind::Pbkdf2(WorkDigest::Sha512), 210_000),
            (WorkKind::Scrypt { log_n: 14 }, 8),
        ];
        let work = PasswordWork(all.into());
        let named: Vec<(String, u32)> = work.named().collect();
        assert_eq!(PasswordWork::from_named(named.iter().map(|(name, units)| (name.as_str(), *units))), work);
        let later = PasswordWork::from_named([("yescrypt_9", 1), ("balloon", 1), ("pbkdf2_sha3", 1), ("bcrypt", 4)]);
        assert_eq!(later, PasswordWork::of(WorkKind::Bcrypt, 4));
    }

    #[test]
    fn what_was_done_and_what_is_left_are_the_most_of_each_kind() {
        let small = PasswordWork::of(WorkKind::Bcrypt, 16);
        let large =
            PasswordWork::of(WorkKind::Bcrypt, 1024).raised(&PasswordWork::of(WorkKind::Scrypt { log_n: 9 }, 8));
        let both = small.clone().raised(&large);
        assert_eq!(both, large);
        assert!(both.covers(&small) && !small.covers(&both));
        let left: Vec<(WorkKind, u32)> = both.left_after(&small).collect();
        assert_eq!(left, [(WorkKind::Bcrypt, 1008), (WorkKind::Scrypt { log_n: 9 }, 8)]);
        assert!(PasswordWork::default().is_empty() && !small.is_empty());
        assert_eq!(both.left_after(&both).count(), 0);
    }
}
