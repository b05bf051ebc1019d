//! An authorization request that passed all checks, and the user at the browser.

use grants::authorization::RedirectTrusted;
use grants::{Consent, Target};
use protocol::{AuthorizationRequest, ResponseMode, State, Subject};
use sessions::{Expected, RequestDigest, Shown, SignedIn, Situation};

/// An authorization request that passed all checks.
pub(crate) struct Admitted {
    pub(crate) trusted: RedirectTrusted,
    pub(crate) request: AuthorizationRequest,
    /// The access that will be granted.
    pub(crate) target: Target,
    /// The access shown for consent: the same, except that single claims appear as the scopes that contain them.
    pub(crate) to_agree_to: Target,
    pub(crate) expected: Expected,
    pub(crate) state: Option<State>,
    pub(crate) mode: ResponseMode,
    /// `true` for `prompt=none`: no page may be shown.
    pub(crate) silent: bool,
    pub(crate) written: Written,
}

/// The request, encoded to be carried from form to form.
pub(crate) struct Written {
    /// The path of this endpoint.
    pub(crate) path: String,
    /// The request in its canonical encoding.
    pub(crate) query: String,
    /// The same request, changed to ask for another account.
    pub(crate) query_for_another: String,
    pub(crate) digest: RequestDigest,
}

/// The data needed to send a response to the client.
pub(crate) struct Way<'a> {
    pub(crate) trusted: &'a RedirectTrusted,
    pub(crate) state: Option<&'a State>,
    pub(crate) mode: ResponseMode,
    /// `true` for `prompt=none`: no page may be shown.
    pub(crate) silent: bool,
}

impl Way<'_> {
    /// Returns the URL that carries a response with these parameters to the client; `None` if the response is
    /// posted.
    pub(crate) fn location(&self, pairs: &[(&str, &str)]) -> Option<String> {
        match self.mode {
            ResponseMode::Query => Some(self.trusted.redirect_uri().with_query(pairs)),
            ResponseMode::Fragment => Some(self.trusted.redirect_uri().with_fragment(pairs)),
            ResponseMode::FormPost => None,
        }
    }
}

/// The user at the browser, signed in or not.
pub(crate) struct Guest {
    pub(crate) signed_in: Option<SignedIn>,
    /// The `sub` by which the client knows that person.
    pub(crate) known_as: Option<Subject>,
    pub(crate) agreed: Option<Consent>,
}

impl Admitted {
    /// Returns the path and query that repeat this request.
    pub(crate) fn again(&self) -> String {
        format!("{}?{}", self.written.path, self.written.query)
    }

    /// Returns the data needed to send a response to the client.
    pub(crate) fn way(&self) -> Way<'_> {
        Way { trusted: &self.trusted, state: self.state.as_ref(), mode: self.mode, silent: self.silent }
    }

    /// Returns the facts shown on the consent page.
    pub(crate) fn shown(&self) -> Shown<'_> {
        Shown {
            client: self.trusted.client(),
            redirect_uri: self.trusted.redirect_uri(),
            target: &self.target,
            claims: &self.request.claims,
        }
    }

    /// Returns the state of the request with regard to this guest.
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
