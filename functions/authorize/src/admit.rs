//! Reading an authorization request, from the beginning, in each step.

use edge::Answer;
use grants::Timestamp;
use grants::authorization::{to_agree_to, trust};
use protocol::{
    AuthorizationErrorCode, AuthorizationRequest, MAX_FORM_BYTES, Parameters, ReceivedRequest, ResponseMode,
};
use sessions::{Expected, RequestDigest};

use crate::admitted::{Admitted, Way, Written};
use crate::{Authorize, Early, show};

/// A request in one form may be half as large as what is read: it travels inside a form once more.
const MAX_REQUEST_BYTES: usize = MAX_FORM_BYTES / 2;

impl Authorize {
    /// Reads a request and settles what it may have.
    ///
    /// An error before client and redirect URI are trusted is a page; one after is redirected to the client.
    pub(crate) async fn admit(&self, text: &str, now: Timestamp) -> Result<Admitted, Early> {
        let parameters = Parameters::parse(text.as_bytes()).map_err(|_| show::unreadable())?;
        let query = parameters.to_query();
        if query.len() > MAX_REQUEST_BYTES {
            return Err(show::unreadable());
        }
        let received = ReceivedRequest::parse(&parameters).map_err(show::malformed)?;
        let registered = self.parts.client(&received.client_id, now).await.map_err(|failure| show::failed(&failure))?;
        let trusted = trust(&received, registered).map_err(show::untrusted)?;
        let legacy = self.parts.config.policy.legacy;
        let state = AuthorizationRequest::state(&parameters);
        let mode = AuthorizationRequest::response_mode(&parameters, legacy);
        let to_client = |code: AuthorizationErrorCode, description: &str| {
            let way = Way { trusted: &trusted, state: state.as_ref(), mode };
            Box::new(self.error(&way, code, description))
        };
        let mut request = AuthorizationRequest::parse(&parameters, legacy)
            .map_err(|error| to_client(error.code(), &error.to_string()))?;
        let apis = self.parts.apis_of(trusted.client(), now).await.map_err(|failure| show::failed(&failure))?;
        let target = trusted
            .admit(&request, &apis)
            .map_err(|refusal| to_client(refusal.authorization_code(), refusal.description()))?;
        request.claims = trusted.admit_claims(request.claims, &target);
        let to_agree_to = to_agree_to(&target, &request.claims);
        let expected = self.expected(&request, now).await?;
        let digest = RequestDigest::of(&query);
        let query_for_another = parameters.with("prompt", "login").to_query();
        let written = Written { path: self.path(), query, query_for_another, digest };
        Ok(Admitted { trusted, request, target, to_agree_to, expected, state, mode, written })
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

    /// Tells the client that there is no code, and why.
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
        let state = way.state.map(|state| ("state", state.as_str()));
        let iss = ("iss", self.parts.config.issuer.as_str());
        let all: Vec<(&str, &str)> = pairs.iter().copied().chain(state).chain(std::iter::once(iss)).collect();
        let redirect_uri = way.trusted.redirect_uri();
        edge::redirect(&match way.mode {
            ResponseMode::Query => redirect_uri.with_query(&all),
            ResponseMode::Fragment => redirect_uri.with_fragment(&all),
            ResponseMode::FormPost => {
                let host = redirect_uri.display_host();
                let page = pages::FormPost { host: &host, action: redirect_uri.as_str(), fields: &all };
                return edge::form_post(page.render(), &redirect_uri.source());
            }
        })
    }
}
