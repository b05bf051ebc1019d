//! Responses to the client, by a redirect or a posted form.

use edge::Response;
use grants::authorization::{Admission, ResponseTarget};
use protocol::AuthorizationErrorCode;

use crate::{Authorize, show};

impl Authorize {
    /// Tells the client that there is no code, and why: by a redirect, or by a page that lets the user continue.
    pub(crate) fn error_or_page(
        &self,
        target: &ResponseTarget,
        signed_in: bool,
        code: AuthorizationErrorCode,
        description: &str,
    ) -> Response {
        if target.returns_errors(signed_in) {
            return self.error(target, code, description);
        }
        let pairs = self.pairs(target, &[("error", code.as_str()), ("error_description", description)]);
        show::returned_error(target, &pairs, code, description)
    }

    /// Tells the client that there is no code, and why. Used when someone is signed in.
    pub(crate) fn refuse(&self, admission: &Admission, code: AuthorizationErrorCode, description: &str) -> Response {
        self.error(admission.response(), code, description)
    }

    /// Builds an error response (RFC 6749 §4.1.2.1) with `iss` (RFC 9207 §2).
    fn error(&self, target: &ResponseTarget, code: AuthorizationErrorCode, description: &str) -> Response {
        let answer = self.respond(target, &[("error", code.as_str()), ("error_description", description)]);
        edge::Trace::refused(code.as_str()).of_client(&target.client().id).onto(answer)
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
            registered_itself: registered_itself.as_deref(),
            action: redirect_uri.as_str(),
            fields: &all,
        };
        edge::form_post(page.render(), &redirect_uri.source())
    }

    fn pairs<'p>(&'p self, target: &'p ResponseTarget, pairs: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
        let state = target.state().map(|state| ("state", state.as_str()));
        let iss = ("iss", self.wiring.config.issuer.as_str());
        pairs.iter().copied().chain(state).chain(std::iter::once(iss)).collect()
    }
}
