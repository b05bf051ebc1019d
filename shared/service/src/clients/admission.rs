//! Admission of an authorization request, for every endpoint that takes one. The checks and their order are those of
//! [`grants::authorization`]; here the client and its APIs are read for them.

use std::sync::Arc;

use edge::{Failure, Incoming};
use grants::authorization::{Admission, Arrival, Fault, Rejection, Untrusted, UntrustedRequest, receive};
use grants::{Api, Client, Refusal, Timestamp};
use protocol::{AuthorizationErrorCode, Parameters};

use crate::clients::document_clients::{DocumentClients, NoDocument};
use crate::wiring::Wiring;

/// An authorization request to admit.
#[derive(Clone, Copy)]
pub struct Applicant<'a> {
    /// The wiring of the endpoint.
    pub wiring: &'a Wiring,
    /// The HTTP request that brought it.
    pub incoming: Incoming<'a>,
    /// The parameters of the authorization request.
    pub parameters: &'a Parameters,
    /// The way in which they came.
    pub arrival: Arrival,
    /// The time of the request.
    pub now: Timestamp,
}

/// The reasons why an authorization request is not admitted.
pub enum NotAdmitted {
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

impl DocumentClients {
    /// Admits a request by the cached registration of its client, or else by the current one, so that a new redirect
    /// URI or API works at once. Returns the APIs of the client as well.
    ///
    /// # Errors
    /// [`NotAdmitted`] with the first fault.
    pub async fn admit(&self, applicant: Applicant<'_>) -> Result<(Admission, Vec<Api>), NotAdmitted> {
        let Applicant { wiring, incoming, parameters, now, .. } = applicant;
        let received = receive(parameters)?;
        let registered = self.find(wiring, received.client_id(), incoming, now).await?;
        match (applicant.admission_of(received, registered.clone()).await, registered) {
            (Err(NotAdmitted::Rejected(rejection)), Some(cached)) if rejection.may_be_outdated() => {
                match Box::pin(applicant.current(&rejection, &cached)).await? {
                    Some(current) => Box::pin(applicant.admission_of(receive(parameters)?, Some(current))).await,
                    None => Err(rejection.into()),
                }
            }
            (admission, _) => admission,
        }
    }
}

impl Applicant<'_> {
    /// Reads the registration of a client whose request was rejected again, and its APIs if they matter.
    async fn current(self, rejection: &Rejection, cached: &Arc<Client>) -> Result<Option<Arc<Client>>, Failure> {
        let Self { wiring, now, .. } = self;
        match rejection {
            Rejection::Shown(_) => Ok(wiring.registry.client_again(cached, now).await?),
            Rejection::Returned(_) => {
                let apis = wiring.apis_of(cached, now).await?;
                wiring.client_again(cached, &apis, now).await
            }
        }
    }

    /// Checks the client and then reads its APIs, only if the request passed all checks before.
    async fn admission_of(
        self,
        received: UntrustedRequest<'_>,
        registered: Option<Arc<Client>>,
    ) -> Result<(Admission, Vec<Api>), NotAdmitted> {
        let trusted = received.trust(registered, self.arrival, &self.wiring.config.policy)?;
        let apis = self.wiring.apis_of(trusted.response().client(), self.now).await?;
        Ok((trusted.admit(&apis)?, apis))
    }
}

/// The failure for a client that sent its request directly.
impl From<NotAdmitted> for Failure {
    fn from(fault: NotAdmitted) -> Self {
        match fault {
            NotAdmitted::Rejected(Rejection::Shown(untrusted)) => of_untrusted(&untrusted),
            NotAdmitted::Rejected(Rejection::Returned(returned)) => {
                let fault = returned.fault;
                let reason = match fault {
                    Fault::Form(_) => "malformed_request",
                    Fault::Access(refusal) => refusal.name(),
                };
                Self::of_authorization(fault.code(), fault.to_string(), reason)
            }
            NotAdmitted::Failed(failure) => failure,
            NotAdmitted::Undescribed(fault) => fault.into_failure(),
        }
    }
}

/// Returns the failure for a request whose answer could be sent nowhere.
fn of_untrusted(untrusted: &Untrusted) -> Failure {
    let invalid = AuthorizationErrorCode::InvalidRequest;
    match untrusted {
        Untrusted::Unreadable(error) => Failure::of_authorization(invalid, error.to_string(), "malformed_request"),
        Untrusted::Client => Refusal::ClientUnknown.into(),
        Untrusted::RedirectUri(_) => {
            let description = "redirect_uri is not registered for this client";
            Failure::of_authorization(invalid, description, "redirect_uri_mismatch")
        }
        Untrusted::RedirectUriMissing => {
            let description = "redirect_uri is missing, and the client does not have exactly one";
            Failure::of_authorization(invalid, description, "redirect_uri_missing")
        }
    }
}
