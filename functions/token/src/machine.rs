//! The client credentials grant: a JWT is not stored, an opaque token is stored as a grant of its own.

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::{Generation, GrantSecret, TokenFormat, machine};
use protocol::{Resource, Scope};

use crate::tokens::IssuedTokens;
use crate::{Token, TokenContext};

impl Token {
    pub(crate) async fn give_to_service(
        &self,
        context: &TokenContext<'_>,
        resources: &[Resource],
        scope: Option<&Scope>,
    ) -> Result<Response, Failure> {
        let key = context.key()?;
        let token = machine::access_token(&context.client, &context.apis, resources, scope, context.moment.now)?;
        let token = token.bound_to(key);
        let entry = AuditEntry::new(AuditEvent::ServiceTokenIssued);
        let (access_token, entry) = match token.format {
            TokenFormat::Jwt => (self.wiring.access_token_of_service(&token).await?, entry),
            TokenFormat::Opaque => {
                let secret = GrantSecret::from_bytes(edge::random());
                let grant = machine::grant_of(&token, secret.id(), context.moment.attempt);
                // The identifier is random: an item that already exists was written by this very attempt.
                self.grants.grants().apply(&machine::issue(grant.clone())).await?;
                let issued = self.wiring.access_token_of_grant(&token, &grant, secret, Generation::FIRST).await?;
                (issued, AuditEntry::of_grant(entry.name, &grant))
            }
        };
        let issued = IssuedTokens {
            access_token: &access_token.token,
            refresh_token: None,
            id_token: None,
            token: &token,
            scope_asked: scope.is_some(),
        };
        context.log.event(entry.with_token(access_token.name));
        Ok(issued.answer())
    }
}
