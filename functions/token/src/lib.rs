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
//! - A request that the cached registration does not allow is decided once more with the current one.
//! - A request that one token cannot serve is refused before anything is written, so it uses up no code and no
//!   refresh token.

mod code;
mod machine;
mod password;
mod refresh;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;

use edge::{Config, Endpoint, Error, Failure, Function, Incoming, RequestLog, Response};
use grants::{Api, Attempt, AuthenticatedClient, Moment};
use keys::KeyRing;
use protocol::{Parameters, Resource, Scope, TokenRequest};
use service::{Authentication, Passwords, Stores, Wiring};
use store::GroundedGrants;

use crate::code::Proof;
use crate::password::Credentials;

const ENDPOINT: Endpoint = Endpoint::for_any_origin("POST");

/// The `/token` endpoint for clients.
pub struct Token {
    wiring: Wiring,
    clients: Authentication,
    grants: GroundedGrants,
    /// Present only where the deployment offers the password grant: no other grant type needs it.
    passwords: Option<Passwords>,
}

/// The facts about a request that every grant type needs.
struct TokenContext<'a> {
    client: AuthenticatedClient,
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
        Ok(Self {
            clients,
            wiring: Wiring::assemble(config, stores, true)?,
            grants: stores.grounded_grants()?,
            passwords,
        })
    }

    async fn give(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let request = TokenRequest::parse(&form, self.wiring.config.policy.legacy)?;
        let client = self.clients.authenticate(&self.wiring, incoming, &form, now).await?;
        let log = incoming.log();
        log.client(&client.client().id);
        let apis = self.wiring.apis_of(client.client(), now).await?;
        let ring = self.wiring.keys.ring(now).await?;
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let context = TokenContext { client, apis, ring, source: incoming.source(), log, moment };
        match self.give_to(request, &context).await {
            Err(refused) if refused.may_be_outdated() => Box::pin(self.give_again(refused, &form, &context)).await,
            given => given,
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
            TokenRequest::ClientCredentials { scope, resources } => {
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
        }
    }
}

impl Function for Token {
    const NAME: &'static str = "token";

    async fn warm_up(&self) {
        self.wiring.warm_up().await;
    }

    async fn answer(&self, incoming: Incoming<'_>) -> Response {
        ENDPOINT.answer(incoming, |incoming| self.give(incoming)).await
    }
}
