//! `/introspect`: whether a token is good, now, for the API that asks (RFC 7662).
//!
//! # Decisions
//! - An API asks as a client that is registered with the API's identifier (`--introspects`). Any other client may ask
//!   too, and is told of every token that it is not active.
//! - A refresh token is not meant for any API, so it is never active.

use edge::{
    Answer, Authentication, Config, Error, Failure, Function, Incoming, Parts, Stores, Trace, json, method_not_allowed,
};
use grants::{AuthenticatedClient, Standing, Timestamp, TokenFacts, TokenId, describe_opaque, introspect};
use http::{Method, StatusCode};
use lambda_http::Request;
use protocol::{IntrospectionResponse, Secret, TokenQuery};
use store::GrantsTable;

/// The endpoint.
pub struct Introspect {
    parts: Parts,
    clients: Authentication,
    grants: GrantsTable,
}

impl Introspect {
    /// Puts it together.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let clients = Authentication::open(&config, stores)?;
        Ok(Self { clients, parts: Parts::assemble(config, stores, false)?, grants: stores.grants()? })
    }

    async fn tell(&self, incoming: Incoming<'_>) -> Result<Answer, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let query = TokenQuery::parse(&form)?;
        let caller = self.clients.authenticate(&self.parts, incoming, &form, now).await?;
        if !caller.client().is_confidential() {
            return Err(grants::Refusal::ClientAuthMethod.into());
        }
        let told = self.look_at(&query.token, &caller, now).await?;
        let trace = Trace::default().of_client(&caller.client().id);
        Ok(trace.onto(json(StatusCode::OK, &told)))
    }

    async fn look_at(
        &self,
        token: &Secret,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<IntrospectionResponse, Failure> {
        let ring = self.parts.keys.ring_to_verify(token, now).await?;
        if let Some(handle) = ring.handles().open_access(token) {
            let Some(grant) = self.grants.find(handle.secret.id()).await? else {
                return Ok(IntrospectionResponse::INACTIVE);
            };
            let facts = describe_opaque(&handle, &grant);
            return self.judge(&facts, Standing::Grant(Some(&grant)), caller, now).await;
        }
        let Ok(facts) = ring.verify(token, self.parts.config.issuer.as_str()) else {
            return Ok(IntrospectionResponse::INACTIVE);
        };
        match facts.token_id {
            Some(TokenId::OfGrant(grant, ..)) => {
                let grant = self.grants.find(grant).await?;
                self.judge(&facts, Standing::Grant(grant.as_ref()), caller, now).await
            }
            Some(id @ TokenId::Machine(_)) => {
                let revoked = self.grants.token_is_revoked(id).await?;
                self.judge(&facts, Standing::Machine { revoked }, caller, now).await
            }
            None => Ok(IntrospectionResponse::INACTIVE),
        }
    }

    async fn judge(
        &self,
        facts: &TokenFacts,
        standing: Standing<'_>,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<IntrospectionResponse, Failure> {
        let holder = self.parts.client(&facts.client_id, now).await?;
        let issuer = self.parts.config.issuer.as_str();
        Ok(introspect(facts, standing, holder.as_deref(), caller, (now, issuer)))
    }
}

impl Function for Introspect {
    const NAME: &'static str = "introspect";

    async fn warm_up(&self) {
        self.parts.warm_up().await;
    }

    async fn answer(&self, request: Request) -> Answer {
        if request.method() != Method::POST {
            return method_not_allowed("POST");
        }
        self.tell(Incoming::new(&request)).await.unwrap_or_else(|failure| failure.answer())
    }
}
