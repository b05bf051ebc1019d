//! `/introspect`: tells an API whether a token is active (RFC 7662).
//!
//! # Decisions
//! - An API calls as a client that is registered with the API's identifier (`--introspects`). Any other client may
//!   call too, and gets `active: false` for every token.
//! - A person's token is active while the items that its grant depends on are valid. The token names those items,
//!   readable for this server only, so that they are read together with the grant.
//! - The claims that an API wants (roles, groups, custom ones) are the current ones, from the person's item that is
//!   read anyway. The API's registration, which names them, is cached as the client's is.
//! - A refresh token is not meant for any API, so it is never active.

use edge::{AuditEntry, AuditEvent, Config, Endpoint, Error, Failure, Function, Incoming, Response, json};
use grants::{
    Api, AuthenticatedClient, Grant, GrantId, HiddenFooting, Question, Standing, Timestamp, TokenFacts, TokenId,
    TokenName, describe_opaque, introspect,
};
use http::StatusCode;
use keys::KeyRing;
use protocol::{Claims, IntrospectionResponse, Secret, TokenQuery};
use service::{Authentication, Stores, Wiring};
use sessions::{Rules, stands};
use store::GroundedGrants;

const ENDPOINT: Endpoint = Endpoint::for_servers("POST");

/// The `/introspect` endpoint for APIs.
pub struct Introspect {
    wiring: Wiring,
    clients: Authentication,
    grants: GroundedGrants,
}

/// A grant whose basis is valid, with the current claims of its person.
struct StandingGrant {
    grant: Grant,
    known: Claims,
}

/// The stored facts that a token is judged by.
#[derive(Clone, Copy)]
enum Basis<'a> {
    /// Its grant; `None` if the grant, or something that it depends on, is over.
    Grant(Option<&'a StandingGrant>),
    /// Nothing but a possible revocation, for a token of a service.
    Machine { revoked: bool },
}

impl Introspect {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let clients = Authentication::open(&config, stores)?;
        Ok(Self { clients, wiring: Wiring::assemble(config, stores, false)?, grants: stores.grounded_grants()? })
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
        Ok(json(StatusCode::OK, &told))
    }

    /// Returns the answer and its log event. The event names every token that was issued here, active or not.
    async fn look_at(
        &self,
        token: &Secret,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<(IntrospectionResponse, AuditEntry), Failure> {
        let ring = self.wiring.keys.ring_to_verify(token, now).await?;
        if let Some(handle) = ring.handles().open_access(token) {
            let name = TokenName::Handle(handle.secret.id(), handle.generation);
            let Some(found) = self.standing(&ring, handle.secret.id(), handle.rests_on, now).await? else {
                return Ok((IntrospectionResponse::INACTIVE, introspected(Some(name), None)));
            };
            let facts = describe_opaque(&handle, &found.grant);
            let told = self.judge(&facts, Basis::Grant(Some(&found)), caller, now).await?;
            return Ok((told, introspected(Some(name), Some(&found))));
        }
        let facts = ring.verify(token, self.wiring.config.issuer.as_str()).ok();
        let Some((facts, id)) = facts.and_then(|facts| facts.token_id.map(|id| (facts, id))) else {
            return Ok((IntrospectionResponse::INACTIVE, introspected(None, None)));
        };
        match id {
            TokenId::OfGrant(grant, _, _, rests_on) => {
                let found = self.standing(&ring, grant, rests_on, now).await?;
                let told = self.judge(&facts, Basis::Grant(found.as_ref()), caller, now).await?;
                Ok((told, introspected(Some(TokenName::Signed(id)), found.as_ref())))
            }
            TokenId::Machine(_) => {
                let revoked = self.grants.grants().token_is_revoked(id).await?;
                let told = self.judge(&facts, Basis::Machine { revoked }, caller, now).await?;
                Ok((told, introspected(Some(TokenName::Signed(id)), None)))
            }
        }
    }

    /// Reads the grant of a token, provided that everything it depends on is valid: one round trip.
    async fn standing(
        &self,
        ring: &KeyRing,
        id: GrantId,
        rests_on: Option<HiddenFooting>,
        now: Timestamp,
    ) -> Result<Option<StandingGrant>, Failure> {
        let rests_on = rests_on.map(|hidden| ring.handles().reveal(id, hidden));
        let Some((grant, ground)) = self.grants.read(id, rests_on).await? else { return Ok(None) };
        let rules = Rules::at(&self.wiring.config.policy, now);
        if stands(&grant, ground.user.as_ref(), ground.session.as_ref(), rules).is_err() {
            return Ok(None);
        }
        let known = ground.user.map(|user| user.known_claims()).unwrap_or_default();
        Ok(Some(StandingGrant { grant, known }))
    }

    async fn judge(
        &self,
        facts: &TokenFacts,
        basis: Basis<'_>,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<IntrospectionResponse, Failure> {
        let (holder, apis) =
            tokio::join!(self.wiring.client(&facts.client_id, now), self.apis_of(facts, basis, caller, now));
        let (holder, apis) = (holder?, apis?);
        let (standing, known) = match basis {
            Basis::Grant(Some(found)) => (Standing::Grant(Some(&found.grant)), &found.known),
            Basis::Grant(None) => (Standing::Grant(None), &Claims::NONE),
            Basis::Machine { revoked } => (Standing::Machine { revoked }, &Claims::NONE),
        };
        let issuer = self.wiring.config.issuer.as_str();
        Ok(introspect(facts, standing, holder.as_deref(), &Question { caller, issuer, now, apis: &apis, known }))
    }

    /// Reads those APIs of the caller that a person's token is for. There is one as a rule, and it is cached.
    async fn apis_of(
        &self,
        facts: &TokenFacts,
        basis: Basis<'_>,
        caller: &AuthenticatedClient,
        now: Timestamp,
    ) -> Result<Vec<Api>, Failure> {
        let mut apis = Vec::new();
        let Basis::Grant(Some(_)) = basis else { return Ok(apis) };
        // One at a time: the role of this function permits no batches on the registry.
        for identifier in facts.audience.iter().filter(|api| caller.client().introspects.contains(api)) {
            apis.extend(self.wiring.registry.apis(std::slice::from_ref(identifier), now).await?);
        }
        Ok(apis)
    }
}

fn introspected(token: Option<TokenName>, found: Option<&StandingGrant>) -> AuditEntry {
    let name = AuditEvent::TokenIntrospected;
    found.map_or(AuditEntry::new(name), |found| AuditEntry::of_grant(name, &found.grant)).with_token(token)
}

impl Function for Introspect {
    const NAME: &'static str = "introspect";

    async fn warm_up(&self) {
        self.wiring.warm_up().await;
    }

    async fn answer(&self, incoming: Incoming<'_>) -> Response {
        ENDPOINT.answer(incoming, |incoming| self.respond(incoming)).await
    }
}
