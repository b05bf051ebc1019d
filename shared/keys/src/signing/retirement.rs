//! Withdrawal: decides what happens when one key must not be used any more, because it leaked.

use grants::Timestamp;

use crate::signing::masters::{MasterRecord, MasterState};
use crate::signing::records::{KeyRecord, KeyState, Records};
use crate::signing::rotation::PlannedKey;

/// The steps of a withdrawal, which are made together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// A signing key is deleted.
    Signing {
        /// The key to delete.
        key: Box<KeyRecord>,
        /// The key that signs instead at once, if it was the one that signed.
        make: Option<PlannedKey>,
    },
    /// The handles of a master key are refused.
    Master {
        /// The master key to refuse.
        key: Box<MasterRecord>,
        /// `true` when it made the handles, so another one has to make them at once.
        make: bool,
    },
    /// The key was withdrawn before, and is not there.
    Before,
}

impl Records {
    /// Plans the withdrawal of the key `kid`, a signing key or a master; `None` if there is no such key.
    pub fn retirement(&self, kid: &str, now: Timestamp) -> Option<Retirement> {
        if let Some(key) = self.signing.iter().find(|key| key.public.kid == kid) {
            let signs = self.state(key, now) == KeyState::Active;
            let make = signs.then(|| PlannedKey {
                algorithm: key.algorithm,
                predecessor: self.newest(key.algorithm).map(|newest| newest.public.kid.clone()),
                activates_at: now,
            });
            return Some(Retirement::Signing { key: Box::new(key.clone()), make });
        }
        if self.withdrawn.iter().any(|key| key.public.kid == kid) {
            return Some(Retirement::Before);
        }
        if self.masters.withdrawn.iter().any(|name| name.to_string() == kid) {
            return Some(Retirement::Before);
        }
        let master = self.masters.good().find(|master| master.name.to_string() == kid)?;
        let make = self.masters.state(master, now) == MasterState::Active;
        Some(Retirement::Master { key: Box::new(master.clone()), make })
    }
}
