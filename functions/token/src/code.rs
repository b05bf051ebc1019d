//! Redeeming a code: one conditional write (RFC 6749 §4.1.3).

use edge::{Answer, Event, Failure, Trace};
use grants::code::{CodeRedemption, explain, redeem};
use grants::{Asked, Grant, Refusal, one_token_serves};
use protocol::{CodeVerifier, GrantType, RedirectUri, Resource, Secret};
use store::Applied;

use crate::{Asking, Token};

type Proof = (Option<RedirectUri>, Option<CodeVerifier>, Vec<Resource>);

impl Token {
    pub(crate) async fn redeem(&self, asking: &Asking, code: &Secret, proof: Proof) -> Result<Answer, Failure> {
        if !asking.client.client().may_use(GrantType::AuthorizationCode) {
            return Err(Refusal::GrantTypeNotAllowed.into());
        }
        let (redirect_uri, code_verifier, resources) = proof;
        let ring = self.parts.keys.ring(asking.now).await?;
        let code = ring.handles().open_code(code).ok_or(Refusal::CodeUnknown)?;
        one_token_serves(asking.client.client(), &asking.apis, &resources)?;
        let issuer = self.parts.config.issuer.clone();
        let request = CodeRedemption { code, redirect_uri, code_verifier, resources, issuer };
        let grant = self.advance_by_code(asking, &request).await?;
        let asked = Asked { resources: &request.resources, scope: None };
        let answer = self.give_of_grant(asking, &grant, request.code.secret.clone(), asked).await?;
        Ok(Trace::event(Event::of_grant("code_redeemed", &grant)).onto(answer))
    }

    async fn advance_by_code(&self, asking: &Asking, request: &CodeRedemption) -> Result<Grant, Failure> {
        let (policy, now, attempt) = (&self.parts.config.policy, asking.now, asking.attempt);
        let step = redeem(request, &asking.client, policy, now, attempt);
        let found = match self.grants.apply(&step).await? {
            Applied::Done(grant) => return Ok(*grant),
            Applied::Refused(found) => found,
        };
        self.settle(explain(request, &asking.client, found.as_deref(), now, attempt), found.as_deref()).await
    }
}
