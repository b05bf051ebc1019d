//! `/revoke`: a client gives a token back (RFC 7009).
//!
//! # Decisions
//! - The answer is 200 for any token, so that it reveals nothing (RFC 7009 §2.2).
//! - Any origin may read the answers (C062): only the body counts, and cookies are ignored.
//! - A refresh token ends its grant and so all its access tokens; an access token ends alone, except for those that were
//!   exchanged for it.

use edge::{AuditEntry, AuditEvent, Awaited, Config, Endpoint, Error, Failure, Function, Incoming, Response, json};
use grants::{AuthenticatedClient, Client, Generation, GrantId, Timestamp, TokenId, TokenName, refresh, revocation};
use http::StatusCode;
use protocol::{Secret, TokenQuery};
use serde_json::json;
use service::{Authentication, Stores, Wiring};
use store::{Applied, GrantsTable};

const ENDPOINT: Endpoint = Endpoint::for_any_origin("POST");

/// The `/revoke` endpoint for clients.
pub struct Revoke {
    wiring: Wiring,
    clients: Authentication,
    grants: GrantsTable,
}

impl Revoke {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let clients = Authentication::open(&config, stores)?;
        Ok(Self { clients, wiring: Wiring::assemble(config, stores, false)?, grants: stores.grants()? })
    }

    async fn take_back(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let query = TokenQuery::parse(&form)?;
        let client = self.clients.authenticate(&self.wiring, incoming, &form, now).await?;
        incoming.log().client(&client.client().id);
        if let Some(event) = self.end(&query.token, &client, now).await? {
            incoming.log().event(event);
        }
        Ok(json(StatusCode::OK, &json!({})))
    }

    /// Ends the token or its grant; `None` if the token is not one of this client.
    async fn end(
        &self,
        token: &Secret,
        client: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<Option<AuditEntry>, Failure> {
        let client = client.client();
        let ring = self.wiring.keys.ring_to_verify(token, now).await?;
        if let Some(handle) = ring.handles().open_refresh(token) {
            let end = revocation::revoke_of_client(handle.secret.id(), &client.id);
            let name = TokenName::Handle(handle.secret.id(), handle.generation);
            return Ok(revoked(&self.grants.apply(&end).await?).map(|event| event.with_token(name)));
        }
        if let Some(handle) = ring.handles().open_access(token) {
            let (grant, generation) = (handle.secret.id(), handle.generation);
            let ended = self.end_access(grant, generation, client).await?;
            return Ok(ended.map(|event| event.with_token(TokenName::Handle(grant, generation))));
        }
        if let Some(handle) = ring.open_exchanged(token) {
            let own = handle.actors.clients().first() == Some(&client.id) && handle.expires_at > now;
            return if own {
                self.end_alone(TokenId::Exchanged(handle.lineage), handle.expires_at).await
            } else {
                Ok(None)
            };
        }
        let Ok(facts) = ring.verify(token, self.wiring.config.issuer.as_str()) else { return Ok(None) };
        match facts.token_id {
            Some(id @ TokenId::OfGrant(grant, generation, ..)) => {
                let ended = self.end_access(grant, generation, client).await?;
                Ok(ended.map(|event| event.with_token(TokenName::Signed(id))))
            }
            Some(id @ (TokenId::Machine(_) | TokenId::Exchanged(_)))
                if facts.client_id == client.id && facts.expires_at > now =>
            {
                self.end_alone(id, facts.expires_at).await
            }
            Some(TokenId::Machine(_) | TokenId::Exchanged(_)) | None => Ok(None),
        }
    }

    /// Ends a token that has no place in a grant, and with it those that were exchanged for it.
    async fn end_alone(&self, id: TokenId, expires_at: Timestamp) -> Result<Option<AuditEntry>, Failure> {
        self.grants.revoke_token(id, expires_at).await?;
        Ok(Some(AuditEntry::new(AuditEvent::TokenRevoked).with_token(TokenName::Signed(id))))
    }

    async fn end_access(
        &self,
        grant: GrantId,
        generation: Generation,
        client: &Client,
    ) -> Result<Option<AuditEntry>, Failure> {
        let end = refresh::revoke_access(grant, generation, client);
        let applied = self.grants.apply(&end).await?;
        if let Applied::Refused(found) = &applied
            && let Some(last) = revocation::after_refused(&client.id, found.as_deref())
        {
            return Ok(revoked(&self.grants.apply(&last).await?));
        }
        Ok(revoked(&applied))
    }
}

fn revoked(applied: &Applied) -> Option<AuditEntry> {
    match applied {
        Applied::Done(grant) => Some(AuditEntry::of_grant(AuditEvent::TokenRevoked, grant)),
        Applied::Refused(_) => None,
    }
}

impl Revoke {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        ENDPOINT.answer(incoming, |incoming| self.take_back(incoming)).await
    }
}

impl Function for Revoke {
    fn name(&self) -> &'static str {
        "revoke"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
