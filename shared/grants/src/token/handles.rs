//! What handles say, once their tag has been checked: `keys` makes and reads them.

use crate::terms::ids::{Generation, GrantSecret, HiddenFooting};
use crate::terms::time::Timestamp;

/// An authorization code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeHandle {
    /// The grant it redeems.
    pub secret: GrantSecret,
    /// The items that the grant rests on; none in a code of version 0.1.
    pub rests_on: Option<HiddenFooting>,
}

/// A refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshHandle {
    /// The grant it refreshes.
    pub secret: GrantSecret,
    /// The generation it stands for.
    pub generation: Generation,
    /// The items that the grant rests on; none in a token of version 0.1.
    pub rests_on: Option<HiddenFooting>,
}

/// An opaque access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessHandle {
    /// The grant it comes from.
    pub secret: GrantSecret,
    /// The generation it was made in.
    pub generation: Generation,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Which of the grant's APIs it is for: bit *i* is the *i*-th.
    pub resources: u16,
    /// Which of the grant's scope tokens it has, as in [`protocol::Scope::mask_in`].
    pub scope: u64,
    /// The items that the grant rests on; none for a service's own.
    pub rests_on: Option<HiddenFooting>,
}
