//! Admission of an authorization request, repeated from the start in each step. The checks and their order are
//! those of [`grants::authorization`]; here the client and its APIs are read for them.

use std::sync::Arc;

use edge::{Failure, Incoming};
use grants::authorization::{Admission, Rejection, ReturnedFault, UntrustedRequest, receive};
use grants::{Api, Client, Timestamp};
use protocol::{AuthorizationRequest, Parameters};
use service::NoDocument;
use sessions::Expected;

use crate::Authorize;
use crate::context::{AuthorizationContext, CarriedRequest};
use crate::refused::Refused;
use crate::returned_error::ReturnedError;

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
        let (admission, apis) = match self.admission(incoming, &carried.parameters, now).await {
            Ok(admitted) => admitted,
            Err(NotAdmitted::Failed(failure)) => return Err(failure.into()),
            Err(NotAdmitted::Undescribed(fault)) => return Err(Refused::Undescribed(fault)),
            Err(NotAdmitted::Rejected(Rejection::Shown(why))) => return Err(Refused::Untrusted(why)),
            Err(NotAdmitted::Rejected(Rejection::Returned(returned))) => {
                return Err(self.reject(incoming, *returned, now).await?);
            }
        };
        let expected = self.expected(admission.request(), now).await?;
        let config = &self.wiring.config;
        let (cookies, shows_all_logos) = (config.cookies(), config.registration.logos);
        Ok(AuthorizationContext { log: incoming.log(), cookies, admission, apis, expected, carried, shows_all_logos })
    }

    /// Admits a request by the cached registration of its client, or else by the current one, so that a new redirect
    /// URI or API works at once.
    async fn admission(
        &self,
        incoming: Incoming<'_>,
        parameters: &Parameters,
        now: Timestamp,
    ) -> Result<(Admission, Vec<Api>), NotAdmitted> {
        let received = receive(parameters)?;
        let registered = self.clients.find(&self.wiring, received.client_id(), incoming, now).await?;
        match (self.admission_of(received, registered.clone(), now).await, registered) {
            (Err(NotAdmitted::Rejected(rejection)), Some(cached)) if rejection.may_be_outdated() => {
                match Box::pin(self.current(&rejection, &cached, now)).await? {
                    Some(current) => Box::pin(self.admission_of(receive(parameters)?, Some(current), now)).await,
                    None => Err(rejection.into()),
                }
            }
            (admission, _) => admission,
        }
    }

    /// Reads the registration of a client whose request was rejected again, and its APIs if they matter.
    async fn current(
        &self,
        rejection: &Rejection,
        cached: &Arc<Client>,
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, Failure> {
        match rejection {
            Rejection::Shown(_) => Ok(self.wiring.registry.client_again(cached, now).await?),
            Rejection::Returned(_) => {
                let apis = self.wiring.apis_of(cached, now).await?;
                self.wiring.client_again(cached, &apis, now).await
            }
        }
    }

    /// Checks the client and then reads its APIs, only if the request passed all checks before.
    async fn admission_of(
        &self,
        received: UntrustedRequest<'_>,
        registered: Option<Arc<Client>>,
        now: Timestamp,
    ) -> Result<(Admission, Vec<Api>), NotAdmitted> {
        let trusted = received.trust(registered, self.wiring.config.policy.legacy)?;
        let apis = self.wiring.apis_of(trusted.response().client(), now).await?;
        Ok((trusted.admit(&apis)?, apis))
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
                let ring = self.wiring.keys.ring_to_verify(hint, now).await?;
                let told = ring.verify_id_token(hint, self.wiring.config.issuer.as_str());
                Some(told.map(|told| told.subject).map_err(|_| ()))
            }
            None => None,
        };
        Ok(Expected::of(hint, request.claims.subject.as_deref()))
    }
}
