//! Token exchange: one read, and no write (RFC 8693).

use std::sync::Arc;

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::exchange::{Exchange, SubjectToken, access_token, may_exchange};
use grants::{AccessToken, Client, Refusal};
use protocol::Secret;
use service::ReadAccess;

use crate::tokens::IssuedTokens;
use crate::{RequestedAccess, Token, TokenContext};

impl Token {
    pub(crate) async fn exchange(
        &self,
        context: &TokenContext<'_>,
        subject_token: &Secret,
        access: &RequestedAccess,
    ) -> Result<Response, Failure> {
        may_exchange(context.client.client())?;
        let key = context.key()?;
        let now = context.moment.now;
        let read = self.wiring.read_access(&self.grants, subject_token, now).await?;
        let read = read.ok_or(Refusal::SubjectTokenUnknown)?;
        let exchange = Exchange {
            client: &context.client,
            apis: &context.apis,
            resources: &access.resources,
            scope: access.scope.as_ref(),
            key,
            now,
        };
        let token = self.judge(&exchange, &read).await?;
        let lineage = read.lineage.next(edge::random()).ok_or(Refusal::SubjectTokenTooDeep)?;
        let issued = self.wiring.exchanged_access_token(&token, lineage).await?;
        let entry = read.grant().map_or(AuditEntry::new(AuditEvent::TokenExchanged), |found| {
            AuditEntry::of_grant(AuditEvent::TokenExchanged, &found.grant)
        });
        context.log.event(entry.with_token(issued.name).with_exchange(read.name, &token.actors));
        let tokens = IssuedTokens {
            access_token: &issued.token,
            refresh_token: None,
            id_token: None,
            token: &token,
            scope_asked: access.scope.is_some(),
        };
        Ok(tokens.answer_to_exchange())
    }

    /// Reads the clients that the subject token depends on, and decides. If the client may not act, the client of the token is
    /// read again, so that a new `--may-act` works at once.
    async fn judge(&self, exchange: &Exchange<'_>, read: &ReadAccess) -> Result<AccessToken, Failure> {
        let facts = read.facts.as_ref().ok_or(Refusal::SubjectTokenInactive)?;
        let standing = read.standing();
        let decided = |clients: &[Arc<Client>]| {
            let clients: Vec<&Client> = clients.iter().map(AsRef::as_ref).collect();
            access_token(exchange, &SubjectToken { facts, standing, clients: &clients, known: read.known() })
        };
        let mut clients = self.wiring.clients_of(facts, standing, exchange.now).await?;
        if decided(&clients).err() == Some(Refusal::SubjectTokenOfAnother)
            && let Some(holder) = clients.iter_mut().find(|client| client.id == facts.client_id)
            && let Some(current) = Box::pin(self.wiring.registry.client_again(holder, exchange.now)).await?
        {
            *holder = current;
        }
        Ok(decided(&clients)?)
    }
}
