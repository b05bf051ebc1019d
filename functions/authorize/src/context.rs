//! An admitted authorization request, with what its pages and forms need to carry it on.

use edge::{CookieRule, RequestLog};
use grants::authorization::Admission;
use grants::{Api, GrantSecret, Policy, Refusal};
use protocol::{MAX_REQUEST_BYTES, Parameters, PasskeySite, PushedReference, SentObject};
use service::WayBack;
use sessions::{Expected, FormFault, RequestDigest, Shown, Situation};

use crate::refused::Refused;
use crate::visitor::Visitor;

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
    /// The path at which a forgotten password is replaced; `None` if this deployment sends no mail.
    pub(crate) forgotten_password: Option<String>,
    /// The site of the passkeys, if there are any here.
    pub(crate) passkey_site: Option<PasskeySite>,
    /// The path at which a person asks for an account; `None` if nobody may.
    pub(crate) sign_up: Option<String>,
    /// The settings of the deployment.
    pub(crate) policy: Policy,
}

/// The request, encoded to be carried from form to form.
pub(crate) struct CarriedRequest {
    /// The path of this endpoint.
    pub(crate) path: String,
    /// The request in its canonical encoding. Of a request that refers to a pushed one, only the reference counts.
    pub(crate) query: String,
    /// The parameters of the request. They are those that the client pushed, if it refers to a pushed one.
    pub(crate) parameters: Parameters,
    pub(crate) digest: RequestDigest,
    /// The secret of the grant that a pushed request will become.
    pub(crate) pushed: Option<GrantSecret>,
    /// The client and the request object, if the request has one.
    pub(crate) sent: Option<Parameters>,
    /// The reason why the request object that the request refers to could not be read.
    pub(crate) unread: Option<Refusal>,
    /// `false` if it is too late to show the request for the first time.
    pub(crate) in_time: bool,
}

/// The parameter of a request that was posted again, so that it is not posted a third time. It is no part of the request.
pub(crate) const POSTED_AGAIN: &str = "posted_again";

/// The parameter in the link of a page that showed a signed request, and offers to sign in as somebody else. Its value
/// is sealed, so only a page has one that counts.
pub(crate) const ANOTHER: &str = "another";

impl CarriedRequest {
    /// Reads the request that arrived at `path`; `None` if it is not encoded as it should be, or too long.
    pub(crate) fn read(path: String, text: &str) -> Option<Self> {
        Self::of(path, Parameters::parse(text.as_bytes()).ok()?)
    }

    /// Prepares a request to be carried on; `None` if it is too long.
    pub(crate) fn of(path: String, parameters: Parameters) -> Option<Self> {
        let mut parameters = parameters.without(&[POSTED_AGAIN]);
        if matches!(PushedReference::find(&parameters), Ok(Some(_))) {
            parameters = PushedReference::parameters(&parameters);
        }
        if matches!(SentObject::find(&parameters), Ok(Some(_))) {
            parameters = parameters.only(&[&SentObject::PARAMETERS[..], &[ANOTHER]].concat());
        }
        let query = parameters.to_query();
        let digest = RequestDigest::of(&query);
        (query.len() <= MAX_REQUEST_BYTES).then_some(Self {
            path,
            query,
            parameters,
            digest,
            pushed: None,
            sent: None,
            unread: None,
            in_time: true,
        })
    }

    /// Returns the path and query that repeat this request.
    pub(crate) fn again(&self) -> String {
        format!("{}?{}", self.path, self.query)
    }

    /// Returns the path and query of a request with these parameters.
    pub(crate) fn at(&self, parameters: &Parameters) -> String {
        format!("{}?{}", self.path, parameters.to_query())
    }
}

impl AuthorizationContext<'_> {
    /// Records the client in the log.
    pub(crate) fn log_client(&self) {
        self.log.client(&self.admission.client().id);
    }

    /// Returns the link to the page on which a person asks for an account.
    pub(crate) fn sign_up_link(&self) -> Option<String> {
        self.sign_up.clone().map(|page| self.way_back().link(page))
    }

    /// Returns the link to the page on which a person who forgot the password asks for a mail.
    pub(crate) fn forgotten_link(&self) -> Option<String> {
        self.forgotten_password.clone().map(|page| self.way_back().link(page))
    }

    /// Returns the way back to this request from a page that sends a mail. A request that is in time for a minute or two is
    /// over until the mail is read.
    fn way_back(&self) -> WayBack {
        let is_over_soon = self.carried.pushed.is_some() || self.carried.sent.is_some();
        if is_over_soon { WayBack::Account } else { WayBack::read(&self.carried.query) }
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
            redirect_uri: Some(self.admission.redirect_uri()),
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
            policy: &self.policy,
        }
    }
}
