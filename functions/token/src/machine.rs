//! The client credentials grant: a JWT is not stored, an opaque token is stored as a grant of its own.

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::{Generation, GrantSecret, TokenFormat, TokenName, machine};
use protocol::{Resource, Scope};

use crate::tokens::{IssuedTokens, token_id_of_machine};
use crate::{Token, TokenContext};

impl Token {
    pub(crate) async fn give_to_service(
        &self,
        context: &TokenContext<'_>,
        resources: &[Resource],
        scope: Option<&Scope>,
    ) -> Result<Response, Failure> {
        let token = machine::access_token(&context.client, &context.apis, resources, scope, context.moment.now)?;
        let mut event = AuditEntry::new(AuditEvent::ServiceTokenIssued);
        let access_token = match token.format {
            TokenFormat::Jwt => {
                let id = token_id_of_machine();
                event = event.with_token(TokenName::Signed(id));
                self.sign(&token, id).await?
            }
            TokenFormat::Opaque => {
                let ring = self.wiring.keys.ring(context.moment.now).await?;
                let secret = GrantSecret::from_bytes(edge::random());
                let grant = machine::grant_of(&token, secret.id(), context.moment.attempt);
                // The identifier is random: an item that already exists was written by this very attempt.
                self.grants.grants().apply(&machine::issue(grant.clone())).await?;
                event =
                    AuditEntry::of_grant(event.name, &grant).with_token(TokenName::Handle(grant.id, Generation::FIRST));
                ring.handles().seal_access(&token.handle(&grant, secret, Generation::FIRST, None))
            }
        };
        let issued = IssuedTokens { access_token: &access_token, refresh_token: None, id_token: None, token: &token };
        context.log.event(event);
        Ok(issued.answer())
    }
}
