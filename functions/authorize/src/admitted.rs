//! An authorization request that may be answered, and who is in front of the browser.

use grants::Target;
use grants::authorization::RedirectTrusted;
use protocol::{AuthorizationRequest, ResponseMode, State};
use sessions::{RequestDigest, SignedIn, Situation};

/// An authorization request that may be answered.
pub(crate) struct Admitted {
    pub(crate) trusted: RedirectTrusted,
    pub(crate) request: AuthorizationRequest,
    pub(crate) target: Target,
    pub(crate) state: Option<State>,
    pub(crate) mode: ResponseMode,
    /// The path of this endpoint.
    pub(crate) path: String,
    /// The request in its one form.
    pub(crate) query: String,
    /// The same, asking for another account.
    pub(crate) query_for_another: String,
    pub(crate) digest: RequestDigest,
}

/// The way back to the client.
pub(crate) struct Way<'a> {
    pub(crate) trusted: &'a RedirectTrusted,
    pub(crate) state: Option<&'a State>,
    pub(crate) mode: ResponseMode,
}

/// Whoever is in front of the browser.
pub(crate) struct Guest {
    pub(crate) signed_in: Option<SignedIn>,
    pub(crate) agreed: Option<Target>,
}

impl Admitted {
    /// The request itself, to be made again.
    pub(crate) fn again(&self) -> String {
        format!("{}?{}", self.path, self.query)
    }

    /// The way back to the client.
    pub(crate) fn way(&self) -> Way<'_> {
        Way { trusted: &self.trusted, state: self.state.as_ref(), mode: self.mode }
    }

    /// Where the request stands with this guest.
    pub(crate) fn situation<'a>(&'a self, guest: &'a Guest, just_signed_in: bool) -> Situation<'a> {
        Situation {
            client: self.trusted.client(),
            target: &self.target,
            agreed: guest.agreed.as_ref(),
            signed_in: guest.signed_in.as_ref(),
            digest: self.digest,
            just_signed_in,
        }
    }
}
