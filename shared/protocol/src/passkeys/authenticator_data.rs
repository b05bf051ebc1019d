//! Authenticator data: what the authenticator says about a ceremony (Web Authentication Level 3 §6.1).

use ciborium::Value;

use crate::passkeys::cose_key::PasskeyKey;
use crate::passkeys::credential_id::CredentialId;
use crate::passkeys::malformed::MalformedPasskey;

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;
/// The bytes that name the model of the authenticator, which is not looked at.
const AAGUID_BYTES: usize = 16;

/// The authenticator data of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// The hash of the RP id that the credential belongs to.
    pub site_hash: [u8; 32],
    flags: u8,
    /// The number of signatures so far; 0 if the authenticator does not count.
    pub counter: u32,
    /// The credential that was made, if one was.
    pub made: Option<MadeCredential>,
}

/// The credential that an authenticator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeCredential {
    /// The id that the authenticator chose.
    pub id: CredentialId,
    /// The public key of the credential.
    pub key: PasskeyKey,
}

impl AuthenticatorData {
    /// Reads the bytes, to the last one.
    ///
    /// # Errors
    /// [`MalformedPasskey`] when they are not authenticator data, or the key is not one that is verified here.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedPasskey> {
        Self::read(bytes).ok_or(MalformedPasskey)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (site_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let (counter, mut rest) = rest.split_first_chunk::<4>()?;
        let made = if flags & ATTESTED == 0 { None } else { Some(MadeCredential::read(&mut rest)?) };
        if flags & EXTENDED != 0 {
            // Nothing was asked for, but an authenticator may add what it likes.
            let extensions: Value = ciborium::from_reader(&mut rest).ok()?;
            extensions.as_map()?;
        }
        let counter = u32::from_be_bytes(*counter);
        rest.is_empty().then_some(Self { site_hash: *site_hash, flags: *flags, counter, made })
    }

    /// Returns whether the user was present.
    pub const fn is_present(&self) -> bool {
        self.flags & PRESENT != 0
    }

    /// Returns whether the authenticator verified its user.
    pub const fn is_verified(&self) -> bool {
        self.flags & VERIFIED != 0
    }

    /// Returns whether the credential may be copied to other devices.
    pub const fn is_backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    /// Returns whether the credential is copied.
    pub const fn is_backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

impl MadeCredential {
    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (_, after) = rest.split_at_checked(AAGUID_BYTES)?;
        let (length, after) = after.split_first_chunk::<2>()?;
        let (id, mut after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let key = PasskeyKey::read(&mut after)?;
        *rest = after;
        Some(Self { id: CredentialId::from_bytes(id)?, key })
    }
}
