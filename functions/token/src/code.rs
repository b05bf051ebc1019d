//! Redemption of a code: one conditional write (RFC 6749 §4.1.3).

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::code::{CodeRedemption, explain, redeem};
use grants::{Asked, Refusal, one_token_serves};
use protocol::{CodeVerifier, GrantType, RedirectUri, Resource, Secret};
use store::Applied;

use crate::tokens::StandingGrant;
use crate::{Token, TokenContext};

/// The parameters that accompany a code.
pub(crate) struct Proof {
    pub(crate) redirect_uri: Option<RedirectUri>,
    pub(crate) code_verifier: Option<CodeVerifier>,
    /// The APIs that the access token is requested for.
    pub(crate) resources: Vec<Resource>,
}

impl Token {
    pub(crate) async fn redeem(
        &self,
        context: &TokenContext<'_>,
        code: &Secret,
        proof: Proof,
    ) -> Result<Response, Failure> {
        if !context.client.client().may_use(GrantType::AuthorizationCode) {
            return Err(Refusal::GrantTypeNotAllowed.into());
        }
        let key = context.key()?;
        let Proof { redirect_uri, code_verifier, resources } = proof;
        let code = context.ring.handles().open_code(code).ok_or(Refusal::CodeUnknown)?;
        let resources = one_token_serves(context.client.client(), &context.apis, &resources, None)?;
        let issuer = self.wiring.config.issuer.clone();
        let request = CodeRedemption { code, redirect_uri, code_verifier, key, resources, issuer };
        let standing = self.advance_by_code(context, &request).await?;
        let asked = Asked { resources: &request.resources, scope: None };
        let (response, token) = self.give_of_grant(context, &standing, request.code.secret.clone(), asked).await?;
        context.log.event(AuditEntry::of_grant(AuditEvent::CodeRedeemed, &standing.grant).with_token(token));
        Ok(response)
    }

    async fn advance_by_code(
        &self,
        context: &TokenContext<'_>,
        request: &CodeRedemption,
    ) -> Result<StandingGrant, Failure> {
        let (policy, moment) = (&self.wiring.config.policy, context.moment);
        let step = redeem(request, &context.client, policy, moment);
        let rests_on = context.revealed(step.id(), request.code.rests_on);
        let (applied, ground) = self.grants.apply(&step, rests_on).await?;
        let grant = match applied {
            Applied::Done(grant) => *grant,
            Applied::Refused(found) => {
                let verdict = explain(request, &context.client, found.as_deref(), moment);
                self.carry_out(context, verdict, found.as_deref()).await?
            }
        };
        self.on_its_footing(context, grant, ground).await
    }
}
