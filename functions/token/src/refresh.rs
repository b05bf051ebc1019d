//! The refresh token grant: one conditional write (RFC 6749 §6).

use edge::{Answer, AuditEvent, Event, Failure};
use grants::refresh::{RefreshRequest, explain, rotate};
use grants::{Asked, Grant, Refusal, RestsOn, one_token_serves};
use protocol::{GrantType, Secret};
use store::Applied;

use crate::{Asking, RequestedAccess, Token};

impl Token {
    pub(crate) async fn refresh(
        &self,
        asking: &Asking<'_>,
        token: &Secret,
        RequestedAccess { scope, resources }: RequestedAccess,
    ) -> Result<Answer, Failure> {
        if !asking.client.client().may_use(GrantType::RefreshToken) {
            return Err(Refusal::GrantTypeNotAllowed.into());
        }
        let ring = self.parts.keys.ring(asking.moment.now).await?;
        let token = ring.handles().open_refresh(token).ok_or(Refusal::RefreshTokenUnknown)?;
        one_token_serves(asking.client.client(), &asking.apis, &resources)?;
        let rests_on = token.rests_on.map(|hidden| ring.handles().reveal(token.secret.id(), hidden));
        let issuer = self.parts.config.issuer.clone();
        let request = RefreshRequest { token, scope, resources, issuer };
        let grant = self.advance_by_refresh(asking, &request, rests_on).await?;
        let asked = Asked { resources: &request.resources, scope: request.scope.as_ref() };
        let (answer, token) = self.give_of_grant(asking, &grant, request.token.secret.clone(), asked).await?;
        asking.log.event(Event::of_grant(AuditEvent::GrantRefreshed, &grant).with_token(token));
        Ok(answer)
    }

    async fn advance_by_refresh(
        &self,
        asking: &Asking<'_>,
        request: &RefreshRequest,
        rests_on: Option<RestsOn>,
    ) -> Result<Grant, Failure> {
        let (policy, moment) = (&self.parts.config.policy, asking.moment);
        let step = rotate(request, &asking.client, policy, moment);
        let (applied, ground) = self.grants.apply(&step, rests_on).await?;
        let grant = match applied {
            Applied::Done(grant) => *grant,
            Applied::Refused(found) => {
                let verdict = explain(request, &asking.client, found.as_deref(), policy, moment);
                self.settle(asking, verdict, found.as_deref()).await?
            }
        };
        self.on_its_footing(asking, grant, ground).await
    }
}
