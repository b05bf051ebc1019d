//! Responses to the client, by a redirect or a posted form.

use edge::{Failure, RequestLog, Response};
use grants::SignedResponse;
use grants::authorization::ResponseTarget;
use protocol::{AuthorizationErrorCode, Secret};

use crate::context::AuthorizationContext;
use crate::returned_error::ReturnedError;
use crate::{Authorize, show};

impl Authorize {
    /// Returns an error to the client (RFC 6749 §4.1.2.1) with `iss` (RFC 9207 §2): by a redirect, or by a page that
    /// lets the user continue.
    ///
    /// # Errors
    /// A [`Failure`] when the client wants a signed response, and it cannot be signed: it never gets a plain one.
    pub(crate) async fn return_error(&self, error: &ReturnedError, log: &RequestLog) -> Result<Response, Failure> {
        let ReturnedError { target, signed_in, code, description } = error;
        log.refused(code.as_str());
        log.client(&target.client().id);
        let pairs = [("error", code.as_str()), ("error_description", description)];
        if target.returns_errors(*signed_in) {
            return self.respond(target, &pairs).await;
        }
        let pairs = self.pairs(target, &pairs);
        let signed = self.sign(target, &pairs).await?;
        Ok(show::returned_error(error, &signed_or(signed.as_ref(), &pairs), log.request_id()))
    }

    /// Returns an error to the client. Used when someone is signed in.
    pub(crate) async fn refuse(
        &self,
        context: &AuthorizationContext<'_>,
        code: AuthorizationErrorCode,
        description: &str,
    ) -> Result<Response, Failure> {
        self.return_error(&ReturnedError::for_admitted(&context.admission, code, description), context.log).await
    }

    /// Builds an authorization response: the pairs, then `state` unchanged, then `iss`; or all of it as a signed JWT.
    pub(crate) async fn respond(&self, target: &ResponseTarget, pairs: &[(&str, &str)]) -> Result<Response, Failure> {
        let plain = self.pairs(target, pairs);
        let signed = self.sign(target, &plain).await?;
        let all = signed_or(signed.as_ref(), &plain);
        let redirect_uri = target.redirect_uri();
        if let Some(location) = target.location(&all) {
            return Ok(edge::redirect(&location));
        }
        let registered_itself = service::registered_itself(target.client());
        let page = pages::FormPost {
            redirect_host: &redirect_uri.display_host(),
            registered_itself: registered_itself.as_ref(),
            action: redirect_uri.as_str(),
            fields: &all,
        };
        Ok(edge::form_post(page.render()))
    }

    /// Signs the response, if its mode says so (JWT Secured Authorization Response Mode §2).
    async fn sign(&self, target: &ResponseTarget, pairs: &[(&str, &str)]) -> Result<Option<Secret>, Failure> {
        if !target.is_signed() {
            return Ok(None);
        }
        let response = SignedResponse::to(target.client(), pairs, edge::now());
        let ring = self.wiring.keys.ring_to_sign(response.algorithm, response.issued_at).await?;
        Ok(Some(ring.sign_response(&response, self.wiring.config.issuer.as_str())?))
    }

    fn pairs<'p>(&'p self, target: &'p ResponseTarget, pairs: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
        let state = target.state().map(|state| ("state", state.as_str()));
        let iss = ("iss", self.wiring.config.issuer.as_str());
        pairs.iter().copied().chain(state).chain(std::iter::once(iss)).collect()
    }
}

/// Returns the parameters to send: the signed response alone, or the plain ones.
fn signed_or<'p>(signed: Option<&'p Secret>, plain: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
    signed.map_or_else(|| plain.to_vec(), |signed| vec![("response", signed.expose())])
}
