//! Admission of an authorization request, repeated from the start in each step. The checks and their order are
//! those of [`grants::authorization`]; here the client and its APIs are read for them.

use edge::{Failure, Incoming};
use grants::Timestamp;
use grants::authorization::{Admission, Rejection, ReturnedFault, receive};
use protocol::{AuthorizationRequest, Parameters};
use service::NoDocument;
use sessions::Expected;

use crate::Authorize;
use crate::context::{AuthorizationContext, CarriedRequest};
use crate::refused::Refused;
use crate::respond::ReturnedError;

/// The reasons why a request is not admitted.
enum NotAdmitted {
    /// A check was failed.
    Rejected(Rejection),
    /// The client or its APIs could not be read.
    Failed(Failure),
    /// The document that describes the client gives no client.
    Undescribed(NoDocument),
}

impl From<Rejection> for NotAdmitted {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<NoDocument> for NotAdmitted {
    fn from(fault: NoDocument) -> Self {
        Self::Undescribed(fault)
    }
}

impl From<Failure> for NotAdmitted {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Authorize {
    /// Returns an admitted request with its context, or the rejection.
    pub(crate) async fn admit<'r>(
        &self,
        incoming: Incoming<'r>,
        text: &str,
        now: Timestamp,
    ) -> Result<AuthorizationContext<'r>, Refused> {
        let carried = CarriedRequest::read(self.path(), text).ok_or(Refused::Unreadable)?;
        let admission = match self.admission(incoming, &carried.parameters, now).await {
            Ok(admission) => admission,
            Err(NotAdmitted::Failed(failure)) => return Err(failure.into()),
            Err(NotAdmitted::Undescribed(fault)) => return Err(Refused::Undescribed(fault)),
            Err(NotAdmitted::Rejected(Rejection::Shown(why))) => return Err(Refused::Untrusted(why)),
            Err(NotAdmitted::Rejected(Rejection::Returned(returned))) => {
                return Err(self.reject(incoming, *returned, now).await?);
            }
        };
        let expected = self.expected(admission.request(), now).await?;
        Ok(AuthorizationContext { log: incoming.log(), admission, expected, carried })
    }

    /// Reads the client and then its APIs, each only if the request passed all checks before.
    async fn admission(
        &self,
        incoming: Incoming<'_>,
        parameters: &Parameters,
        now: Timestamp,
    ) -> Result<Admission, NotAdmitted> {
        let received = receive(parameters)?;
        let registered = self.clients.find(&self.wiring, received.client_id(), incoming, now).await?;
        let trusted = received.trust(registered, self.wiring.config.policy.legacy)?;
        let apis = self.wiring.apis_of(trusted.response().client(), now).await?;
        Ok(trusted.admit(&apis)?)
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
                let ring = self.ring(now).await?;
                let told = ring.verify_id_token(hint, self.wiring.config.issuer.as_str());
                Some(told.map(|told| told.subject).map_err(|_| ()))
            }
            None => None,
        };
        Ok(Expected::of(hint, request.claims.subject.as_deref()))
    }
}
