//! `/token`: every grant type (RFC 6749 §3.2).
//!
//! Here lives the way of one request: read it, load, decide, write, answer. Each decision is a call into `grants`.
//!
//! # Decisions
//! - The form of the request is judged before its client is: an unknown grant type is no secret.
//! - Any origin may read the answers (C062): what counts is in the body, and no cookie is looked at.
//! - The password grant takes passwords as the sign-in page does: same hash, same counters. The refusal of a wrong
//!   password, of nobody and of somebody switched off is the same.
//! - A person's grant is advanced and what it rests on is read side by side: a handle names both. Tokens leave only when
//!   both say yes, and a grant that has lost its footing is revoked. Of a handle of version 0.1 it is read afterwards.
//! - What one token cannot serve is refused before anything is written for it, so that it costs no code and no refresh.

mod code;
mod machine;
mod password;
mod refresh;
mod tokens;

use std::net::IpAddr;

use edge::{
    Answer, Authentication, Config, Error, Failure, Function, Incoming, Parts, Passwords, Stores, Trace, cross_origin,
    method_not_allowed, preflight,
};
use grants::{Api, Attempt, AuthenticatedClient, Moment};
use http::Method;
use lambda_http::Request;
use protocol::{Resource, Scope, TokenRequest};
use store::GroundedGrants;

use crate::code::Proof;
use crate::password::Credentials;

/// The endpoint.
pub struct Token {
    parts: Parts,
    clients: Authentication,
    grants: GroundedGrants,
    /// Only where the deployment offers the password grant: no other grant needs to see the people.
    passwords: Option<Passwords>,
}

/// What every grant type needs to know of a request.
struct Asking {
    client: AuthenticatedClient,
    apis: Vec<Api>,
    source: Option<IpAddr>,
    moment: Moment,
}

/// The access that a request asks for.
struct RequestedAccess {
    scope: Option<Scope>,
    resources: Vec<Resource>,
}

impl Token {
    /// Builds it from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let passwords = config.policy.legacy.password.then(|| stores.passwords()).transpose()?;
        let clients = Authentication::open(&config, stores)?;
        Ok(Self {
            clients,
            parts: Parts::assemble(config, stores, true)?,
            grants: stores.grounded_grants()?,
            passwords,
        })
    }

    async fn give(&self, incoming: Incoming<'_>) -> Result<Answer, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let request = TokenRequest::parse(&form, self.parts.config.policy.legacy)?;
        let client = self.clients.authenticate(&self.parts, incoming, &form, now).await?;
        let trace = Trace::default().of_client(&client.client().id);
        let apis = self.parts.apis_of(client.client(), now).await;
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let given = match apis {
            Ok(apis) => self.give_to(request, &Asking { client, apis, source: incoming.source(), moment }).await,
            Err(failure) => Err(failure),
        };
        Ok(trace.onto(given.unwrap_or_else(|failure| failure.answer())))
    }

    async fn give_to(&self, request: TokenRequest, asking: &Asking) -> Result<Answer, Failure> {
        match request {
            TokenRequest::ClientCredentials { scope, resources } => {
                self.give_to_service(asking, &resources, scope.as_ref()).await
            }
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resources } => {
                self.redeem(asking, &code, Proof { redirect_uri, code_verifier, resources }).await
            }
            TokenRequest::RefreshToken { refresh_token, scope, resources } => {
                self.refresh(asking, &refresh_token, RequestedAccess { scope, resources }).await
            }
            TokenRequest::Password { username, password, scope, resources } => {
                let credentials = Credentials { username, password };
                self.give_for_password(asking, &credentials, RequestedAccess { scope, resources }).await
            }
        }
    }
}

impl Function for Token {
    const NAME: &'static str = "token";

    async fn warm_up(&self) {
        self.parts.warm_up().await;
    }

    async fn answer(&self, request: Request) -> Answer {
        if let Some(answer) = preflight(request.method(), "POST") {
            return answer;
        }
        if request.method() != Method::POST {
            return cross_origin(method_not_allowed("POST"));
        }
        cross_origin(self.give(Incoming::new(&request)).await.unwrap_or_else(|failure| failure.answer()))
    }
}
