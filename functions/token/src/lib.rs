//! `/token`: every grant type (RFC 6749 §3.2).
//!
//! Here lives the way of one request: read it, load, decide, write, answer. Each decision is a call into `grants`.
//!
//! # Decisions
//! - The form of the request is judged before its client is: an unknown grant type is no secret.
//! - What one token cannot serve is refused before anything is written for it, so that it costs no code and no refresh.

mod code;
mod machine;
mod refresh;
mod tokens;

use edge::{Answer, Config, Error, Failure, Function, Incoming, Parts, Stores, Trace, method_not_allowed};
use grants::{Api, Attempt, AuthenticatedClient, Timestamp};
use http::Method;
use lambda_http::Request;
use protocol::TokenRequest;
use store::GrantsTable;

/// The endpoint.
pub struct Token {
    parts: Parts,
    grants: GrantsTable,
}

/// What every grant type needs to know of a request.
struct Asking {
    client: AuthenticatedClient,
    apis: Vec<Api>,
    now: Timestamp,
    attempt: Attempt,
}

impl Token {
    /// Puts it together.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        Ok(Self { parts: Parts::assemble(config, stores, true)?, grants: stores.grants()? })
    }

    async fn give(&self, incoming: Incoming<'_>) -> Result<Answer, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let request = TokenRequest::parse(&form)?;
        let client = self.parts.authenticate(incoming, &form, now).await?;
        let client_id = client.client().id.to_string();
        let given = self.give_to(request, client, now).await.unwrap_or_else(|failure| failure.answer());
        Ok(Trace { client_id: Some(client_id), ..Trace::default() }.onto(given))
    }

    async fn give_to(
        &self,
        request: TokenRequest,
        client: AuthenticatedClient,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        let apis = self.parts.apis_of(client.client(), now).await?;
        let asking = Asking { client, apis, now, attempt: Attempt::from_bytes(edge::random()) };
        match request {
            TokenRequest::ClientCredentials { scope, resources } => {
                self.give_to_service(&asking, &resources, scope.as_ref()).await
            }
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resources } => {
                self.redeem(&asking, &code, (redirect_uri, code_verifier, resources)).await
            }
            TokenRequest::RefreshToken { refresh_token, scope, resources } => {
                self.refresh(&asking, &refresh_token, (scope, resources)).await
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
        if request.method() != Method::POST {
            return method_not_allowed("POST");
        }
        self.give(Incoming::new(&request)).await.unwrap_or_else(|failure| failure.answer())
    }
}
