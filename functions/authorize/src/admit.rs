//! Reading an authorization request, from the beginning, in each step.

use edge::{Answer, Incoming};
use grants::authorization::{RedirectTrusted, to_agree_to, trust};
use grants::{Target, Timestamp};
use protocol::{AuthorizationErrorCode, AuthorizationRequest, MAX_FORM_BYTES, Parameters, ReceivedRequest};
use sessions::{Expected, RequestDigest};

use crate::admitted::{Admitted, Way, Written};
use crate::{Authorize, Early, show};

/// The reason why a request of a trusted client goes no further.
enum Stop {
    /// An answer for the person.
    Here(Early),
    /// An error for the client.
    ForClient(AuthorizationErrorCode, String),
}

/// A request in one form may be half as large as what is read: it travels inside a form once more.
const MAX_REQUEST_BYTES: usize = MAX_FORM_BYTES / 2;

impl Authorize {
    /// Reads a request and settles what it may have.
    ///
    /// An error before client and redirect URI are trusted is a page; one after is redirected to the client, as far as
    /// that may be.
    pub(crate) async fn admit(&self, incoming: Incoming<'_>, text: &str, now: Timestamp) -> Result<Admitted, Early> {
        let parameters = Parameters::parse(text.as_bytes()).map_err(|_| show::unreadable())?;
        let query = parameters.to_query();
        if query.len() > MAX_REQUEST_BYTES {
            return Err(show::unreadable());
        }
        let received = ReceivedRequest::parse(&parameters).map_err(show::malformed)?;
        let registered = self.parts.client(&received.client_id, now).await.map_err(|failure| show::failed(&failure))?;
        let trusted = trust(&received, registered).map_err(show::untrusted)?;
        let state = AuthorizationRequest::state(&parameters);
        let mode = AuthorizationRequest::response_mode(&parameters, self.parts.config.policy.legacy);
        let silent = AuthorizationRequest::is_silent(&parameters);
        let (request, target) = match self.settle(&parameters, &trusted, now).await {
            Ok(settled) => settled,
            Err(Stop::Here(early)) => return Err(early),
            Err(Stop::ForClient(code, description)) => {
                let way = Way { trusted: &trusted, state: state.as_ref(), mode, silent };
                let signed_in = self.is_anybody_signed_in(incoming, &way, now).await?;
                return Err(Box::new(self.error_or_page(&way, signed_in, code, &description)));
            }
        };
        let to_agree_to = to_agree_to(&target, &request.claims);
        let expected = self.expected(&request, now).await?;
        let digest = RequestDigest::of(&query);
        let query_for_another = parameters.with("prompt", "login").to_query();
        let written = Written { path: self.path(), query, query_for_another, digest };
        Ok(Admitted { trusted, request, target, to_agree_to, expected, state, mode, silent, written })
    }

    /// Settles what a trusted client may have.
    async fn settle(
        &self,
        parameters: &Parameters,
        trusted: &RedirectTrusted,
        now: Timestamp,
    ) -> Result<(AuthorizationRequest, Target), Stop> {
        let mut request = AuthorizationRequest::parse(parameters, self.parts.config.policy.legacy)
            .map_err(|error| Stop::ForClient(error.code(), error.to_string()))?;
        let apis = self.parts.apis_of(trusted.client(), now).await;
        let apis = apis.map_err(|failure| Stop::Here(show::failed(&failure)))?;
        let target = trusted
            .admit(&request, &apis)
            .map_err(|refusal| Stop::ForClient(refusal.authorization_code(), refusal.description().to_owned()))?;
        request.claims = trusted.admit_claims(request.claims, &target);
        Ok((request, target))
    }

    /// Whether somebody is signed in on this browser. Where it makes no difference nobody is asked.
    async fn is_anybody_signed_in(&self, incoming: Incoming<'_>, way: &Way<'_>, now: Timestamp) -> Result<bool, Early> {
        if way.trusted.returns_errors(false, way.silent) {
            return Ok(false);
        }
        let ring = self.ring(now).await?;
        Ok(self.guest(incoming, &ring, way.trusted.client(), now).await?.signed_in.is_some())
    }

    /// Whom the client expects to be in front of the browser.
    async fn expected(&self, request: &AuthorizationRequest, now: Timestamp) -> Result<Expected, Early> {
        let hint = match &request.id_token_hint {
            Some(hint) => {
                let ring = self.ring(now).await?;
                let told = ring.verify_id_token(hint, self.parts.config.issuer.as_str());
                Some(told.map(|told| told.subject).map_err(|_| ()))
            }
            None => None,
        };
        Ok(Expected::of(hint, request.claims.subject.as_deref()))
    }

    /// Tells the client that there is no code, and why: by a redirect, or by a page with a way on.
    pub(crate) fn error_or_page(
        &self,
        way: &Way<'_>,
        signed_in: bool,
        code: AuthorizationErrorCode,
        description: &str,
    ) -> Answer {
        if way.trusted.returns_errors(signed_in, way.silent) {
            return self.error(way, code, description);
        }
        let pairs = self.pairs(way, &[("error", code.as_str()), ("error_description", description)]);
        show::returned_error(way, &pairs, code, description)
    }

    /// Tells the client that there is no code, and why. Somebody is signed in.
    pub(crate) fn refuse(&self, admitted: &Admitted, code: AuthorizationErrorCode, description: &str) -> Answer {
        self.error(&admitted.way(), code, description)
    }

    /// An error response (RFC 6749 §4.1.2.1) with `iss` (RFC 9207 §2). Only a trusted redirect URI gets here.
    fn error(&self, way: &Way<'_>, code: AuthorizationErrorCode, description: &str) -> Answer {
        let answer = self.respond(way, &[("error", code.as_str()), ("error_description", description)]);
        edge::Trace::refused(code.as_str()).of_client(&way.trusted.client().id).onto(answer)
    }

    /// An authorization response: the pairs, then `state` as it came, then `iss`.
    pub(crate) fn respond(&self, way: &Way<'_>, pairs: &[(&str, &str)]) -> Answer {
        let all = self.pairs(way, pairs);
        let redirect_uri = way.trusted.redirect_uri();
        if let Some(location) = way.location(&all) {
            return edge::redirect(&location);
        }
        let registered_itself = edge::registered_itself(way.trusted.client());
        let page = pages::FormPost {
            redirect_host: &redirect_uri.display_host(),
            registered_itself: registered_itself.as_deref(),
            action: redirect_uri.as_str(),
            fields: &all,
        };
        edge::form_post(page.render(), &redirect_uri.source())
    }

    fn pairs<'p>(&'p self, way: &'p Way<'_>, pairs: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
        let state = way.state.map(|state| ("state", state.as_str()));
        let iss = ("iss", self.parts.config.issuer.as_str());
        pairs.iter().copied().chain(state).chain(std::iter::once(iss)).collect()
    }
}
