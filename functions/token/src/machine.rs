//! The client credentials grant: a JWT is not stored, an opaque token is stored as a grant of its own.

use edge::{Answer, AuditEvent, Event, Failure};
use grants::{Generation, GrantSecret, TokenFormat, TokenName, machine};
use protocol::{Resource, Scope};

use crate::tokens::{Given, token_id_of_machine};
use crate::{Asking, Token};

impl Token {
    pub(crate) async fn give_to_service(
        &self,
        asking: &Asking<'_>,
        resources: &[Resource],
        scope: Option<&Scope>,
    ) -> Result<Answer, Failure> {
        let token = machine::access_token(&asking.client, &asking.apis, resources, scope, asking.moment.now)?;
        let mut event = Event::new(AuditEvent::ServiceTokenIssued);
        let access_token = match token.format {
            TokenFormat::Jwt => {
                let id = token_id_of_machine();
                event = event.with_token(TokenName::Signed(id));
                self.sign(&token, id).await?
            }
            TokenFormat::Opaque => {
                let ring = self.parts.keys.ring(asking.moment.now).await?;
                let secret = GrantSecret::from_bytes(edge::random());
                let grant = machine::grant_of(&token, secret.id(), asking.moment.attempt);
                // The identifier is random: an item that already exists was written by this very attempt.
                self.grants.grants().apply(&machine::issue(grant.clone())).await?;
                event = Event::of_grant(event.name, &grant).with_token(TokenName::Handle(grant.id, Generation::FIRST));
                ring.handles().seal_access(&token.handle(&grant, secret, Generation::FIRST, None))
            }
        };
        let given = Given { access_token: &access_token, refresh_token: None, id_token: None, token: &token };
        asking.log.event(event);
        Ok(given.answer())
    }
}
