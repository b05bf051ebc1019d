//! Refreshing: one conditional write (RFC 6749 §6).

use edge::{Answer, Event, Failure, Trace};
use grants::refresh::{RefreshRequest, explain, rotate};
use grants::{Asked, Grant, Refusal, one_token_serves};
use protocol::{GrantType, Resource, Scope, Secret};
use store::Applied;

use crate::{Asking, Token};

impl Token {
    pub(crate) async fn refresh(
        &self,
        asking: &Asking,
        token: &Secret,
        (scope, resources): (Option<Scope>, Vec<Resource>),
    ) -> Result<Answer, Failure> {
        if !asking.client.client().may_use(GrantType::RefreshToken) {
            return Err(Refusal::GrantTypeNotAllowed.into());
        }
        let ring = self.parts.keys.ring(asking.now).await?;
        let token = ring.handles().open_refresh(token).ok_or(Refusal::RefreshTokenUnknown)?;
        one_token_serves(asking.client.client(), &asking.apis, &resources)?;
        let issuer = self.parts.config.issuer.clone();
        let request = RefreshRequest { token, scope, resources, issuer };
        let grant = self.advance_by_refresh(asking, &request).await?;
        let asked = Asked { resources: &request.resources, scope: request.scope.as_ref() };
        let answer = self.give_of_grant(asking, &grant, request.token.secret.clone(), asked).await?;
        Ok(Trace::event(Event::of_grant("grant_refreshed", &grant)).onto(answer))
    }

    async fn advance_by_refresh(&self, asking: &Asking, request: &RefreshRequest) -> Result<Grant, Failure> {
        let (policy, now, attempt) = (&self.parts.config.policy, asking.now, asking.attempt);
        let found = match self.grants.apply(&rotate(request, &asking.client, policy, now, attempt)).await? {
            Applied::Done(grant) => return Ok(*grant),
            Applied::Refused(found) => found,
        };
        self.settle(explain(request, &asking.client, found.as_deref(), policy, (now, attempt)), found.as_deref()).await
    }
}
