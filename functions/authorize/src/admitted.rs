//! An authorization request that may be answered, and who is in front of the browser.

use grants::authorization::RedirectTrusted;
use grants::{Consent, Target};
use protocol::{AuthorizationRequest, ResponseMode, State, Subject};
use sessions::{Expected, RequestDigest, Shown, SignedIn, Situation};

/// An authorization request that may be answered.
pub(crate) struct Admitted {
    pub(crate) trusted: RedirectTrusted,
    pub(crate) request: AuthorizationRequest,
    /// What is granted.
    pub(crate) target: Target,
    /// What the person is asked about: the same, and single claims by the scopes that bring them.
    pub(crate) to_agree_to: Target,
    pub(crate) expected: Expected,
    pub(crate) state: Option<State>,
    pub(crate) mode: ResponseMode,
    /// Whether nothing may be shown.
    pub(crate) silent: bool,
    pub(crate) written: Written,
}

/// The request as it is carried on, from form to form.
pub(crate) struct Written {
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
    /// Whether nothing may be shown.
    pub(crate) silent: bool,
}

impl Way<'_> {
    /// The URL in which a response with these parameters gets to the client; `None` where it is posted.
    pub(crate) fn location(&self, pairs: &[(&str, &str)]) -> Option<String> {
        match self.mode {
            ResponseMode::Query => Some(self.trusted.redirect_uri().with_query(pairs)),
            ResponseMode::Fragment => Some(self.trusted.redirect_uri().with_fragment(pairs)),
            ResponseMode::FormPost => None,
        }
    }
}

/// Whoever is in front of the browser.
pub(crate) struct Guest {
    pub(crate) signed_in: Option<SignedIn>,
    /// The name by which the client knows that person.
    pub(crate) known_as: Option<Subject>,
    pub(crate) agreed: Option<Consent>,
}

impl Admitted {
    /// The request itself, to be made again.
    pub(crate) fn again(&self) -> String {
        format!("{}?{}", self.written.path, self.written.query)
    }

    /// The way back to the client.
    pub(crate) fn way(&self) -> Way<'_> {
        Way { trusted: &self.trusted, state: self.state.as_ref(), mode: self.mode, silent: self.silent }
    }

    /// The facts of its consent page.
    pub(crate) fn shown(&self) -> Shown<'_> {
        Shown {
            client: self.trusted.client(),
            redirect_uri: self.trusted.redirect_uri(),
            target: &self.target,
            claims: &self.request.claims,
        }
    }

    /// Where the request stands with this guest.
    pub(crate) fn situation<'a>(&'a self, guest: &'a Guest, just_signed_in: bool) -> Situation<'a> {
        Situation {
            client: self.trusted.client(),
            redirect_uri: self.trusted.redirect_uri(),
            target: &self.to_agree_to,
            agreed: guest.agreed.as_ref(),
            signed_in: guest.signed_in.as_ref(),
            known_as: guest.known_as.as_ref(),
            expected: &self.expected,
            digest: self.written.digest,
            just_signed_in,
        }
    }
}
