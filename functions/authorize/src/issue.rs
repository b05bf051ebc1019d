//! Issues a code, or the tokens of the implicit grant, with one conditional write.

use edge::{Answer, AuditEvent, Event, Trace, redirect};
use grants::code::{self, Agreement};
use grants::revocation::revoke;
use grants::{
    AccessToken, Asked, Attempt, CodeHandle, Generation, Grant, GrantId, GrantSecret, IdToken, Moment, SignIn,
    Timestamp, TokenFormat, TokenId, TokenName, for_grant, implicit,
};
use keys::KeyRing;
use protocol::{AuthorizationErrorCode, GrantType, IdentityScope, ResponseType, Scope, Secret, Subject};
use sessions::{Rules, SessionChange, SignedIn, UserChange, stands};
use store::{Applied, Unknown, UserChanged};

use crate::admitted::Admitted;
use crate::{Authorize, Early, known_as, show};

const ADVICE: &str = "move this client to authorization_code with PKCE: a token in a browser's address leaks";

/// An access token of the implicit grant, with the facts that the client gets about it.
struct MadeToken {
    made: Secret,
    name: TokenName,
    scope: String,
    expires_in: String,
}

impl Authorize {
    /// Creates the grant that `nonce` determines and answers the client. The nonce comes from the consent form, or
    /// is new if no form was needed.
    pub(crate) async fn issue(
        &self,
        admitted: &Admitted,
        person: &SignedIn,
        nonce: [u8; 16],
        now: Timestamp,
    ) -> Result<Answer, Early> {
        let ring = self.ring(now).await?;
        let secret = ring.handles().grant_of_form(&nonce);
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let known_as = known_as(admitted.trusted.client(), person, &ring)?;
        let grant = self.grant_of(admitted, secret.id(), Self::agreement(admitted, person, known_as), moment);
        let step = code::issue(grant.clone());
        let (applied, stands) = tokio::join!(self.grants.apply(&step), self.still_stands(&grant, person, now));
        match applied.map_err(show::unavailable)? {
            Applied::Done(_) => {}
            Applied::Refused(found) if code::was_issued(found.as_deref(), moment.attempt) => {}
            Applied::Refused(_) => return Err(show::used_form(admitted)),
        }
        if !stands.map_err(show::unavailable)? {
            // The person signed out or was disabled since the visit was read: start again, with no one signed in.
            self.grants.apply(&revoke(grant.id)).await.map_err(show::unavailable)?;
            return Err(Box::new(redirect(&admitted.again())));
        }
        let (answer, events) = match admitted.request.response_type {
            ResponseType::Code => {
                let rests_on = ring.footing_of(&grant);
                let code = ring.handles().seal_code(&CodeHandle { secret, rests_on });
                let answer = self.respond(&admitted.way(), &[("code", code.expose())]);
                (answer, vec![Event::of_grant(AuditEvent::CodeIssued, &grant)])
            }
            ResponseType::Token | ResponseType::IdToken | ResponseType::IdTokenToken => {
                let (answer, token) = self.send_tokens(admitted, &grant, secret, now).await?;
                let issued = Event::of_grant(AuditEvent::ImplicitTokenIssued, &grant).with_token(token);
                (answer, vec![issued, Event::legacy(GrantType::Implicit, ADVICE)])
            }
        };
        Ok(Trace { events, ..Trace::default() }.of_client(&grant.client_id).onto(answer))
    }

    /// Returns whether the person and session behind the grant are still valid at the time it is created. The same
    /// step counts the grant there.
    async fn still_stands(&self, grant: &Grant, person: &SignedIn, now: Timestamp) -> Result<bool, Unknown> {
        let (user, session) = (person.user(), person.session());
        let one_more = SessionChange::OneMoreGrant { at: now, credential_version: session.credential_version };
        let counted = UserChange::count_grant(user);
        let user = async {
            if outlives(&grant.scope) {
                let changed = self.people.change_user(&counted, None).await?;
                return Ok((changed == UserChanged::Done).then(|| user.clone()));
            }
            self.people.user(user.key).await
        };
        let (user, session) = tokio::join!(user, self.people.change_session(session, one_more));
        let (user, session) = (user?, session?);
        let rules = Rules::at(&self.parts.config.policy, now);
        Ok(session.is_some() && stands(grant, user.as_ref(), session.as_ref(), rules).is_ok())
    }

    /// Returns the access that the person agreed to. `known_as` is the `sub` by which the client knows the person.
    fn agreement(admitted: &Admitted, person: &SignedIn, known_as: Subject) -> Agreement {
        let (user, session, claims) = (person.user(), person.session(), &admitted.request.claims);
        let sign_in = SignIn {
            userinfo_claims: claims.userinfo.clone(),
            id_token_claims: user.known_claims().only(&implicit::id_token_claims(&admitted.request, &admitted.target)),
        };
        Agreement {
            subject: user.subject.clone(),
            pairwise_subject: Some(known_as).filter(|known_as| *known_as != user.subject),
            auth_time: session.auth_time,
            target: admitted.target.clone(),
            code_challenge: admitted.request.code_challenge.clone(),
            nonce: admitted.request.nonce.clone(),
            footing: person.footing(outlives(&admitted.target.scope)),
            session_ends_at: session.expires_at,
            sign_in,
        }
    }

