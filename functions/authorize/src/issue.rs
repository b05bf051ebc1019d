//! Issues a code, or the tokens of the implicit grant, with one conditional write.

use edge::{AuditEntry, AuditEvent, Response, Trace, redirect};
use grants::authorization::Admission;
use grants::code::{self, Agreement};
use grants::revocation::revoke;
use grants::{
    AccessToken, Asked, Attempt, CodeHandle, Generation, Grant, GrantId, GrantSecret, IdToken, Moment, Person, SignIn,
    Timestamp, TokenFormat, TokenId, TokenName, for_grant, implicit,
};
use keys::KeyRing;
use protocol::{AuthorizationErrorCode, GrantType, IdentityScope, ResponseType, Scope, Secret, Subject};
use sessions::{Rules, SessionChange, SignedIn, UserChange, stands};
use store::{Applied, Unknown, UserChanged};

use crate::context::AuthorizationContext;
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
        context: &AuthorizationContext,
        person: &SignedIn,
        nonce: [u8; 16],
        now: Timestamp,
    ) -> Result<Response, Early> {
        let (admission, ring) = (&context.admission, self.ring(now).await?);
        let secret = ring.handles().grant_of_form(&nonce);
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let known_as = known_as(admission.client(), person, &ring)?;
        let grant = self.grant_of(admission, secret.id(), Self::agreement(admission, person, known_as), moment);
        let step = code::issue(grant.clone());
        let (applied, stands) = tokio::join!(self.grants.apply(&step), self.still_stands(&grant, person, now));
        match applied.map_err(show::unavailable)? {
            Applied::Done(_) => {}
            Applied::Refused(found) if code::was_issued(found.as_deref(), moment.attempt) => {}
            Applied::Refused(_) => return Err(show::used_form(context)),
        }
        if !stands.map_err(show::unavailable)? {
            // The person signed out or was disabled since the visit was read: start again, with no one signed in.
            self.grants.apply(&revoke(grant.id)).await.map_err(show::unavailable)?;
            return Err(Box::new(redirect(&context.carried.again())));
        }
        let (answer, events) = match admission.request().response_type {
            ResponseType::Code => {
                let rests_on = ring.footing_of(&grant);
                let code = ring.handles().seal_code(&CodeHandle { secret, rests_on });
                let answer = self.respond(admission.response(), &[("code", code.expose())]);
                (answer, vec![AuditEntry::of_grant(AuditEvent::CodeIssued, &grant)])
            }
            ResponseType::Token | ResponseType::IdToken | ResponseType::IdTokenToken => {
                let (answer, token) = self.send_tokens(admission, &grant, secret, now).await?;
                let issued = AuditEntry::of_grant(AuditEvent::ImplicitTokenIssued, &grant).with_token(token);
                (answer, vec![issued, AuditEntry::legacy(GrantType::Implicit, ADVICE)])
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
        let rules = Rules::at(&self.wiring.config.policy, now);
        Ok(session.is_some() && stands(grant, user.as_ref(), session.as_ref(), rules).is_ok())
    }

    /// Returns the access that the person agreed to. `known_as` is the `sub` by which the client knows the person.
    fn agreement(admission: &Admission, person: &SignedIn, known_as: Subject) -> Agreement {
        let (user, session) = (person.user(), person.session());
        let (request, target) = (admission.request(), admission.target());
        let sign_in = SignIn {
            userinfo_claims: request.claims.userinfo.clone(),
            id_token_claims: user.known_claims().only(&implicit::id_token_claims(request, target)),
        };
        let person = Person {
            subject: user.subject.clone(),
            pairwise_subject: Some(known_as).filter(|known_as| *known_as != user.subject),
            auth_time: session.auth_time,
            footing: Some(person.footing(outlives(&target.scope))),
            sign_in: Some(sign_in),
        };
        Agreement {
            person,
            target: target.clone(),
            code_challenge: request.code_challenge.clone(),
            nonce: request.nonce.clone(),
            session_ends_at: session.expires_at,
        }
    }

    fn grant_of(&self, admission: &Admission, id: GrantId, agreement: Agreement, moment: Moment) -> Grant {
        let (policy, trusted) = (&self.wiring.config.policy, admission.response().trusted());
        match admission.request().response_type {
            ResponseType::Code => code::grant_of(id, trusted, agreement, policy, moment),
            ResponseType::Token | ResponseType::IdToken | ResponseType::IdTokenToken => {
                implicit::grant_of(id, trusted, agreement, policy, moment)
            }
        }
    }

    /// Builds the response of the implicit grant (RFC 6749 §4.2.2, OpenID Connect Core §3.2.2.5), and returns it
    /// with the name of its access token for the log.
    async fn send_tokens(
        &self,
        admission: &Admission,
        grant: &Grant,
        secret: GrantSecret,
        now: Timestamp,
    ) -> Result<(Response, Option<TokenName>), Early> {
        let kind = admission.request().response_type;
        let access =
            if kind.gives_token() { Some(self.access_token(admission, grant, secret, now).await?) } else { None };
        let id_token = if kind.gives_id_token() {
            Some(self.id_token(admission, grant, access.as_ref().map(|access| &access.made), now).await?)
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
        Ok((self.respond(admission.response(), &pairs), name))
    }

    async fn access_token(
        &self,
        admission: &Admission,
        grant: &Grant,
        secret: GrantSecret,
        now: Timestamp,
    ) -> Result<MadeToken, Early> {
        let client = admission.client();
        let apis = self.wiring.apis_of(client, now).await.map_err(|failure| show::failed(&failure))?;
        let asked = Asked { resources: &[], scope: None };
        let token = for_grant(grant, client, &apis, asked, now)
            .map_err(|refusal| Box::new(self.refuse(admission, refusal.authorization_code(), refusal.description())))?;
        let keys =
            self.wiring.keys.ring_to_sign(token.algorithm, now).await.map_err(|failure| show::failed(&failure))?;
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
        admission: &Admission,
        grant: &Grant,
        access_token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Secret, Early> {
        let config = &self.wiring.config;
        let Some(token) = IdToken::of(grant, admission.client(), &config.policy, now) else {
            let why = "the scope openid was not granted";
            return Err(Box::new(self.refuse(admission, AuthorizationErrorCode::InvalidScope, why)));
        };
        let keys =
            self.wiring.keys.ring_to_sign(token.algorithm, now).await.map_err(|failure| show::failed(&failure))?;
        keys.sign_id_token(&token, config.issuer.as_str(), access_token).map_err(|error| show::failed(&error.into()))
    }

    fn sign(&self, keys: &KeyRing, token: &AccessToken, id: TokenId) -> Result<Secret, Early> {
        keys.sign(token, self.wiring.config.issuer.as_str(), id).map_err(|error| show::failed(&error.into()))
    }
}

/// Returns whether a grant with this scope outlives the session that it comes from (OpenID Connect Core §11).
fn outlives(scope: &Scope) -> bool {
    scope.has(IdentityScope::OfflineAccess)
}
