//! Second factors: what a person has besides the password, and the proof of it.
//!
//! # Decisions
//! - The factors are attributes of the person, like the password. So a code is spent, and the session that it starts is
//!   counted, by the same conditional write, and a sign-in rests on the factors that it was checked against.
//! - A new password changes nothing about the factors.
//! - With a second factor the password may be shorter. Only the hash is stored, so the person says whether the factor is needed
//!   for that: a short password is set on condition that the factor is there, and the factor removed on condition that the
//!   password is long. Both are attributes of one item, so the two cannot pass each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use grants::Timestamp;

/// The second factors of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// The authenticator app, if there is one.
    pub totp: Option<Totp>,
    /// The keyed hashes of the recovery codes that are left.
    pub recovery: BTreeSet<String>,
    /// The names of the passkeys.
    pub passkeys: BTreeSet<String>,
    /// The host that each passkey was made for, by its name. An earlier version kept none: its passkeys count as of this site.
    pub passkey_sites: BTreeMap<String, String>,
    /// The names of the passkeys that were made for another host than that of this site, and are of no use here.
    pub elsewhere: BTreeSet<String>,
    /// The user handle that authenticators keep with the passkeys: random, and kept from the first one on.
    pub passkey_handle: Option<[u8; 32]>,
    /// `true` if the person chose a password that is too short to be the only factor. The app stays until there is a longer
    /// one.
    pub needed: bool,
}

/// The authenticator app of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Totp {
    /// The secret, sealed by a key of the deployment.
    pub sealed: Vec<u8>,
    /// The step of the last code that was used.
    pub step: u32,
    /// The time when it was confirmed.
    pub since: Timestamp,
}

/// The second factor that a person showed, to be spent by the write that accepts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpentFactor {
    /// The code of this step of the authenticator app.
    Step(u32),
    /// The same, and the secret of the app in another sealed form, which the write stores.
    StepAndSeal(u32, Vec<u8>),
    /// The recovery code with this keyed hash.
    RecoveryCode(String),
}

impl fmt::Debug for Totp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Totp(.., {}, {:?})", self.step, self.since)
    }
}

impl Factors {
    /// Returns the factors as they are seen at the site whose passkeys belong to this host.
    #[must_use]
    pub fn at_site(self, host: &str) -> Self {
        let is_elsewhere = |id: &&String| self.passkey_sites.get(*id).is_some_and(|site| site != host);
        let elsewhere = self.passkeys.iter().filter(is_elsewhere).cloned().collect();
        Self { elsewhere, ..self }
    }

    /// Returns whether there is a passkey that can be used at this site.
    pub fn has_passkey_here(&self) -> bool {
        self.passkeys.iter().any(|id| !self.elsewhere.contains(id))
    }

    /// Returns whether there is no app. Passkeys are no second step after the password.
    pub const fn is_empty(&self) -> bool {
        self.totp.is_none()
    }
}
