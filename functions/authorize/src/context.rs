//! An admitted authorization request, with what its pages and forms need to carry it on.

use edge::{CookieRule, RequestLog};
use grants::Api;
use grants::authorization::Admission;
use protocol::{MAX_FORM_BYTES, Parameters};
use sessions::{Expected, FormFault, RequestDigest, Shown, Situation};

use crate::refused::Refused;
use crate::visitor::Visitor;

/// The size limit of an encoded request: half of the form limit, because it is embedded in a form and encoded
/// again.
const MAX_REQUEST_BYTES: usize = MAX_FORM_BYTES / 2;

/// An authorization request that passed all checks, as it goes from page to page.
pub(crate) struct AuthorizationContext<'r> {
    pub(crate) log: &'r RequestLog,
    pub(crate) cookies: CookieRule,
    pub(crate) admission: Admission,
    /// The APIs of the client.
    pub(crate) apis: Vec<Api>,
    pub(crate) expected: Expected,
    pub(crate) carried: CarriedRequest,
    /// `true` if the deployment shows the logos of clients that nobody vouches for.
    pub(crate) shows_all_logos: bool,
}

/// The request, encoded to be carried from form to form.
pub(crate) struct CarriedRequest {
    /// The path of this endpoint.
    pub(crate) path: String,
    /// The request in its canonical encoding.
    pub(crate) query: String,
    pub(crate) parameters: Parameters,
    pub(crate) digest: RequestDigest,
}

impl CarriedRequest {
    /// Reads the request that arrived at `path`; `None` if it is not encoded as it should be, or too long.
    pub(crate) fn read(path: String, text: &str) -> Option<Self> {
        let parameters = Parameters::parse(text.as_bytes()).ok()?;
        let query = parameters.to_query();
        let digest = RequestDigest::of(&query);
        (query.len() <= MAX_REQUEST_BYTES).then_some(Self { path, query, parameters, digest })
    }

    /// Returns the path and query that repeat this request.
    pub(crate) fn again(&self) -> String {
        format!("{}?{}", self.path, self.query)
    }

    /// Returns the path and query of the same request, changed to ask for another account.
    pub(crate) fn for_another(&self) -> String {
        format!("{}?{}", self.path, self.parameters.clone().with("prompt", "login").to_query())
    }
}

impl AuthorizationContext<'_> {
    /// Records the client in the log.
    pub(crate) fn log_client(&self) {
        self.log.client(&self.admission.client().id);
    }

    /// Returns the refusal of a form that does not count.
    pub(crate) fn bad_form(&self, fault: FormFault) -> Refused {
        self.log_client();
        Refused::BadForm(fault, self.carried.again())
    }

    /// Returns the facts shown on the consent page.
    pub(crate) fn shown(&self) -> Shown<'_> {
        Shown {
            client: self.admission.client(),
            redirect_uri: self.admission.redirect_uri(),
            target: self.admission.target(),
            claims: &self.admission.request().claims,
            apis: &self.apis,
            logo: self.admission.client().shown_logo(self.shows_all_logos),
        }
    }

    /// Returns the state of the request with regard to this visitor.
    pub(crate) fn situation<'a>(&'a self, visitor: &'a Visitor, just_signed_in: bool) -> Situation<'a> {
        Situation {
            client: self.admission.client(),
            redirect_uri: self.admission.redirect_uri(),
            target: self.admission.to_agree_to(),
            agreed: visitor.agreed.as_ref(),
            signed_in: visitor.signed_in.as_ref(),
            known_as: visitor.known_as.as_ref(),
            expected: &self.expected,
            digest: self.carried.digest,
            just_signed_in,
        }
    }
}
