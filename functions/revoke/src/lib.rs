//! `/revoke`: a client gives a token back (RFC 7009).
//!
//! # Decisions
//! - The answer is 200 whatever the token was, so that it tells nothing (RFC 7009 §2.2).
//! - A refresh token ends its grant and so every access token of it; an access token ends alone.

use edge::{Answer, Config, Error, Failure, Function, Incoming, Parts, Stores, Trace, json, method_not_allowed};
use grants::{AuthenticatedClient, Generation, GrantId, Timestamp, TokenId, revocation};
use http::{Method, StatusCode};
use lambda_http::Request;
use protocol::{ClientId, Secret, TokenQuery};
use serde_json::json;
use store::{Applied, GrantsTable};

/// The endpoint.
pub struct Revoke {
    parts: Parts,
    grants: GrantsTable,
}

impl Revoke {
    /// Puts it together.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        Ok(Self { parts: Parts::assemble(config, stores, false)?, grants: stores.grants()? })
    }

    async fn take_back(&self, incoming: Incoming<'_>) -> Result<Answer, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let query = TokenQuery::parse(&form)?;
        let client = self.parts.authenticate(incoming, &form, now).await?;
        self.end(&query.token, &client, now).await?;
        let trace = Trace { client_id: Some(client.client().id.to_string()), ..Trace::event("token_revoked") };
        Ok(trace.onto(json(StatusCode::OK, &json!({}))))
    }

    async fn end(&self, token: &Secret, client: &AuthenticatedClient, now: Timestamp) -> Result<(), Failure> {
        let client = &client.client().id;
        let ring = self.parts.keys.ring_to_verify(token, now).await?;
        if let Some(handle) = ring.handles().open_refresh(token) {
            let end = revocation::revoke_of_client(handle.secret.id(), client.clone());
            self.grants.apply(&end).await?;
            return Ok(());
        }
        if let Some(handle) = ring.handles().open_access(token) {
            return self.end_access(handle.secret.id(), handle.generation, client).await;
        }
        let Ok(facts) = ring.verify(token, self.parts.config.issuer.as_str()) else { return Ok(()) };
        match facts.token_id {
            Some(TokenId::OfGrant(grant, generation, _)) => self.end_access(grant, generation, client).await,
            Some(id @ TokenId::Machine(_)) if facts.client_id == *client && facts.expires_at > now => {
                Ok(self.grants.revoke_token(id, facts.expires_at).await?)
            }
            Some(TokenId::Machine(_)) | None => Ok(()),
        }
    }

    async fn end_access(&self, grant: GrantId, generation: Generation, client: &ClientId) -> Result<(), Failure> {
        let end = revocation::revoke_access(grant, generation, client.clone());
        if let Applied::Refused(found) = self.grants.apply(&end).await?
            && let Some(last) = revocation::after_refused(client, found.as_deref())
        {
            self.grants.apply(&last).await?;
        }
        Ok(())
    }
}

impl Function for Revoke {
    const NAME: &'static str = "revoke";

    async fn warm_up(&self) {
        self.parts.warm_up().await;
    }

    async fn answer(&self, request: Request) -> Answer {
        if request.method() != Method::POST {
            return method_not_allowed("POST");
        }
        self.take_back(Incoming::new(&request)).await.unwrap_or_else(|failure| failure.answer())
    }
}
