//! Request objects that clients send by value (RFC 9101 §5.1): found, verified with the client's keys, and read.

use std::sync::Arc;

use edge::{Config, Failure, Incoming};
use grants::{Client, Refusal, SignedRequest, Timestamp, request_object};
use keys::SignedRequestObject;
use protocol::Secret;

use crate::clients::denied::Denied;
use crate::clients::served_keys::{ChosenBy, KeyHolder, ServedKeys};
use crate::wiring::Wiring;

/// The reader of request objects.
pub struct RequestObjects {
    issuer: String,
    served: ServedKeys,
}

/// A request with an object.
#[derive(Clone, Copy)]
pub struct RequestWithObject<'r> {
    /// The client that sends the request.
    pub client: &'r Arc<Client>,
    /// The object as it was sent, or fetched.
    pub object: &'r Secret,
    /// The request of the browser, or of the client that pushes it.
    pub incoming: Incoming<'r>,
}

/// The reasons why a request object does not count.
pub enum NoRequestObject {
    /// It is not one of this client, or not one at all.
    Refused(Refusal),
    /// The client or its keys could not be read.
    Failed(Failure),
}

impl RequestObjects {
    /// Creates a reader that has fetched no keys yet.
    pub fn new(config: &Config) -> Self {
        Self { issuer: config.issuer.to_string(), served: ServedKeys::new(KeyHolder::Client, config.reach.clone()) }
    }

    /// Returns the request that the client signed. A signature that the cached registration does not verify is checked
    /// once more against the current one, so that a new key works at once.
    ///
    /// # Errors
    /// [`NoRequestObject`] with the first fault.
    pub async fn open(
        &self,
        wiring: &Wiring,
        sent: RequestWithObject<'_>,
        now: Timestamp,
    ) -> Result<SignedRequest, NoRequestObject> {
        let refused = match self.claims_of(sent, now).await {
            Err(NoRequestObject::Refused(refused)) if refused.may_be_outdated() => refused,
            verified => return verified,
        };
        match Box::pin(wiring.registry.client_again(sent.client, now)).await.map_err(Failure::from)? {
            Some(current) => Box::pin(self.claims_of(RequestWithObject { client: &current, ..sent }, now)).await,
            None => Err(refused.into()),
        }
    }

    async fn claims_of(
        &self,
        RequestWithObject { client, object, incoming }: RequestWithObject<'_>,
        now: Timestamp,
    ) -> Result<SignedRequest, NoRequestObject> {
        let signed = SignedRequestObject::parse(object, client.profile)?;
        let claims = match request_object::verification(client, signed.algorithm())? {
            grants::ClientKeys::Inline(keys) => signed.by_keys(keys),
            grants::ClientKeys::At(uri) => {
                let chosen_by = ChosenBy::of(client, incoming);
                let found = self.served.find(uri, chosen_by, now, |keys| signed.by_keys(keys)).await;
                found.map_err(|error| match Denied::from(error) {
                    Denied::Refused(_) => NoRequestObject::Refused(Refusal::RequestObjectNotSigned),
                    Denied::Failed(failure) => NoRequestObject::Failed(failure),
                })?
            }
        };
        let object = claims.ok_or(Refusal::RequestObjectNotSigned)?.map_err(|_| Refusal::RequestObjectMalformed)?;
        Ok(request_object::accept(object, client, &self.issuer, now)?)
    }
}

impl From<Refusal> for NoRequestObject {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for NoRequestObject {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The failure for a client that sent its request directly.
impl From<NoRequestObject> for Failure {
    fn from(fault: NoRequestObject) -> Self {
        match fault {
            NoRequestObject::Refused(refusal) => refusal.into(),
            NoRequestObject::Failed(failure) => failure,
        }
    }
}
