//! Assembly of the tokens in a response.

use edge::{AuditEntry, AuditEvent, Failure, Response, json};
use grants::revocation::revoke;
use grants::{AccessToken, Asked, Confirmation, Grant, GrantSecret, IdToken, Refusal, TokenName, Verdict, refresh};
use http::StatusCode;
use protocol::{ACCESS_TOKEN_TYPE, Claims, IdentityScope, Secret, TokenResponse};
use service::IssuedAccessToken;
use sessions::{Rules, stands};
use store::Ground;

use crate::{Token, TokenContext};

/// The tokens of one response.
pub(crate) struct IssuedTokens<'a> {
    pub(crate) access_token: &'a Secret,
    pub(crate) refresh_token: Option<&'a Secret>,
    pub(crate) id_token: Option<&'a Secret>,
    pub(crate) token: &'a AccessToken,
    /// `true` if the client asked for a scope, now or when the person was asked.
    pub(crate) scope_asked: bool,
}

/// A grant whose basis is valid.
pub(crate) struct StandingGrant {
    pub(crate) grant: Grant,
    /// The claims of the person now, from the item that the grant depends on.
    pub(crate) known: Claims,
}

impl IssuedTokens<'_> {
    /// Builds the token response (RFC 6749 §5.1): the only place where tokens are serialized.
    pub(crate) fn answer(&self) -> Response {
        self.answer_with(None)
    }

    /// Builds the response to a token exchange, which says what was issued (RFC 8693 §2.2.1).
    pub(crate) fn answer_to_exchange(&self) -> Response {
        self.answer_with(Some(ACCESS_TOKEN_TYPE))
    }

    fn answer_with(&self, issued_token_type: Option<&'static str>) -> Response {
        let scope = &self.token.scope;
        json(
            StatusCode::OK,
            &TokenResponse {
                access_token: self.access_token.expose(),
                token_type: Confirmation::token_type(self.token.confirmation),
                expires_in: self.token.expires_in(),
                scope: (self.scope_asked || !scope.is_empty()).then_some(scope.as_str()),
                refresh_token: self.refresh_token.map(Secret::expose),
                id_token: self.id_token.map(Secret::expose),
                issued_token_type,
            },
        )
    }
}

impl Token {
    /// Makes the tokens of a grant that was just advanced, or was advanced before by this very request, and
    /// returns them with the name of the access token for the log.
    pub(crate) async fn give_of_grant(
        &self,
        context: &TokenContext<'_>,
        standing: &StandingGrant,
        secret: GrantSecret,
        asked: Asked<'_>,
    ) -> Result<(Response, TokenName), Failure> {
        let StandingGrant { grant, known } = standing;
        let token = grants::for_grant(grant, context.client.client(), &context.apis, asked, context.moment.now)?;
        let token = token.about(known, &context.apis).bound_to(context.key()?);
        let generation = refresh::current_generation(grant).ok_or(grants::Refusal::GrantRevoked)?;
        let issued = self.wiring.access_token_of_grant(&token, grant, secret.clone(), generation).await?;
        let IssuedAccessToken { token: access_token, name, rests_on } = issued;
        let id_token = self.id_token(context, standing, &asked, &access_token).await?;
        let next = refresh::token_of(grant, secret, rests_on, &context.client);
        let refresh_token = next.map(|handle| context.ring.handles().seal_refresh(&handle));
        let (refresh_token, id_token) = (refresh_token.as_ref(), id_token.as_ref());
        let scope_asked = asked.scope.is_some() || !grant.scope.is_empty();
        let issued = IssuedTokens { access_token: &access_token, refresh_token, id_token, token: &token, scope_asked };
        Ok((issued.answer(), name))
    }

    /// Signs the ID token for a grant with `openid`; none if less scope was requested.
    async fn id_token(
        &self,
        context: &TokenContext<'_>,
        standing: &StandingGrant,
        asked: &Asked<'_>,
        access_token: &Secret,
    ) -> Result<Option<Secret>, Failure> {
        let StandingGrant { grant, known } = standing;
        let policy = &self.wiring.config.policy;
        let wanted = asked.scope.is_none_or(|scope| scope.has(IdentityScope::OpenId));
        let token = IdToken::of(grant, context.client.client(), known, policy, context.moment.now);
        let Some(token) = token.filter(|_| wanted) else { return Ok(None) };
        Ok(Some(self.wiring.id_token(&token, Some(access_token), context.moment.now).await?))
    }

    /// Turns a refused write into a grant or an error, and revokes the grant on reuse.
    pub(crate) async fn carry_out(
        &self,
        context: &TokenContext<'_>,
        verdict: Verdict,
        found: Option<&Grant>,
    ) -> Result<Grant, Failure> {
        match verdict {
            Verdict::Done(grant) => Ok(*grant),
            Verdict::Refuse(refusal) => Err(refusal.into()),
            Verdict::RefuseAnd(refusal, last) => {
                // The refusal is sent only after the revocation is written: if the write fails, the client
                // retries.
                self.grants.grants().apply(&last).await?;
                Err(context.ended(refusal, found))
            }
        }
    }

    /// Returns the grant, with the claims of its person, if the items it depends on are valid; otherwise ends it. `read` holds the items that its
    /// handle named.
    pub(crate) async fn on_its_footing(
        &self,
        context: &TokenContext<'_>,
        grant: Grant,
        read: Ground,
    ) -> Result<StandingGrant, Failure> {
        let rules = Rules::at(&self.wiring.config.policy, context.moment.now);
        let ground = self.grants.ground_of(&grant, read).await?;
        if let Err(refusal) = stands(&grant, ground.user.as_ref(), ground.session.as_ref(), rules) {
            self.grants.grants().apply(&revoke(grant.id)).await?;
            return Err(context.ended(refusal, Some(&grant)));
        }
        let known = ground.user.map(|user| user.known_claims()).unwrap_or_default();
        Ok(StandingGrant { grant, known })
    }
}

impl TokenContext<'_> {
    /// Returns the failure for a refusal that ended a grant, and logs it if auditors need it.
    fn ended(&self, refusal: Refusal, grant: Option<&Grant>) -> Failure {
        if let Some(name) = AuditEvent::of_refusal(refusal) {
            self.log.event(grant.map_or(AuditEntry::new(name), |grant| AuditEntry::of_grant(name, grant)));
        }
        refusal.into()
    }
}
