//! A passkey as it is stored, and the change that a use of it makes.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{Attribute, Fact, Guard, Held, Method, PersonKey, Timestamp};
use protocol::{CredentialId, PasskeyKey};
use sha2::{Digest, Sha256};

use crate::passkeys::challenge::SpentChallenges;

/// The longest name of a passkey, in characters.
const MAX_NAME: usize = 64;
/// The name of a passkey that was given none.
const UNNAMED: &str = "Passkey";

/// The name of a passkey in the tables: the hash of its credential id, which may be long.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PasskeyId(String);

/// The name that a person gave a passkey: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

/// A passkey of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The person whose it is.
    pub person: PersonKey,
    /// The id that the authenticator chose.
    pub credential: CredentialId,
    /// The public key of the credential.
    pub key: PasskeyKey,
    /// The name that the person gave it.
    pub name: PasskeyName,
    /// The time when it was added.
    pub created_at: Timestamp,
    /// `true` if it may be copied to other devices. That never changes.
    pub is_backup_eligible: bool,
    /// The facts that its uses change.
    pub used: PasskeyUses,
}

/// The facts about a passkey that its uses change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PasskeyUses {
    /// The number of its uses.
    pub count: u32,
    /// The time of the last one.
    pub last_at: Option<Timestamp>,
    /// The number that the authenticator counted; 0 if it does not count.
    pub counter: u32,
    /// `true` if it was copied.
    pub is_backed_up: bool,
    /// The challenges that it answered, until they expire.
    pub spent: SpentChallenges,
}

/// The change that a use of a passkey makes, if the passkey is there and was not used since it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyUse {
    person: PersonKey,
    id: PasskeyId,
    /// The facts after the use.
    uses: PasskeyUses,
}

/// A fact of a passkey that guards test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyFact {
    /// The number of its uses.
    Count,
}

impl PasskeyId {
    /// Computes the name of a credential.
    pub fn of(credential: &CredentialId) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(credential.as_bytes())))
    }

    /// Reads a name, such as the hidden field of a form has it; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        is_one.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PasskeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl PasskeyName {
    /// Reads a name as it was typed, without what cannot be seen; a passkey without a name is called so.
    pub fn typed(text: &str) -> Self {
        let seen: String = text.chars().filter(|char| !char.is_control()).collect();
        let name: String = seen.trim().chars().take(MAX_NAME).collect();
        Self(if name.is_empty() { UNNAMED.to_owned() } else { name })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Passkey {
    /// The name in the tables.
    pub fn id(&self) -> PasskeyId {
        PasskeyId::of(&self.credential)
    }

    /// The method of a sign-in with it. A key that cannot leave its device is protected by hardware.
    pub const fn method(&self) -> Method {
        if self.is_backup_eligible { Method::SoftwareKey } else { Method::HardwareKey }
    }
}

impl PasskeyUse {
    /// The use of a passkey after which its facts are `uses`.
    pub(crate) fn of(passkey: &Passkey, uses: PasskeyUses) -> Self {
        let uses = PasskeyUses { count: passkey.used.count.saturating_add(1), ..uses };
        Self { person: passkey.person, id: passkey.id(), uses }
    }

    /// The person whose passkey it is.
    pub const fn person(&self) -> PersonKey {
        self.person
    }

    /// The passkey that is used.
    pub const fn id(&self) -> &PasskeyId {
        &self.id
    }

    /// The facts after the use.
    pub const fn uses(&self) -> &PasskeyUses {
        &self.uses
    }

    /// The guards that must all hold for the write. None does if the passkey was removed.
    pub fn guards(&self) -> Vec<Guard<PasskeyFact>> {
        vec![PasskeyFact::Count.is(self.uses.count.saturating_sub(1))]
    }

    /// Returns the passkey after the use, or `None` when a guard does not hold. This defines what the write means.
    pub fn after(&self, before: Option<&Passkey>) -> Option<Passkey> {
        let passkey = before.filter(|passkey| passkey.person == self.person && passkey.id() == self.id)?;
        let holds = self.guards().iter().all(|guard| guard.holds(Some(passkey)));
        holds.then(|| Passkey { used: self.uses.clone(), ..passkey.clone() })
    }
}

impl Fact for PasskeyFact {
    type Record = Passkey;

    const KEY: &'static str = "person";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::Count => Attribute::named("uses"),
        }
    }

    fn of(self, passkey: &Passkey) -> Option<Held<'_>> {
        Some(match self {
            Self::Count => Held::Number(passkey.used.count),
        })
    }
}
