//! Issues a code, or the tokens of the implicit grant, with one conditional write.

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::authorization::Admission;
use grants::code::{self, Agreement};
use grants::revocation::revoke;
use grants::{
    AccessToken, Asked, Attempt, Client, ClientChange, CodeHandle, Generation, Grant, GrantId, GrantSecret, IdToken,
    Moment, Person, SignIn, Timestamp, TokenName, for_grant, implicit, is_agreed,
};
use protocol::{AuthorizationErrorCode, Claims, GrantType, IdentityScope, ResponseType, Scope, Secret, Subject};
use service::IssuedAccessToken;
use sessions::{Rules, SessionChange, SignedIn, UserChange, WantedContexts, stands};
use store::{Applied, ClientChanged, Unknown, UserChanged};

use crate::context::AuthorizationContext;
use crate::refused::Refused;
use crate::returned_error::ReturnedError;
use crate::{Authorize, known_as};

const ADVICE: &str = "move this client to authorization_code with PKCE: a token in a browser's address leaks";

/// A grant of the implicit flow that was just made, with the claims of the person.
struct MadeGrant<'a> {
    admission: &'a Admission,
    grant: &'a Grant,
    known: &'a Claims,
}

/// The act by which the person allowed the access that is issued.
#[derive(Clone, Copy)]
pub(crate) enum Allowed {
    /// The person pressed the button of the consent form with this nonce.
    Now([u8; 16]),
    /// The person allowed it earlier, or the client needs no consent.
    Before,
}

impl Allowed {
    /// The nonce that determines the grant.
    fn nonce(self) -> [u8; 16] {
        match self {
            Self::Now(nonce) => nonce,
            Self::Before => edge::random(),
        }
    }
}

/// A grant that is about to be written.
struct NewGrant<'a> {
    grant: &'a Grant,
    allowed: Allowed,
}

/// An access token of the implicit grant, with its content.
struct MadeToken {
    issued: IssuedAccessToken,
    token: AccessToken,
}

impl Authorize {
    /// Creates the grant that the nonce of `allowed` determines and answers the client.
    pub(crate) async fn issue(
        &self,
        context: &AuthorizationContext<'_>,
        person: &SignedIn,
        allowed: Allowed,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let (admission, ring) = (&context.admission, self.ring(now).await?);
        let secret = context.carried.secret_of_grant(&ring, &allowed.nonce());
        let moment = Moment { now, attempt: Attempt::from_bytes(edge::random()) };
        let known_as = known_as(admission.client(), person, &ring)?;
        let grant = self.grant_of(admission, secret.id(), self.agreement(admission, person, known_as), moment);
        self.make(context, person, NewGrant { grant: &grant, allowed }, moment).await?;
        let response = match admission.request().response_type {
            ResponseType::Code => {
                let rests_on = ring.footing_of(&grant);
                let code = ring.handles().seal_code(&CodeHandle { secret, rests_on });
                context.log.event(AuditEntry::of_grant(AuditEvent::CodeIssued, &grant));
                self.respond(admission.response(), &[("code", code.expose())]).await?
            }
            ResponseType::Token | ResponseType::IdToken | ResponseType::IdTokenToken => {
                let made = MadeGrant { admission, grant: &grant, known: &person.user().known_claims() };
                let (response, token) = self.send_tokens(&made, secret, now).await?;
                let issued = AuditEntry::of_grant(AuditEvent::ImplicitTokenIssued, &grant).with_token(token);
                context.log.event(issued);
                context.log.event(AuditEntry::legacy(GrantType::Implicit, ADVICE));
                response
            }
        };
        context.log_client();
        Ok(response)
    }

    /// Writes the grant, unless what it rests on is over by then.
    async fn make(
        &self,
        context: &AuthorizationContext<'_>,
        person: &SignedIn,
        NewGrant { grant, allowed }: NewGrant<'_>,
        Moment { now, attempt }: Moment,
    ) -> Result<(), Refused> {
        let step = context.carried.making(grant.clone(), now);
        let (applied, stands, ()) = tokio::join!(
            self.grants.apply(&step),
            self.still_stands(grant, person, now),
            self.extend_registration(context.admission.client(), grant, now),
        );
        match applied? {
            Applied::Done(_) => {}
            Applied::Refused(found) if code::was_issued(found.as_deref(), attempt) => {}
            Applied::Refused(_) => return Err(context.used_before()),
        }
        // Only after the write: a withdrawal of consent that is later than this ends the grant, if not at once then as soon as the
        // index shows it.
        let agreed = match allowed {
            Allowed::Now(_) => true,
            Allowed::Before => self.is_still_agreed(&context.admission, person).await?,
        };
        if !(stands? && agreed) {
            // The person signed out, was disabled or withdrew consent since the visit was read: start again with what is
            // left.
            self.grants.apply(&revoke(grant.id)).await?;
            return Err(Refused::StartOver(context.carried.again()));
        }
        Ok(())
    }

    /// Returns whether the person's consent still covers the request, if the client needs consent.
    async fn is_still_agreed(&self, admission: &Admission, person: &SignedIn) -> Result<bool, Unknown> {
        let (client, redirect_uri, target) = (admission.client(), admission.redirect_uri(), admission.to_agree_to());
        if is_agreed(client, redirect_uri, None, target) {
            return Ok(true);
        }
        let found = self.people.person(person.user().key, Some(&client.id)).await?;
        Ok(is_agreed(client, redirect_uri, found.agreed.as_ref(), target))
    }

