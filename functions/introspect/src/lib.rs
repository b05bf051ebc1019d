//! `/introspect`: tells an API whether a token is active (RFC 7662).
//!
//! # Decisions
//! - An API calls as a client that is registered with the API's identifier (`--introspects`). Any other client may
//!   call too, and gets `active: false` for every token.
//! - A person's token is active while the items that its grant depends on are valid. The token names those items,
//!   readable for this server only, so that they are read together with the grant.
//! - The claims that an API wants (roles, groups, custom ones) are the current ones, from the person's item that is
//!   read anyway. The API's registration, which names them, is cached as the client's is.
//! - The grant, the items it depends on, and a mark that says that the token's key was withdrawn are read in one batch, so
//!   that a leaked key is of no use from that moment.
//! - An API that asks for `application/token-introspection+jwt` gets a signed response (RFC 9701), also about a token that is
//!   not active. The private signing keys are not read until the first one does.
//! - An exchanged token is active while the grant that its chain began with stands, no token of the chain was revoked, and
//!   none of the clients that acted is disabled. The token names them all, so this is the same one batch.
//! - A refresh token is not meant for any API, so it is never active.

use edge::{
    AuditEntry, AuditEvent, Awaited, Config, Endpoint, Error, Failure, Function, INTROSPECTION_JWT, Incoming, Response,
    introspection_jwt, json,
};
use grants::{Api, AuthenticatedClient, Client, Question, Timestamp, TokenFacts, introspect};
use http::StatusCode;
use protocol::{IntrospectionResponse, Secret, TokenQuery};
use service::{Authentication, KeyCache, ReadAccess, Stores, Wiring};
use store::GroundedGrants;

const ENDPOINT: Endpoint = Endpoint::for_servers("POST");

/// The `/introspect` endpoint for APIs.
pub struct Introspect {
    wiring: Wiring,
    clients: Authentication,
    grants: GroundedGrants,
    signing_keys: KeyCache,
}

impl Introspect {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let clients = Authentication::open(&config, stores)?;
        let signing_keys = Wiring::keys(&config, stores, true)?;
        let grants = stores.grounded_grants()?;
        Ok(Self { clients, wiring: Wiring::assemble(config, stores, false)?, grants, signing_keys })
    }

    async fn respond(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let query = TokenQuery::parse(&form)?;
        let caller = self.clients.authenticate(&self.wiring, incoming, &form, now).await?;
        if !caller.client().is_confidential() {
            return Err(grants::Refusal::ClientAuthMethod.into());
        }
        let (told, event) = self.look_at(&query.token, &caller, now).await?;
        let log = incoming.log();
        log.client(&caller.client().id);
        log.event(event);
        if !told.active {
            log.refused("inactive");
        }
        if incoming.accepts(INTROSPECTION_JWT) {
            return Ok(introspection_jwt(self.sign(&told, caller.client(), now).await?));
        }
        Ok(json(StatusCode::OK, &told))
    }

    async fn sign(&self, told: &IntrospectionResponse, caller: &Client, now: Timestamp) -> Result<String, Failure> {
        let ring = self.signing_keys.ring_to_sign(caller.introspection_algorithm, now).await?;
        Ok(ring.sign_introspection(told, self.wiring.config.issuer.as_str(), caller, now)?)
    }

    /// Returns the answer and its log event. The event names every token that was issued here, active or not.
    async fn look_at(
        &self,
        token: &Secret,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<(IntrospectionResponse, AuditEntry), Failure> {
        let Some(read) = self.wiring.read_access(&self.grants, token, now).await? else {
            return Ok((IntrospectionResponse::INACTIVE, AuditEntry::new(AuditEvent::TokenIntrospected)));
        };
        let told = match &read.facts {
            Some(facts) => self.judge(facts, &read, caller, now).await?,
            None => IntrospectionResponse::INACTIVE,
        };
        Ok((told, introspected(&read)))
    }

    async fn judge(
        &self,
        facts: &TokenFacts,
        read: &ReadAccess,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<IntrospectionResponse, Failure> {
        let again = self.caller_again(facts, caller, now).await?;
        let caller = again.as_ref().unwrap_or(caller);
        let standing = read.standing();
        let clients = self.wiring.clients_of(facts, standing, now);
        let (clients, apis) = tokio::join!(clients, self.apis_of(facts, read, caller, now));
        let (clients, apis) = (clients?, apis?);
        let clients: Vec<&Client> = clients.iter().map(AsRef::as_ref).collect();
        let issuer = self.wiring.config.issuer.as_str();
        let question = Question { caller, issuer, now, apis: &apis, known: read.known() };
        Ok(introspect(facts, standing, &clients, &question))
    }

    /// Returns the caller as it is registered now, if the cached registration is for no API of the token: a right to
    /// introspect that was just given counts at once.
    async fn caller_again(
        &self,
        facts: &TokenFacts,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<Option<AuthenticatedClient>, Failure> {
        let cached = caller.client();
        if facts.audience.iter().any(|api| cached.introspects.contains(api)) {
            return Ok(None);
        }
        let current = self.wiring.registry.client_again(cached, now).await?;
        Ok(current.and_then(|current| caller.registered_as(current)))
    }

    /// Reads those APIs of the caller that a person's token is for. There is one as a rule, and it is cached.
    async fn apis_of(
        &self,
        facts: &TokenFacts,
        read: &ReadAccess,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<Vec<Api>, Failure> {
        let mut apis = Vec::new();
        if read.grant().is_none() {
            return Ok(apis);
        }
        // One at a time: the role of this function permits no batches on the registry.
        for identifier in facts.audience.iter().filter(|api| caller.client().introspects.contains(api)) {
            apis.extend(self.wiring.registry.apis(std::slice::from_ref(identifier), now).await?);
        }
        Ok(apis)
    }
}

fn introspected(read: &ReadAccess) -> AuditEntry {
    let name = AuditEvent::TokenIntrospected;
    let entry = read.grant().map_or(AuditEntry::new(name), |found| AuditEntry::of_grant(name, &found.grant));
    entry.with_token(read.name)
}

impl Introspect {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        ENDPOINT.answer(incoming, |incoming| self.respond(incoming)).await
    }
}

impl Function for Introspect {
    fn name(&self) -> &'static str {
        "introspect"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
