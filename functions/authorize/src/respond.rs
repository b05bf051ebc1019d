//! Responses to the client, by a redirect or a posted form.

use edge::{RequestLog, Response};
use grants::authorization::ResponseTarget;
use protocol::AuthorizationErrorCode;

use crate::context::AuthorizationContext;
use crate::returned_error::ReturnedError;
use crate::{Authorize, show};

impl Authorize {
    /// Returns an error to the client (RFC 6749 §4.1.2.1) with `iss` (RFC 9207 §2): by a redirect, or by a page that
    /// lets the user continue.
    pub(crate) fn return_error(&self, error: &ReturnedError, log: &RequestLog) -> Response {
        let ReturnedError { target, signed_in, code, description } = error;
        log.refused(code.as_str());
        log.client(&target.client().id);
        let pairs = [("error", code.as_str()), ("error_description", description)];
        if target.returns_errors(*signed_in) {
            return self.respond(target, &pairs);
        }
        show::returned_error(error, &self.pairs(target, &pairs), log.request_id())
    }

    /// Returns an error to the client. Used when someone is signed in.
    pub(crate) fn refuse(
        &self,
        context: &AuthorizationContext<'_>,
        code: AuthorizationErrorCode,
        description: &str,
    ) -> Response {
        self.return_error(&ReturnedError::for_admitted(&context.admission, code, description), context.log)
    }

    /// Builds an authorization response: the pairs, then `state` unchanged, then `iss`.
    pub(crate) fn respond(&self, target: &ResponseTarget, pairs: &[(&str, &str)]) -> Response {
        let all = self.pairs(target, pairs);
        let redirect_uri = target.redirect_uri();
        if let Some(location) = target.location(&all) {
            return edge::redirect(&location);
        }
        let registered_itself = service::registered_itself(target.client());
        let page = pages::FormPost {
            redirect_host: &redirect_uri.display_host(),
            registered_itself: registered_itself.as_ref(),
            action: redirect_uri.as_str(),
            fields: &all,
        };
        edge::form_post(page.render())
    }

    fn pairs<'p>(&'p self, target: &'p ResponseTarget, pairs: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
        let state = target.state().map(|state| ("state", state.as_str()));
        let iss = ("iss", self.wiring.config.issuer.as_str());
        pairs.iter().copied().chain(state).chain(std::iter::once(iss)).collect()
    }
}
