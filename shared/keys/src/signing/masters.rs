//! The master keys of the handles, as they are stored.
//!
//! The first master has no name in the handles that it makes: those of earlier versions have none either. Each later one is
//! named in its handles. All of them are good at the same time, until one is withdrawn.

use std::collections::BTreeSet;
use std::fmt;

use grants::{Seconds, Timestamp};

/// The number of seconds for which a new master is known before it makes handles: a minute for the functions that have read
/// the keys already, and ten for clocks that are wrong by five in opposite directions.
pub const MASTER_PREPUBLICATION: Seconds = 900;

/// The name of a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MasterName {
    /// The first master of the stack.
    First,
    /// A later one, with random bits of its own.
    Later([u8; 4]),
}

/// A master key of the handles as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterRecord {
    /// The name in the handles that it makes.
    pub name: MasterName,
    /// The time when it was created; the beginning of time for the first one.
    pub created_at: Timestamp,
    /// The time from which it makes handles.
    pub activates_at: Timestamp,
    /// The 256-bit key, wrapped.
    pub wrapped: Vec<u8>,
}

/// The master keys of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masters {
    /// The masters in the table. The first one stays there when it is withdrawn, because what must never change comes from
    /// it: the hashes of client secrets, and the identifiers of people at the clients of a sector.
    pub stored: Vec<MasterRecord>,
    /// The names of those whose handles are refused.
    pub withdrawn: BTreeSet<MasterName>,
    /// The key for the secrets that clients sign with, wrapped; `None` in a stack whose keys were not rotated since an earlier
    /// version made it.
    pub client_secrets: Option<Vec<u8>>,
    /// The key that seals the secrets of authenticator apps, wrapped; `None` in a stack as above.
    pub second_factors: Option<Vec<u8>>,
    /// The number of changes to the masters so far, on which the next change rests.
    pub revision: u32,
}

/// The state of a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MasterState {
    /// Functions learn of the key before it makes handles.
    Pending,
    /// The key makes the handles.
    Active,
    /// The key makes no handles any more; those that it made are good.
    Retiring,
    /// The handles of the key are refused.
    Withdrawn,
}

impl MasterState {
    /// The name of the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl MasterName {
    const FIRST: &'static str = "handles";

    /// Reads a name as [`fmt::Display`] writes it; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::FIRST {
            return Some(Self::First);
        }
        let digits = text.strip_prefix(Self::FIRST)?.strip_prefix('-').filter(|digits| digits.len() == 8)?;
        let is_written_so = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_written_so)?;
        Some(Self::Later(number.to_be_bytes()))
    }
}

impl fmt::Display for MasterName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => formatter.write_str(Self::FIRST),
            Self::Later(bits) => write!(formatter, "{}-{:08x}", Self::FIRST, u32::from_be_bytes(*bits)),
        }
    }
}

impl Masters {
    /// Returns the masters whose handles are good.
    pub fn good(&self) -> impl Iterator<Item = &MasterRecord> {
        self.stored.iter().filter(|master| !self.withdrawn.contains(&master.name))
    }

    /// Returns the master that makes handles now: the last one whose time has come, or else the first of those to come.
    pub fn active(&self, now: Timestamp) -> Option<&MasterRecord> {
        let order = |master: &MasterRecord| (master.activates_at, master.name);
        let come = self.good().filter(|master| master.activates_at <= now).max_by_key(|master| order(master));
        come.or_else(|| self.good().min_by_key(|master| order(master)))
    }

    /// Returns the current state of `master`.
    pub fn state(&self, master: &MasterRecord, now: Timestamp) -> MasterState {
        if self.withdrawn.contains(&master.name) {
            MasterState::Withdrawn
        } else if self.active(now).is_some_and(|active| active.name == master.name) {
            MasterState::Active
        } else if master.activates_at > now {
            MasterState::Pending
        } else {
            MasterState::Retiring
        }
    }

    /// Marks the masters that are among the withdrawn keys. A later one is of no use then, and is left out.
    #[must_use]
    pub(crate) fn without(mut self, withdrawn: &BTreeSet<String>) -> Self {
        self.withdrawn.extend(withdrawn.iter().filter_map(|kid| MasterName::parse(kid)));
        self.stored.retain(|master| master.name == MasterName::First || !self.withdrawn.contains(&master.name));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const LATER: MasterName = MasterName::Later([0, 0xab, 1, 2]);

    fn master(name: MasterName, activates_at: Timestamp) -> MasterRecord {
        MasterRecord { name, created_at: NOW, activates_at, wrapped: vec![1] }
    }

    fn two() -> Masters {
        let stored = vec![master(MasterName::First, Timestamp::from_seconds(0)), master(LATER, NOW.plus(900))];
        Masters { stored, ..Masters::default() }
    }

    fn states(masters: &Masters, later: u32) -> Vec<&'static str> {
        masters.stored.iter().map(|master| masters.state(master, NOW.plus(later)).as_str()).collect()
    }

    #[test]
    fn c152_a_name_is_read_back_and_nothing_else_is_one() {
        for name in [MasterName::First, LATER] {
            assert_eq!(MasterName::parse(&name.to_string()), Some(name));
        }
        assert_eq!(LATER.to_string(), "handles-00ab0102");
        for other in
            ["", "handle", "handles-", "handles-0ab0102", "handles-00AB0102", "handles-+0ab0102", "handles-00ab01023"]
        {
            assert_eq!(MasterName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn c152_two_masters_are_good_until_one_is_withdrawn() {
        assert_eq!(states(&two(), 899), ["active", "pending"]);
        assert_eq!(states(&two(), 900), ["retiring", "active"]);
        let withdrawn = two().without(&BTreeSet::from(["handles".to_owned(), "a signing key".to_owned()]));
        // Before its time too: there is no other.
        assert_eq!(states(&withdrawn, 0), ["withdrawn", "active"]);
        assert_eq!(withdrawn.stored.len(), 2, "what must never change comes from the first");
        let back = two().without(&BTreeSet::from([LATER.to_string()]));
        assert_eq!(states(&back, 900), ["active"]);
        let none = two().without(&BTreeSet::from(["handles".to_owned(), LATER.to_string()]));
        assert_eq!(none.active(NOW), None);
    }
}
