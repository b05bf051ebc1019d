//! The handles of a grant: the reference to its pushed request, its code, its refresh tokens and its opaque access tokens.

use grants::{
    AccessHandle, CodeHandle, Confirmation, DeviceHandle, Generation, GrantSecret, HiddenFooting, PushedHandle,
    RefreshHandle, Timestamp,
};
use protocol::{Secret, Thumbprint};
use zeroize::Zeroizing;

use crate::handle::handles::HandleKeys;
use crate::handle::kind::HandleKind;

/// The byte before the thumbprint of a key that an access token is bound to.
const JKT: u8 = 1;

impl HandleKeys {
    /// Creates an authorization code.
    pub fn seal_code(&self, handle: &CodeHandle) -> Secret {
        self.seal(HandleKind::Code, &Zeroizing::new([&handle.secret.expose()[..], &footing(handle.rests_on)].concat()))
    }

    /// Reads an authorization code.
    pub fn open_code(&self, text: &Secret) -> Option<CodeHandle> {
        let payload = self.open(HandleKind::Code, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        Some(CodeHandle { secret: GrantSecret::from_bytes(*secret), rests_on: read_footing(rest)? })
    }

    /// Creates the reference to a pushed request.
    pub fn seal_pushed(&self, handle: &PushedHandle) -> Secret {
        let until = handle.continues_until.map(|until| until.seconds().to_be_bytes());
        let until = until.as_ref().map_or(&[][..], |until| &until[..]);
        self.seal(HandleKind::PushedRequest, &Zeroizing::new([&handle.secret.expose()[..], until].concat()))
    }

    /// Reads the reference to a pushed request.
    pub fn open_pushed(&self, text: &Secret) -> Option<PushedHandle> {
        let payload = self.open(HandleKind::PushedRequest, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        let until = if rest.is_empty() { None } else { Some(u64::from_be_bytes(rest.try_into().ok()?)) };
        let continues_until = until.map(Timestamp::from_seconds);
        Some(PushedHandle { secret: GrantSecret::from_bytes(*secret), continues_until })
    }

    /// Creates a device code.
    pub fn seal_device(&self, handle: &DeviceHandle) -> Secret {
        self.seal(HandleKind::DeviceCode, handle.secret.expose())
    }

    /// Reads a device code.
    pub fn open_device(&self, text: &Secret) -> Option<DeviceHandle> {
        let payload = self.open(HandleKind::DeviceCode, text.expose())?;
        Some(DeviceHandle { secret: GrantSecret::from_bytes(payload.as_slice().try_into().ok()?) })
    }

    /// Creates a refresh token.
    pub fn seal_refresh(&self, handle: &RefreshHandle) -> Secret {
        let generation = handle.generation.number().to_be_bytes();
        let payload = [&handle.secret.expose()[..], &generation, &footing(handle.rests_on)].concat();
        self.seal(HandleKind::Refresh, &Zeroizing::new(payload))
    }

    /// Reads a refresh token.
    pub fn open_refresh(&self, text: &Secret) -> Option<RefreshHandle> {
        let payload = self.open(HandleKind::Refresh, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        Some(RefreshHandle {
            secret: GrantSecret::from_bytes(*secret),
            generation: Generation::from_number(u32::from_be_bytes(*generation)),
            rests_on: read_footing(rest)?,
        })
    }

    /// Creates an opaque access token.
    pub fn seal_access(&self, handle: &AccessHandle) -> Secret {
        let mut payload = Zeroizing::new(Vec::with_capacity(111));
        payload.extend_from_slice(handle.secret.expose());
        payload.extend_from_slice(&handle.generation.number().to_be_bytes());
        payload.extend_from_slice(&handle.issued_at.seconds().to_be_bytes());
        payload.extend_from_slice(&handle.expires_at.seconds().to_be_bytes());
        payload.extend_from_slice(&handle.resources.to_be_bytes());
        payload.extend_from_slice(&handle.scope.to_be_bytes());
        payload.extend_from_slice(&footing(handle.rests_on));
        if let Some(Confirmation::Jkt(key)) = handle.confirmation {
            payload.push(JKT);
            payload.extend_from_slice(key.as_bytes());
        }
        self.seal(HandleKind::Access, &payload)
    }

    /// Reads an opaque access token.
    pub fn open_access(&self, text: &Secret) -> Option<AccessHandle> {
        let payload = self.open(HandleKind::Access, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (issued_at, rest) = rest.split_first_chunk::<8>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let (resources, rest) = rest.split_first_chunk::<2>()?;
        let (scope, rest) = rest.split_first_chunk::<8>()?;
        let (rest, confirmation) = split_confirmation(rest);
        Some(AccessHandle {
            secret: GrantSecret::from_bytes(*secret),
            generation: Generation::from_number(u32::from_be_bytes(*generation)),
            issued_at: Timestamp::from_seconds(u64::from_be_bytes(*issued_at)),
            expires_at: Timestamp::from_seconds(u64::from_be_bytes(*expires_at)),
            resources: u16::from_be_bytes(*resources),
            scope: u64::from_be_bytes(*scope),
            rests_on: read_footing(rest)?,
            confirmation,
        })
    }
}

/// Encodes the items that a grant rests on, which are the last bytes of a handle.
fn footing(hidden: Option<HiddenFooting>) -> Vec<u8> {
    hidden.map(HiddenFooting::to_bytes).unwrap_or_default()
}

/// Reads the encoding of [`footing`]; `None` for anything else.
#[expect(clippy::option_option, reason = "a handle may rest on nothing, or not be one")]
fn read_footing(bytes: &[u8]) -> Option<Option<HiddenFooting>> {
    if bytes.is_empty() { Some(None) } else { HiddenFooting::from_bytes(bytes).map(Some) }
}

/// Splits off the key that a token is bound to. What a grant rests on has 0, 16 or 32 bytes, so a token without a key
/// is never taken for one with a key.
fn split_confirmation(bytes: &[u8]) -> (&[u8], Option<Confirmation>) {
    match bytes.split_last_chunk::<33>() {
        Some((rest, [JKT, key @ ..])) if matches!(rest.len(), 0 | 16 | 32) => {
            (rest, Some(Confirmation::Jkt(Thumbprint::from_bytes(*key))))
        }
        Some(_) | None => (bytes, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> HandleKeys {
        HandleKeys::derive(&[3; 32]).unwrap()
    }

    #[test]
    fn each_handle_is_read_back() {
        let secret = GrantSecret::from_bytes([7; 16]);
        for rests_on in [None, HiddenFooting::from_bytes(&[9; 16]), HiddenFooting::from_bytes(&[9; 32])] {
            let code = CodeHandle { secret: secret.clone(), rests_on };
            assert_eq!(keys().open_code(&keys().seal_code(&code)), Some(code));
            let refresh = RefreshHandle { secret: secret.clone(), generation: Generation::from_number(5), rests_on };
            assert_eq!(keys().open_refresh(&keys().seal_refresh(&refresh)), Some(refresh));
        }
        let device = DeviceHandle { secret: secret.clone() };
        assert_eq!(keys().open_device(&keys().seal_device(&device)), Some(device));
        assert_eq!(keys().open_device(&keys().seal(HandleKind::DeviceCode, &[7; 17])), None);
        for continues_until in [None, Some(Timestamp::from_seconds(1))] {
            let pushed = PushedHandle { secret: secret.clone(), continues_until };
            assert_eq!(keys().open_pushed(&keys().seal_pushed(&pushed)), Some(pushed));
        }
        assert_eq!(keys().open_pushed(&keys().seal(HandleKind::PushedRequest, &[7; 23])), None);
        assert_eq!(keys().open_code(&keys().seal(HandleKind::Code, &[7; 31])), None);
        assert_eq!(keys().open_refresh(&keys().seal(HandleKind::Refresh, &[7; 21])), None);
        let access = AccessHandle {
            secret,
            generation: Generation::FIRST,
            issued_at: Timestamp::from_seconds(1),
            expires_at: Timestamp::from_seconds(u64::MAX),
            resources: 0x8001,
            scope: 1 << 63,
            rests_on: None,
            confirmation: None,
        };
        let key = Some(Confirmation::Jkt(Thumbprint::from_bytes([JKT; 32])));
        for rests_on in [None, HiddenFooting::from_bytes(&[9; 16]), HiddenFooting::from_bytes(&[JKT; 32])] {
            for confirmation in [None, key] {
                let access = AccessHandle { rests_on, confirmation, ..access.clone() };
                assert_eq!(keys().open_access(&keys().seal_access(&access)), Some(access));
            }
        }
        let short = keys().open_access(&keys().seal(HandleKind::Access, &[1; 46 + 33 + 15]));
        assert_eq!(short, None);
    }
}
