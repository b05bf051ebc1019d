//! Parsing and checking of an authorization request, repeated from the start in each step.

use edge::{Answer, Incoming};
use grants::authorization::{RedirectTrusted, to_agree_to, trust};
use grants::{Target, Timestamp};
use protocol::{AuthorizationErrorCode, AuthorizationRequest, MAX_FORM_BYTES, Parameters, ReceivedRequest};
use sessions::{Expected, RequestDigest};

use crate::admitted::{Admitted, Way, Written};
use crate::{Authorize, Early, show};

/// The ways in which a request of a trusted client ends early.
enum Stop {
    /// An answer shown to the user.
    Here(Early),
    /// An error sent to the client.
    ForClient(AuthorizationErrorCode, String),
}

/// The size limit of an encoded request: half of the form limit, because it is embedded in a form and encoded
/// again.
const MAX_REQUEST_BYTES: usize = MAX_FORM_BYTES / 2;

impl Authorize {
    /// Parses a request and decides what it may be granted.
    ///
    /// Errors before the client and its redirect URI are trusted are shown on a page; later ones are redirected to
    /// the client, where that is allowed.
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

    /// Decides what a trusted client may be granted.
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

    /// Returns whether someone is signed in on this browser. Skips the read where it makes no difference.
    async fn is_anybody_signed_in(&self, incoming: Incoming<'_>, way: &Way<'_>, now: Timestamp) -> Result<bool, Early> {
        if way.trusted.returns_errors(false, way.silent) {
            return Ok(false);
        }
        let ring = self.ring(now).await?;
        Ok(self.guest(incoming, &ring, way.trusted.client(), now).await?.signed_in.is_some())
    }

    /// Returns the person that the client expects to be signed in.
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

    /// Tells the client that there is no code, and why: by a redirect, or by a page that lets the user continue.
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

    /// Tells the client that there is no code, and why. Used when someone is signed in.
    pub(crate) fn refuse(&self, admitted: &Admitted, code: AuthorizationErrorCode, description: &str) -> Answer {
        self.error(&admitted.way(), code, description)
    }

    /// Builds an error response (RFC 6749 §4.1.2.1) with `iss` (RFC 9207 §2). The redirect URI must be trusted.
    fn error(&self, way: &Way<'_>, code: AuthorizationErrorCode, description: &str) -> Answer {
        let answer = self.respond(way, &[("error", code.as_str()), ("error_description", description)]);
        edge::Trace::refused(code.as_str()).of_client(&way.trusted.client().id).onto(answer)
    }

    /// Builds an authorization response: the pairs, then `state` unchanged, then `iss`.
    pub(crate) fn respond(&self, way: &Way<'_>, pairs: &[(&str, &str)]) -> Answer {
        let all = self.pairs(way, pairs);
        let redirect_uri = way.trusted.redirect_uri();
        if let Some(location) = way.location(&all) {
            return edge::redirect(&location);
        }
        let registered_itself = service::registered_itself(way.trusted.client());
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
