//! The content of handles, once their tag was verified; `keys` makes and reads them.

use crate::terms::ids::{Generation, GrantSecret, HiddenFooting};
use crate::terms::time::Timestamp;

/// The content of an authorization code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeHandle {
    /// The secret of the grant that it redeems.
    pub secret: GrantSecret,
    /// The items that the grant depends on; `None` in a code of version 0.1.
    pub rests_on: Option<HiddenFooting>,
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
}
