//! Reading an authorization request, from the beginning, in each step.

use edge::Answer;
use grants::Timestamp;
use grants::authorization::{RedirectTrusted, trust};
use protocol::{AuthorizationErrorCode, AuthorizationRequest, MAX_FORM_BYTES, Parameters, ReceivedRequest, State};
use sessions::RequestDigest;

use crate::admitted::Admitted;
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
        let state = AuthorizationRequest::state(&parameters);
        let to_client = |code: AuthorizationErrorCode, description: &str| {
            Box::new(self.error(&trusted, state.as_ref(), code, description))
        };
        let request =
            AuthorizationRequest::parse(&parameters).map_err(|error| to_client(error.code(), &error.to_string()))?;
        let apis = self.parts.apis_of(trusted.client(), now).await.map_err(|failure| show::failed(&failure))?;
        let target = trusted
            .admit(&request, &apis)
            .map_err(|refusal| to_client(refusal.authorization_code(), refusal.description()))?;
        let digest = RequestDigest::of(&query);
        let query_for_another = parameters.with("prompt", "login").to_query();
        Ok(Admitted { trusted, request, target, state, query, query_for_another, digest })
    }

    /// Tells the client that there is no code, and why.
    pub(crate) fn refuse(&self, admitted: &Admitted, code: AuthorizationErrorCode, description: &str) -> Answer {
        self.error(&admitted.trusted, admitted.state.as_ref(), code, description)
    }

    /// An error response (RFC 6749 §4.1.2.1) with `iss` (RFC 9207 §2). Only a trusted redirect URI gets here.
    fn error(
        &self,
        trusted: &RedirectTrusted,
        state: Option<&State>,
        code: AuthorizationErrorCode,
        description: &str,
    ) -> Answer {
        let pairs = [("error", code.as_str()), ("error_description", description)];
        let answer = self.respond(trusted, state, &pairs);
        let client_id = Some(trusted.client().id.to_string());
        edge::Trace { client_id, ..edge::Trace::refused(code.as_str()) }.onto(answer)
    }

    /// An authorization response: the pairs, then `state` as it came, then `iss`.
    pub(crate) fn respond(&self, trusted: &RedirectTrusted, state: Option<&State>, pairs: &[(&str, &str)]) -> Answer {
        let state = state.map(|state| ("state", state.as_str()));
        let iss = ("iss", self.parts.config.issuer.as_str());
        let all: Vec<(&str, &str)> = pairs.iter().copied().chain(state).chain(std::iter::once(iss)).collect();
        edge::redirect(&trusted.redirect_uri().with_query(&all))
    }
}
