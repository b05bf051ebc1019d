//! The content of handles, once their tag was verified; `keys` makes and reads them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ClientId, Resource, Scope};

use crate::terms::actors::Actors;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Generation, GrantSecret, HiddenFooting};
use crate::terms::lineage::Lineage;
use crate::terms::time::Timestamp;

/// The content of an authorization code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeHandle {
    /// The secret of the grant that it redeems.
    pub secret: GrantSecret,
    /// The items that the grant depends on; `None` in a code of version 0.1.
    pub rests_on: Option<HiddenFooting>,
}

/// The content of a reference to a pushed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedHandle {
    /// The secret of the grant that the request will become.
    pub secret: GrantSecret,
    /// In the link of a page that showed the request and offers to sign in as somebody else: the time until which the
    /// link leads on. Such a request asks for a sign-in.
    pub continues_until: Option<Timestamp>,
}

/// The content of a device code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceHandle {
    /// The secret of the grant that the request of the device will become.
    pub secret: GrantSecret,
}

/// The keyed hash of a user code, by which the table finds the request of its device. Nobody can compute it without the
/// key, so a copy of the table gives no codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenUserCode([u8; 32]);

impl HiddenUserCode {
    /// Wraps the 32 bytes that the key ring computed.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for HiddenUserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The content of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshHandle {
    /// The secret of the grant that it refreshes.
    pub secret: GrantSecret,
    /// The generation it was issued in.
    pub generation: Generation,
    /// The items that the grant depends on; `None` in a token of version 0.1.
    pub rests_on: Option<HiddenFooting>,
}

/// The content of an opaque access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessHandle {
    /// The secret of the grant it comes from.
    pub secret: GrantSecret,
    /// The generation it was issued in.
    pub generation: Generation,
    /// The time when it was issued.
    pub issued_at: Timestamp,
    /// The time when it expires.
    pub expires_at: Timestamp,
    /// The APIs of the grant that it is for, as a mask: bit *i* stands for the *i*-th API.
    pub resources: u16,
    /// The scope tokens of the grant that it has, as a mask, see [`protocol::Scope::mask_in`].
    pub scope: u64,
    /// The items that the grant depends on; `None` for a service's own token.
    pub rests_on: Option<HiddenFooting>,
    /// The key that the token is bound to.
    pub confirmation: Option<Confirmation>,
}

/// The content of an opaque access token that was exchanged. It says what a JWT would say, except for the person: it has
/// other APIs and another scope than its grant, and nothing is stored about it. `keys` signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangedHandle {
    /// The token that it was exchanged for in the first place, and the exchanges since.
    pub lineage: Lineage,
    /// The service that is the subject, unless a grant names the subject.
    pub service: Option<ClientId>,
    /// The APIs that it is for.
    pub audience: Vec<Resource>,
    /// The scope of the token.
    pub scope: Scope,
    /// The time when it was issued.
    pub issued_at: Timestamp,
    /// The time when it expires.
    pub expires_at: Timestamp,
    /// The key that the token is bound to.
    pub confirmation: Option<Confirmation>,
    /// The clients that exchanged it; the first one holds it.
    pub actors: Actors,
}
