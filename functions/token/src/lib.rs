//! `/token`: all grant types (RFC 6749 §3.2).
//!
//! This crate has the path of one request: parse, load, decide, write, answer. Each decision is a call into
//! `grants`.
//!
//! # Decisions
//! - The form of the request is checked before its client: an unknown grant type is no secret.
//! - Any origin may read the answers (C062): only the body counts, and cookies are ignored.
//! - The password grant checks passwords as the sign-in page does: same hash, same counters. A wrong password, an
//!   unknown user and a disabled user get the same refusal.
//! - A person's grant is advanced and the items it depends on are read concurrently: a handle names both. Tokens
//!   are sent only if both succeed, and a grant whose basis is gone is revoked. For a handle of version 0.1 the
//!   items are read afterwards.
//! - The refresh token of a client with a FAPI profile stays the same. Its grant and what that depends on are read in one
//!   round trip, strongly consistent, and nothing is written.
//! - A request that the cached registration does not allow is decided once more with the current one.
//! - A DPoP proof is checked after its client, and before anything is written: a bad one, or one without the nonce, uses up
//!   no assertion, no code and no refresh token. The same holds for one that is missing or that only the client's profile
//!   refuses.
//! - A device polls with one conditional write. What a person decided is found by the refusal of that write, so a poll
//!   costs one write until then, and the one that gets the tokens costs two.
//! - Token exchange reads what the subject token depends on as introspection does, and writes nothing: the new token names
//!   the same grant.
//! - An identity assertion (ID-JAG) is used up by one conditional write, after all its checks and after the link of its
//!   subject was found. The link is read once more while the grant is made: what ends it ends the request.
//! - A request that one token cannot serve is refused before anything is written, so it uses up no code and no
//!   refresh token.

mod asserted;
mod assertion;
mod code;
mod device;
mod exchange;
mod machine;
mod password;
mod refresh;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;

use edge::{Awaited, Config, Endpoint, Error, Failure, Function, Incoming, RequestLog, Response};
use grants::asserted::AskedAssertion;
use grants::dpop::{ProvenKey, binding};
use grants::{
    Api, Attempt, AuthenticatedClient, Client, Confirmation, GrantId, HiddenFooting, Moment, Refusal, RestsOn,
    Timestamp,
};
use keys::KeyRing;
use protocol::{Parameters, Resource, Scope, TokenRequest};
use service::{Authentication, IdentityAssertions, Passwords, Stores, Wiring};
use store::GroundedGrants;

use crate::asserted::Presented;
use crate::code::Proof;
use crate::password::Credentials;

const PATH: &str = "/token";
const ENDPOINT: Endpoint = Endpoint::for_any_origin("POST");

/// The `/token` endpoint for clients.
pub struct Token {
    wiring: Wiring,
    clients: Authentication,
    identities: IdentityAssertions,
    grants: GroundedGrants,
    /// Present only where the deployment offers the password grant: no other grant type needs it.
    passwords: Option<Passwords>,
}

/// The facts about a request that every grant type needs.
struct TokenContext<'a> {
    client: AuthenticatedClient,
    /// The key of the request's DPoP proof.
    proven: Option<ProvenKey>,
    apis: Vec<Api>,
    /// The keys that seal and open handles. Those that sign are chosen for each token.
    ring: Arc<KeyRing>,
    source: Option<IpAddr>,
    log: &'a RequestLog,
    moment: Moment,
}

/// The access that a request asks for.
struct RequestedAccess {
    scope: Option<Scope>,
    resources: Vec<Resource>,
}

