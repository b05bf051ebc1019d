//! The refresh token grant (RFC 6749 §6): one conditional write, or one read where refresh tokens are not rotated.

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::refresh::{RefreshRequest, explain, rotate, stay};
use grants::{Asked, Refusal, one_token_serves};
use protocol::{GrantType, Secret};
use store::{Applied, Ground};

use crate::tokens::StandingGrant;
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
        let key = context.key()?;
        let token = context.ring.handles().open_refresh(token).ok_or(Refusal::RefreshTokenUnknown)?;
        let resources = one_token_serves(context.client.client(), &context.apis, &resources, scope.as_ref())?;
        let issuer = self.wiring.config.issuer.clone();
        let request = RefreshRequest { token, key, scope, resources, issuer };
        let standing = if context.client.client().profile.rotates_refresh_tokens() {
            self.advance_by_refresh(context, &request).await?
        } else {
            self.stay_by_refresh(context, &request).await?
        };
        let asked = Asked { resources: &request.resources, scope: request.scope.as_ref() };
        let (response, token) = self.give_of_grant(context, &standing, request.token.secret.clone(), asked).await?;
        context.log.event(AuditEntry::of_grant(AuditEvent::GrantRefreshed, &standing.grant).with_token(token));
        Ok(response)
    }

    async fn advance_by_refresh(
        &self,
        context: &TokenContext<'_>,
        request: &RefreshRequest,
    ) -> Result<StandingGrant, Failure> {
        let (policy, moment) = (&self.wiring.config.policy, context.moment);
        let step = rotate(request, &context.client, policy, moment);
        let rests_on = context.revealed(step.id(), request.token.rests_on);
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

    /// Finds the grant of a client whose refresh tokens are not rotated, and leaves it as it is.
    async fn stay_by_refresh(
        &self,
        context: &TokenContext<'_>,
        request: &RefreshRequest,
    ) -> Result<StandingGrant, Failure> {
        let (policy, moment) = (&self.wiring.config.policy, context.moment);
        let id = request.token.secret.id();
        let read = self.grants.look(id, context.revealed(id, request.token.rests_on)).await?;
        let (found, ground) = read.map_or_else(|| (None, Ground::default()), |(grant, ground)| (Some(grant), ground));
        let verdict = stay(request, &context.client, found.as_ref(), policy, moment);
        let grant = self.carry_out(context, verdict, found.as_ref()).await?;
        self.on_its_footing(context, grant, ground).await
    }
}