    /// Returns whether the person and session behind the grant are still valid at the time it is created. The same
    /// step counts the grant there.
    pub(crate) async fn still_stands(&self, grant: &Grant, person: &SignedIn, now: Timestamp) -> Result<bool, Unknown> {
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

    /// Extends the registration of a client that registered itself, before the grant outlives it. If that fails, the
    /// next grant does it.
    async fn extend_registration(&self, client: &Client, grant: &Grant, now: Timestamp) {
        if let Some(change) = ClientChange::extend(client, grant.ends_at, now) {
            let registry = &self.wiring.registry;
            let logo = change.after(Some(client)).and_then(|client| registry.extended_logo(&client));
            let has_logo = logo.is_some();
            let extended = match registry.change_client(&change, logo).await {
                // A logo may be gone before the client: it has the end that a change of the registration had read.
                Ok(ClientChanged::Refused(None)) if has_logo => registry.change_client(&change, None).await,
                extended => extended,
            };
            drop(extended.map_err(Failure::from));
        }
    }

    /// Returns the access that the person agreed to. `known_as` is the `sub` by which the client knows the person.
    fn agreement(&self, admission: &Admission, person: &SignedIn, known_as: Subject) -> Agreement {
        let (user, session) = (person.user(), person.session());
        let (request, target) = (admission.request(), admission.target());
        let wanted = WantedContexts::of(request, admission.client(), &self.wiring.config.policy);
        let sign_in = SignIn {
            userinfo_claims: request.claims.userinfo.clone(),
            id_token_claims: implicit::id_token_claims(request, target, &user.known_claims()),
        };
        let person = Person {
            subject: user.subject.clone(),
            pairwise_subject: Some(known_as).filter(|known_as| *known_as != user.subject),
            auth_time: session.auth_time,
            authentication: person.authentication_for(wanted.as_ref()),
            footing: Some(person.footing(outlives(&target.scope))),
            sign_in: Some(sign_in),
        };
        Agreement {
            person,
            target: target.clone(),
            code_challenge: request.code_challenge.clone(),
            code_key: request.code_key,
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
        made: &MadeGrant<'_>,
        secret: GrantSecret,
        now: Timestamp,
    ) -> Result<(Response, Option<TokenName>), Refused> {
        let kind = made.admission.request().response_type;
        let access = if kind.gives_token() { Some(self.access_token(made, secret, now).await?) } else { None };
        let id_token = if kind.gives_id_token() {
            Some(self.id_token(made, access.as_ref().map(|access| &access.issued.token), now).await?)
        } else {
            None
        };
        let expires_in = access.as_ref().map(|access| access.token.expires_in().to_string()).unwrap_or_default();
        let pairs = access.as_ref().map(|MadeToken { issued, token }| {
            let (made, lifetime) = (("access_token", issued.token.expose()), ("expires_in", expires_in.as_str()));
            [made, ("token_type", "Bearer"), lifetime, ("scope", token.scope.as_str())]
        });
        let id_token = id_token.as_ref().map(|signed| ("id_token", signed.expose()));
        // A token without a scope: `scope` has at least one word (RFC 6749 §3.3).
        let pairs = pairs.into_iter().flatten().chain(id_token).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<(&str, &str)> = pairs.collect();
        let name = access.as_ref().map(|access| access.issued.name);
        Ok((self.respond(made.admission.response(), &pairs).await?, name))
    }

    async fn access_token(
        &self,
        &MadeGrant { admission, grant, known }: &MadeGrant<'_>,
        secret: GrantSecret,
        now: Timestamp,
    ) -> Result<MadeToken, Refused> {
        let client = admission.client();
        let apis = self.wiring.apis_of(client, now).await?;
        let asked = Asked { resources: &[], scope: None };
        let token = for_grant(grant, client, &apis, asked, now)
            .map_err(|refusal| not_given(admission, refusal.authorization_code(), refusal.description()))?;
        let token = token.about(known, &apis);
        let issued = self.wiring.access_token_of_grant(&token, grant, secret, Generation::FIRST).await?;
        Ok(MadeToken { issued, token })
    }

    /// Signs the ID token, with `at_hash` if an access token is sent along (OpenID Connect Core §3.2.2.9).
    async fn id_token(
        &self,
        &MadeGrant { admission, grant, known }: &MadeGrant<'_>,
        access_token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Secret, Refused> {
        let Some(token) = IdToken::of(grant, admission.client(), known, &self.wiring.config.policy, now) else {
            let why = "the scope openid was not granted";
            return Err(not_given(admission, AuthorizationErrorCode::InvalidScope, why));
        };
        Ok(self.wiring.id_token(&token, access_token, now).await?)
    }
}

/// Refuses tokens to a client, while the person is signed in.
fn not_given(admission: &Admission, code: AuthorizationErrorCode, description: &str) -> Refused {
    Refused::Returned(Box::new(ReturnedError::for_admitted(admission, code, description)))
}

/// Returns whether a grant with this scope outlives the session that it comes from (OpenID Connect Core §11).
pub(crate) fn outlives(scope: &Scope) -> bool {
    scope.has(IdentityScope::OfflineAccess)
}