impl Token {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let passwords = config.policy.legacy.password.then(|| stores.passwords()).transpose()?;
        let clients = Authentication::open(&config, stores)?;
        let identities = IdentityAssertions::new(&config);
        Ok(Self {
            clients,
            identities,
            wiring: Wiring::assemble(config, stores, true)?,
            grants: stores.grounded_grants()?,
            passwords,
        })
    }

    async fn give(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let request = TokenRequest::parse(&form, self.wiring.config.policy.legacy)?;
        let (client, proven) = self.authenticate(incoming, &request, &form, now).await?;
        let apis = self.wiring.apis_of(client.client(), now).await?;
        let ring = self.ring_for(&request, now).await?;
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let (source, log) = (incoming.source(), incoming.log());
        let context = TokenContext { client, proven, apis, ring, source, log, moment };
        match self.give_to(request, &context).await {
            Err(refused) if refused.may_be_outdated() => Box::pin(self.give_again(refused, &form, &context)).await,
            given => given,
        }
    }

    /// Authenticates the client, and checks its DPoP proof before an assertion is used up.
    async fn authenticate(
        &self,
        incoming: Incoming<'_>,
        request: &TokenRequest,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<(AuthenticatedClient, Option<ProvenKey>), Failure> {
        let proven = || self.wiring.proven_key(incoming, PATH, None, now);
        match request {
            TokenRequest::Workload { .. } => {
                let client = self.clients.authenticate_workload(&self.wiring, incoming, form, now).await?;
                incoming.log().client(&client.client().id);
                Ok((client, proven().await?))
            }
            TokenRequest::ClientCredentials { .. }
            | TokenRequest::AuthorizationCode { .. }
            | TokenRequest::RefreshToken { .. }
            | TokenRequest::DeviceCode { .. }
            | TokenRequest::TokenExchange { .. }
            | TokenRequest::AssertionExchange { .. }
            | TokenRequest::IdentityAssertion { .. }
            | TokenRequest::Password { .. } => {
                let verified = self.clients.check_credentials(&self.wiring, incoming, form, now).await?;
                incoming.log().client(&verified.client().id);
                let proven = proven().await?;
                self.check_proof(verified.client(), proven.as_ref(), now).await?;
                Ok((self.clients.use_up(verified, incoming, now).await?, proven))
            }
        }
    }

    /// Checks that the request has the proof that its client owes, by the cached registration or by the current one.
    async fn check_proof(&self, client: &Client, proven: Option<&ProvenKey>, now: Timestamp) -> Result<(), Failure> {
        let Err(refused) = binding(client, proven) else { return Ok(()) };
        match Box::pin(self.wiring.registry.client_again(client, now)).await? {
            Some(current) => Ok(binding(&current, proven).map(drop)?),
            None => Err(refused.into()),
        }
    }

    /// Returns the keys; reads them again if the code or the refresh token names a master that they do not contain.
    async fn ring_for(&self, request: &TokenRequest, now: Timestamp) -> Result<Arc<KeyRing>, Failure> {
        let keys = &self.wiring.keys;
        match request {
            TokenRequest::AuthorizationCode { code: handle, .. }
            | TokenRequest::RefreshToken { refresh_token: handle, .. }
            | TokenRequest::DeviceCode { device_code: handle, .. } => keys.ring_to_verify(handle, now).await,
            // The keys for a subject token are chosen where it is read.
            TokenRequest::ClientCredentials { .. }
            | TokenRequest::Workload { .. }
            | TokenRequest::Password { .. }
            | TokenRequest::IdentityAssertion { .. }
            | TokenRequest::AssertionExchange { .. }
            | TokenRequest::TokenExchange { .. } => keys.ring(now).await,
        }
    }

    /// Repeats a refused request if the client is registered differently by now. It is the same attempt, so what it
    /// may have written already is its own work.
    async fn give_again(
        &self,
        refused: Failure,
        form: &Parameters,
        context: &TokenContext<'_>,
    ) -> Result<Response, Failure> {
        let now = context.moment.now;
        let current = self.wiring.client_again(context.client.client(), &context.apis, now).await?;
        let Some(client) = current.and_then(|current| context.client.registered_as(current)) else {
            return Err(refused);
        };
        let apis = self.wiring.apis_of(client.client(), now).await?;
        let request = TokenRequest::parse(form, self.wiring.config.policy.legacy)?;
        self.give_to(request, &TokenContext { client, apis, ring: Arc::clone(&context.ring), ..*context }).await
    }

    async fn give_to(&self, request: TokenRequest, context: &TokenContext<'_>) -> Result<Response, Failure> {
        match request {
            TokenRequest::ClientCredentials { scope, resources } | TokenRequest::Workload { scope, resources } => {
                self.give_to_service(context, &resources, scope.as_ref()).await
            }
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resources } => {
                self.redeem(context, &code, Proof { redirect_uri, code_verifier, resources }).await
            }
            TokenRequest::RefreshToken { refresh_token, scope, resources } => {
                self.refresh(context, &refresh_token, RequestedAccess { scope, resources }).await
            }
            TokenRequest::Password { username, password, scope, resources } => {
                let credentials = Credentials { username, password };
                self.give_for_password(context, &credentials, RequestedAccess { scope, resources }).await
            }
            TokenRequest::DeviceCode { device_code, resources } => self.poll(context, &device_code, &resources).await,
            TokenRequest::TokenExchange { subject_token, scope, resources } => {
                self.exchange(context, &subject_token, &RequestedAccess { scope, resources }).await
            }
            TokenRequest::AssertionExchange { subject_token, subject_token_type, audience, scope, resources } => {
                let presented = Presented { token: subject_token, kind: subject_token_type };
                self.assert(context, &presented, AskedAssertion { audience, scope, resources }).await
            }
            TokenRequest::IdentityAssertion { assertion, scope, resources } => {
                self.give_for_assertion(context, &assertion, &RequestedAccess { scope, resources }).await
            }
        }
    }
}

impl TokenContext<'_> {
    /// Returns the key to bind the tokens to, if one was proven; every grant type asks before it does anything else.
    fn key(&self) -> Result<Option<Confirmation>, Refusal> {
        binding(self.client.client(), self.proven.as_ref())
    }

    /// Returns the items that a grant rests on, as its handle names them.
    fn revealed(&self, grant: GrantId, hidden: Option<HiddenFooting>) -> Option<RestsOn> {
        hidden.map(|hidden| self.ring.handles().reveal(grant, hidden))
    }
}

impl Token {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        let response = ENDPOINT.answer(incoming, |incoming| self.give(incoming)).await;
        self.wiring.with_nonce(incoming, response).await
    }
}

impl Function for Token {
    fn name(&self) -> &'static str {
        "token"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
