//! Polls of devices: one conditional write, and another one after a decision (RFC 8628 §3.4, §3.5).

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::device::{DevicePoll, Polled, decide, explain, poll};
use grants::{Asked, Grant, Refusal, one_token_serves};
use protocol::{GrantType, Resource, Secret};
use store::{Applied, Ground};

use crate::{Token, TokenContext};

impl Token {
    pub(crate) async fn poll(
        &self,
        context: &TokenContext<'_>,
        code: &Secret,
        resources: &[Resource],
    ) -> Result<Response, Failure> {
        if !context.client.client().may_use(GrantType::DeviceCode) {
            return Err(Refusal::GrantTypeNotAllowed.into());
        }
        let key = context.key()?;
        let code = context.ring.handles().open_device(code).ok_or(Refusal::DeviceCodeUnknown)?;
        let resources = one_token_serves(context.client.client(), &context.apis, resources, None)?;
        let request = DevicePoll { code, key, resources, issuer: self.wiring.config.issuer.clone() };
        let grant = self.advance_by_poll(context, &request).await?;
        let standing = self.on_its_footing(context, grant, Ground::default()).await?;
        let asked = Asked { resources: &request.resources, scope: None };
        let (response, token) = self.give_of_grant(context, &standing, request.code.secret.clone(), asked).await?;
        context.log.event(AuditEntry::of_grant(AuditEvent::DeviceCodeRedeemed, &standing.grant).with_token(token));
        Ok(response)
    }

    async fn advance_by_poll(&self, context: &TokenContext<'_>, request: &DevicePoll) -> Result<Grant, Failure> {
        let (client, policy, moment) = (&context.client, &self.wiring.config.policy, context.moment);
        let grants = self.grants.grants();
        let found = match grants.apply(&poll(request, client, moment)).await? {
            Applied::Done(_) => return Err(Refusal::DevicePending.into()),
            Applied::Refused(found) => found,
        };
        match decide(request, client, policy, found.as_deref(), moment) {
            Polled::Refuse(refusal) => Err(refusal.into()),
            Polled::SlowDown(step) => {
                // Refused if another poll made the interval longer at the same moment, or a person decided.
                grants.apply(&step).await?;
                Err(Refusal::DeviceTooEarly.into())
            }
            Polled::Redeem(step) => match grants.apply(&step).await? {
                Applied::Done(grant) => Ok(*grant),
                Applied::Refused(found) => {
                    let verdict = explain(request, client, found.as_deref(), moment);
                    self.carry_out(context, verdict, found.as_deref()).await
                }
            },
        }
    }
}