    fn grant_of(&self, admitted: &Admitted, id: GrantId, agreement: Agreement, moment: Moment) -> Grant {
        let policy = &self.parts.config.policy;
        match admitted.request.response_type {
            ResponseType::Code => code::grant_of(id, &admitted.trusted, agreement, policy, moment),
            ResponseType::Token | ResponseType::IdToken | ResponseType::IdTokenToken => {
                implicit::grant_of(id, &admitted.trusted, agreement, policy, moment)
            }
        }
    }

    /// Builds the response of the implicit grant (RFC 6749 §4.2.2, OpenID Connect Core §3.2.2.5), and returns it
    /// with the name of its access token for the log.
    async fn send_tokens(
        &self,
        admitted: &Admitted,
        grant: &Grant,
        secret: GrantSecret,
        now: Timestamp,
    ) -> Result<(Answer, Option<TokenName>), Early> {
        let kind = admitted.request.response_type;
        let access =
            if kind.gives_token() { Some(self.access_token(admitted, grant, secret, now).await?) } else { None };
        let id_token = if kind.gives_id_token() {
            Some(self.id_token(admitted, grant, access.as_ref().map(|access| &access.made), now).await?)
        } else {
            None
        };
        let name = access.as_ref().map(|access| access.name);
        let access = access.as_ref().map(|access| {
            let (token, expires_in) =
                (("access_token", access.made.expose()), ("expires_in", access.expires_in.as_str()));
            [token, ("token_type", "Bearer"), expires_in, ("scope", access.scope.as_str())]
        });
        let id_token = id_token.as_ref().map(|made| ("id_token", made.expose()));
        let pairs: Vec<(&str, &str)> = access.into_iter().flatten().chain(id_token).collect();
        Ok((self.respond(&admitted.way(), &pairs), name))
    }

    async fn access_token(
        &self,
        admitted: &Admitted,
        grant: &Grant,
        secret: GrantSecret,
        now: Timestamp,
    ) -> Result<MadeToken, Early> {
        let client = admitted.trusted.client();
        let apis = self.parts.apis_of(client, now).await.map_err(|failure| show::failed(&failure))?;
        let asked = Asked { resources: &[], scope: None };
        let token = for_grant(grant, client, &apis, asked, now)
            .map_err(|refusal| Box::new(self.refuse(admitted, refusal.authorization_code(), refusal.description())))?;
        let keys =
            self.parts.keys.ring_to_sign(token.algorithm, now).await.map_err(|failure| show::failed(&failure))?;
        let rests_on = keys.footing_of(grant);
        let (made, name) = match token.format {
            TokenFormat::Jwt => {
                let id = TokenId::OfGrant(grant.id, Generation::FIRST, edge::random(), rests_on);
                (self.sign(&keys, &token, id)?, TokenName::Signed(id))
            }
            TokenFormat::Opaque => {
                let handle = token.handle(grant, secret, Generation::FIRST, rests_on);
                (keys.handles().seal_access(&handle), TokenName::Handle(grant.id, Generation::FIRST))
            }
        };
        Ok(MadeToken { made, name, scope: token.scope.to_string(), expires_in: token.expires_in().to_string() })
    }

    /// Signs the ID token, with `at_hash` if an access token is sent along (OpenID Connect Core §3.2.2.9).
    async fn id_token(
        &self,
        admitted: &Admitted,
        grant: &Grant,
        access_token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Secret, Early> {
        let config = &self.parts.config;
        let Some(token) = IdToken::of(grant, admitted.trusted.client(), &config.policy, now) else {
            let why = "the scope openid was not granted";
            return Err(Box::new(self.refuse(admitted, AuthorizationErrorCode::InvalidScope, why)));
        };
        let keys =
            self.parts.keys.ring_to_sign(token.algorithm, now).await.map_err(|failure| show::failed(&failure))?;
        keys.sign_id_token(&token, config.issuer.as_str(), access_token).map_err(|error| show::failed(&error.into()))
    }

    fn sign(&self, keys: &KeyRing, token: &AccessToken, id: TokenId) -> Result<Secret, Early> {
        keys.sign(token, self.parts.config.issuer.as_str(), id).map_err(|error| show::failed(&error.into()))
    }
}

/// Returns whether a grant with this scope outlives the session that it comes from (OpenID Connect Core §11).
fn outlives(scope: &Scope) -> bool {
    scope.has(IdentityScope::OfflineAccess)
}
