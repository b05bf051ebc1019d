//! Authentication of clients: by a secret, by an assertion, or, for public clients, by name only.

use edge::{AuditEntry, AuditEvent, Config, ConfigError, Failure, Incoming};
use grants::{AuthenticatedClient, Refusal, Timestamp, authenticate};
use http::header;
use protocol::{ClientAuthenticationError, Parameters, PresentedClient};
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
        let authorization = incoming.header(header::AUTHORIZATION);
        let presented = PresentedClient::parse(authorization, form)?;
        if presented.secret().is_some_and(|secret| secret.expose().is_empty()) {
            return Err(ClientAuthenticationError::MalformedCredentials.into());
        }
        let digest = match presented.secret() {
            Some(secret) => Some(wiring.keys.ring(now).await?.handles().digest(secret)),
            None => None,
        };
        let registered = wiring.registry.client(presented.client_id(), now).await?;
        let authenticated = match &presented {
            PresentedClient::Assertion(assertion) => {
                self.assertions.authenticate(assertion, registered, &wiring.keys, now).await
            }
            PresentedClient::Basic(..) | PresentedClient::Post(..) | PresentedClient::Named(_) => {
                authenticate(registered, &presented, digest).map_err(Denied::from)
            }
        };
        match authenticated {
            Ok(client) => Ok(client),
            Err(Denied::Failed(failure)) => {
                incoming.log().client(presented.client_id());
                Err(failure)
            }
            Err(Denied::Refused(refusal)) => Err(self.not_authenticated(incoming, &presented, refusal, now).await?),
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
        let wait = match presented.secret() {
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
