//! The refresh token grant: one conditional write (RFC 6749 §6).

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::refresh::{RefreshRequest, explain, rotate};
use grants::{Asked, Grant, Refusal, RestsOn, one_token_serves};
use protocol::{GrantType, Secret};
use store::Applied;

use crate::{RequestedAccess, Token, TokenContext};

impl Token {
    pub(crate) async fn refresh(
        &self,
        context: &TokenContext<'_>,
        token: &Secret,
        RequestedAccess { scope, resources }: RequestedAccess,
    ) -> Result<Response, Failure> {
        if !context.client.client().may_use(GrantType::RefreshToken) {
            return Err(Refusal::GrantTypeNotAllowed.into());
        }
        let handles = context.ring.handles();
        let token = handles.open_refresh(token).ok_or(Refusal::RefreshTokenUnknown)?;
        let resources = one_token_serves(context.client.client(), &context.apis, &resources)?;
        let rests_on = token.rests_on.map(|hidden| handles.reveal(token.secret.id(), hidden));
        let issuer = self.wiring.config.issuer.clone();
        let request = RefreshRequest { token, scope, resources, issuer };
        let grant = self.advance_by_refresh(context, &request, rests_on).await?;
        let asked = Asked { resources: &request.resources, scope: request.scope.as_ref() };
        let (response, token) = self.give_of_grant(context, &grant, request.token.secret.clone(), asked).await?;
        context.log.event(AuditEntry::of_grant(AuditEvent::GrantRefreshed, &grant).with_token(token));
        Ok(response)
    }

    async fn advance_by_refresh(
        &self,
        context: &TokenContext<'_>,
        request: &RefreshRequest,
        rests_on: Option<RestsOn>,
    ) -> Result<Grant, Failure> {
        let (policy, moment) = (&self.wiring.config.policy, context.moment);
        let step = rotate(request, &context.client, policy, moment);
        let (applied, ground) = self.grants.apply(&step, rests_on).await?;
        let grant = match applied {
            Applied::Done(grant) => *grant,
            Applied::Refused(found) => {
                let verdict = explain(request, &context.client, found.as_deref(), policy, moment);
                self.carry_out(context, verdict, found.as_deref()).await?
            }
        };
        self.on_its_footing(context, grant, ground).await
    }
}
