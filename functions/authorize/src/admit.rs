//! Admission of an authorization request, repeated from the start in each step.

use edge::Incoming;
use grants::Timestamp;
use grants::authorization::{Arrival, Fault, Rejection, ReturnedFault};
use protocol::AuthorizationRequest;
use service::{Applicant, NotAdmitted};
use sessions::Expected;

use crate::Authorize;
use crate::context::{AuthorizationContext, CarriedRequest};
use crate::refused::Refused;
use crate::returned_error::ReturnedError;

impl Authorize {
    /// Returns an admitted request with its context, or the rejection.
    pub(crate) async fn admit<'r>(
        &self,
        incoming: Incoming<'r>,
        text: &str,
        now: Timestamp,
    ) -> Result<AuthorizationContext<'r>, Refused> {
        let carried = CarriedRequest::read(self.path(), text).ok_or(Refused::Unreadable)?;
        edge::follow_locales(&carried.parameters);
        let carried = self.resolve(carried, now).await?;
        let carried = self.follow_reference(incoming, carried, now).await?;
        let carried = self.open_object(incoming, carried, now).await?;
        // What was pushed or signed counts.
        edge::follow_locales(&carried.parameters);
        let arrival = if carried.pushed.is_some() { Arrival::Pushed } else { Arrival::Browser };
        let applicant = Applicant { wiring: &self.wiring, incoming, parameters: &carried.parameters, arrival, now };
        let (admission, apis) = match self.clients.admit(applicant).await {
            Ok(admitted) => admitted,
            Err(NotAdmitted::Failed(failure)) => return Err(failure.into()),
            Err(NotAdmitted::Undescribed(fault)) => return Err(Refused::Undescribed(fault)),
            Err(NotAdmitted::Rejected(Rejection::Shown(why))) => return Err(Refused::Untrusted(why)),
            Err(NotAdmitted::Rejected(Rejection::Returned(returned))) => {
                let fault = carried.unread.map_or(returned.fault, Fault::Access);
                return Err(self.reject(incoming, ReturnedFault { fault, ..*returned }, now).await?);
            }
        };
        let expected = self.expected(admission.request(), now).await;
        let expected = expected.map_err(|refused| refused.or_returned(&admission))?;
        let config = &self.wiring.config;
        Ok(AuthorizationContext {
            log: incoming.log(),
            cookies: config.cookies(),
            admission,
            apis,
            expected,
            carried,
            shows_all_logos: config.registration.logos,
            forgotten_password: config.forgotten_password(),
            passkey_site: config.passkey_site(),
            sign_up: config.sign_up_page(),
            policy: config.policy,
        })
    }

    /// Returns the error for the client whose request was rejected. The visitor is read only where it makes a difference.
    async fn reject(
        &self,
        incoming: Incoming<'_>,
        returned: ReturnedFault,
        now: Timestamp,
    ) -> Result<Refused, Refused> {
        let ReturnedFault { response, fault } = returned;
        let signed_in = if response.returns_errors(false) {
            false
        } else {
            let ring = self.ring(now).await?;
            self.visitor(incoming, &ring, response.client(), now).await?.signed_in.is_some()
        };
        let (code, description) = (fault.code(), fault.to_string());
        Ok(Refused::Returned(Box::new(ReturnedError { target: response, signed_in, code, description })))
    }

    /// Returns the person that the client expects to be signed in.
    async fn expected(&self, request: &AuthorizationRequest, now: Timestamp) -> Result<Expected, Refused> {
        let hint = match &request.id_token_hint {
            Some(hint) => {
                let ring = self.wiring.keys.ring_to_verify_hint(hint, now).await?;
                let told = ring.verify_id_token(hint, self.wiring.config.issuer.as_str());
                Some(told.map(|told| told.subject).map_err(|_| ()))
            }
            None => None,
        };
        Ok(Expected::of(hint, request.claims.subjects.as_ref()))
    }
}
