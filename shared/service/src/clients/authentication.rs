//! Authentication of clients: by a secret, by an assertion, or, for public clients, by name only.

use std::sync::Arc;

use edge::{AuditEntry, AuditEvent, Config, ConfigError, Failure, Incoming};
use grants::assertion::Unspent;
use grants::{AuthenticatedClient, Client, Refusal, Timestamp, authenticate};
use http::header;
use protocol::{FederatedAssertion, Parameters, PresentedClient};
use sessions::{Counter, Wait};

use crate::clients::assertions::{Assertions, Occasion};
use crate::clients::denied::Denied;
use crate::clients::federated::{Federated, as_grant};
use crate::limits::counters::Counters;
use crate::wiring::{Stores, Wiring};

/// The state of functions that authenticate clients.
pub struct Authentication {
    guesses: Counters,
    assertions: Assertions,
    federated: Federated,
}

/// A client whose credentials were verified, and nothing was written for it.
pub struct VerifiedClient {
    presented: PresentedClient,
    proof: ClientProof,
}

/// The result of a verification.
enum ClientProof {
    /// The client is authenticated.
    Complete(AuthenticatedClient),
    /// The client signed an assertion, which may have been used before.
    Assertion(Unspent),
}

impl VerifiedClient {
    /// The client whose credentials they are.
    pub fn client(&self) -> &Client {
        match &self.proof {
            ClientProof::Complete(client) => client.client(),
            ClientProof::Assertion(unspent) => unspent.client(),
        }
    }
}

