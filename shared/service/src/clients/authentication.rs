//! Authentication of clients: by a secret, by an assertion, or, for public clients, by name only.

use std::sync::Arc;

use edge::{AuditEntry, AuditEvent, Config, ConfigError, Failure, Incoming};
use grants::{AuthenticatedClient, Client, Refusal, Timestamp, authenticate};
use http::header;
use protocol::{Parameters, PresentedClient};
use sessions::{Counter, Wait};

use crate::clients::assertions::Assertions;
use crate::clients::denied::Denied;
use crate::limits::counters::Counters;
use crate::wiring::{Stores, Wiring};

/// The state of functions that authenticate clients.
pub struct Authentication {
    guesses: Counters,
    assertions: Assertions,
}

impl Authentication {
    /// Builds it from the configuration.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn open(config: &Config, stores: &Stores) -> Result<Self, ConfigError> {
        let guesses = Counters::new(stores.throttles()?);
        Ok(Self { guesses, assertions: Assertions::new(config, stores.grants()?) })
    }

    /// Authenticates the client of a request (RFC 6749 §2.3). A client that the cached registration does not admit is
    /// checked once more against the current one, so that a new secret or key works at once.
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
        let authorization = incoming.header(header::AUTHORIZATION);
        let presented = PresentedClient::parse(authorization, form)?;
        let registered = wiring.registry.client(presented.client_id(), now).await?;
        let mut answer = self.prove(wiring, &presented, registered.clone(), now).await;
        if let (Err(Denied::Refused(refusal)), Some(cached)) = (&answer, &registered)
            && refusal.may_be_outdated()
            && let Some(current) = Box::pin(wiring.registry.client_again(cached, now)).await?
        {
            answer = Box::pin(self.prove(wiring, &presented, Some(current), now)).await;
        }
        match answer {
            Ok(client) => Ok(client),
            Err(Denied::Failed(failure)) => {
                incoming.log().client(presented.client_id());
                Err(failure)
            }
            Err(Denied::Refused(refusal)) => Err(self.not_authenticated(incoming, &presented, refusal, now).await?),
        }
    }

    /// Checks what was presented against one state of the registration.
    async fn prove(
        &self,
        wiring: &Wiring,
        presented: &PresentedClient,
        registered: Option<Arc<Client>>,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Denied> {
        match presented {
            PresentedClient::Assertion(assertion) => {
                self.assertions.authenticate(assertion, registered, &wiring.keys, now).await
            }
            PresentedClient::Basic(_, secret) | PresentedClient::Post(_, secret) => {
                let digest = wiring.keys.ring(now).await?.handles().digest(secret);
                Ok(authenticate(registered, presented, Some(digest))?)
            }
            PresentedClient::Named(_) => Ok(authenticate(registered, presented, None)?),
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
        let wait = match presented.secret().filter(|_| refusal.is_guess()) {
            Some(_) => {
                let source = incoming.source().map(Counter::secret_source);
                self.guesses.count(std::iter::once(Counter::client(client_id)).chain(source), now).await?
            }
            None => None,
        };
        let (failure, event) = match wait {
            Some(Wait(wait)) => (Failure::too_many_guesses(wait), AuditEvent::ClientAuthenticationThrottled),
            None => (Failure::from(refusal), AuditEvent::ClientAuthenticationFailed),
        };
        incoming.log().event(AuditEntry::new(event));
        // An unknown client id may be anything, even a secret in the wrong place, so it is not logged.
        if refusal != Refusal::ClientUnknown {
            incoming.log().client(client_id);
        }
        Ok(failure)
    }
}