impl Authentication {
    /// Builds it from the configuration.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn open(config: &Config, stores: &Stores) -> Result<Self, ConfigError> {
        let guesses = Counters::new(stores.throttles()?);
        let assertions = Assertions::new(config, stores.grants()?);
        Ok(Self { guesses, assertions, federated: Federated::new(config) })
    }

    /// Accepts assertions for the URL of the endpoint at this path too, as `/par` must (RFC 9126 §2). At other endpoints
    /// that URL stays a wrong audience.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.assertions.take_for(path);
        self
    }

    /// Authenticates the client of a request (RFC 6749 §2.3).
    ///
    /// # Errors
    /// A [`Failure`]: `invalid_client` in most cases.
    pub async fn authenticate(
        &self,
        wiring: &Wiring,
        incoming: Incoming<'_>,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Failure> {
        let verified = self.check_credentials(wiring, incoming, form, now).await?;
        self.use_up(verified, incoming, now).await
    }

    /// Verifies the credentials of a request, and uses up none: what else the request must prove comes next. A client that
    /// the cached registration does not admit is checked once more against the current one, so that a new secret or key
    /// works at once.
    ///
    /// # Errors
    /// A [`Failure`]: `invalid_client` in most cases.
    pub async fn check_credentials(
        &self,
        wiring: &Wiring,
        incoming: Incoming<'_>,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<VerifiedClient, Failure> {
        let authorization = incoming.header(header::AUTHORIZATION);
        let presented = PresentedClient::parse(authorization, form)?;
        let registered = match presented.client_id() {
            Some(id) if !presented.is_federated() => wiring.registry.client(id, now).await?,
            Some(_) | None => None,
        };
        let occasion = Occasion { incoming, now };
        let mut answer = self.prove(wiring, &presented, registered.clone(), occasion).await;
        if let (Err(Denied::Refused(refusal)), Some(cached)) = (&answer, &registered)
            && refusal.may_be_outdated()
            && let Some(current) = Box::pin(wiring.registry.client_again(cached, now)).await?
        {
            answer = Box::pin(self.prove(wiring, &presented, Some(current), occasion)).await;
        }
        match answer {
            Ok(proof) => Ok(VerifiedClient { presented, proof }),
            Err(denied) => Err(self.deny(incoming, &presented, denied, now).await),
        }
    }

    /// Authenticates a verified client: an assertion is used up.
    ///
    /// # Errors
    /// A [`Failure`]: `invalid_client` when the assertion was used before.
    pub async fn use_up(
        &self,
        VerifiedClient { presented, proof }: VerifiedClient,
        incoming: Incoming<'_>,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Failure> {
        let unspent = match proof {
            ClientProof::Complete(client) => return Ok(client),
            ClientProof::Assertion(unspent) => unspent,
        };
        match self.assertions.use_up(unspent, now).await {
            Ok(client) => Ok(client),
            Err(denied) => Err(self.deny(incoming, &presented, denied, now).await),
        }
    }

    /// Authenticates the client of a token request that has the token of another issuer as its `assertion` (RFC 7523
    /// §2.1). The rules are those of such a token as `client_assertion`; the errors are those of a grant.
    ///
    /// # Errors
    /// A [`Failure`]: `invalid_grant` in most cases.
    pub async fn authenticate_workload(
        &self,
        wiring: &Wiring,
        incoming: Incoming<'_>,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Failure> {
        let assertion = FederatedAssertion::of_grant(incoming.header(header::AUTHORIZATION), form)?;
        match self.federated.authenticate(&wiring.registry, &assertion, now).await {
            Ok(client) => Ok(client),
            Err(Denied::Failed(failure)) => Err(failure),
            Err(Denied::Refused(refusal)) => {
                incoming.log().event(AuditEntry::new(AuditEvent::ClientAuthenticationFailed));
                Err(as_grant(refusal))
            }
        }
    }

    /// Checks what was presented against one state of the registration.
    async fn prove(
        &self,
        wiring: &Wiring,
        presented: &PresentedClient,
        registered: Option<Arc<Client>>,
        occasion: Occasion<'_>,
    ) -> Result<ClientProof, Denied> {
        let now = occasion.now;
        let client = match presented {
            PresentedClient::Assertion(assertion) => {
                let checked = self.assertions.check(assertion, registered, &wiring.keys, occasion).await;
                return checked.map(ClientProof::Assertion);
            }
            PresentedClient::Federated(assertion) => {
                self.federated.authenticate(&wiring.registry, assertion, now).await?
            }
            PresentedClient::Basic(_, secret) | PresentedClient::Post(_, secret) => {
                let digest = wiring.keys.ring(now).await?.handles().digest(secret);
                authenticate(registered, presented, Some(digest))?
            }
            PresentedClient::Named(_) => authenticate(registered, presented, None)?,
        };
        Ok(ClientProof::Complete(client))
    }

    /// Returns the failure for a client that is not authenticated, and logs it.
    async fn deny(
        &self,
        incoming: Incoming<'_>,
        presented: &PresentedClient,
        denied: Denied,
        now: Timestamp,
    ) -> Failure {
        match denied {
            Denied::Failed(failure) => {
                if let Some(id) = presented.client_id() {
                    incoming.log().client(id);
                }
                failure
            }
            Denied::Refused(refusal) => match self.not_authenticated(incoming, presented, refusal, now).await {
                Ok(failure) | Err(failure) => failure,
            },
        }
    }

    /// Returns the failure for a client that did not authenticate, and logs it. A wrong secret is counted before the
    /// client gets an answer.
    async fn not_authenticated(
        &self,
        incoming: Incoming<'_>,
        presented: &PresentedClient,
        refusal: Refusal,
        now: Timestamp,
    ) -> Result<Failure, Failure> {
        let client_id = presented.client_id();
        let wait = match client_id.filter(|_| presented.secret().is_some() && refusal.is_guess()) {
            Some(client_id) => {
                let source = incoming.source().map(Counter::secret_source).unwrap_or_default();
                let counters = std::iter::once(Counter::client(client_id)).chain(source);
                // A client id is no secret, so the two ways of counting may be told apart.
                if refusal == Refusal::ClientUnknown {
                    self.guesses.count_stranger(counters, now)
                } else {
                    self.guesses.count(counters, now).await?
                }
            }
            None => None,
        };
        let (failure, event) = match wait {
            Some(Wait(wait)) => (Failure::too_many_guesses(wait), AuditEvent::ClientAuthenticationThrottled),
            None => (Failure::from(refusal), AuditEvent::ClientAuthenticationFailed),
        };
        incoming.log().event(AuditEntry::new(event));
        // An unknown client id may be anything, even a secret in the wrong place, so it is not logged.
        if let Some(client_id) = client_id.filter(|_| refusal != Refusal::ClientUnknown && !presented.is_federated()) {
            incoming.log().client(client_id);
        }
        Ok(failure)
    }
}
