//! `/userinfo`: the claims about the person who signed in, for the holder of the access token (OpenID Connect Core
//! §5.3).
//!
//! # Decisions
//! - One round trip: the token names its grant and, readable for this server only, its person, so both are read at
//!   once. Revoked tokens, withdrawn keys, ended grants and disabled persons take effect at the next request.
//! - The claims are the current ones, not those at the time of the sign-in.
//! - The private signing keys are not read until the first client requests a signed answer.
//! - A token that is bound to a key comes with a DPoP proof, which is accepted once: its use is written while the grant is
//!   read, and only if the token and the proof are good so far. One that only a profile refuses is used up after its client is
//!   known to have none. A bound token is never accepted as a bearer token.
//! - Where OpenID Connect is off, the endpoint does not exist: 404, also for tokens issued before.
//! - Any origin may read the answers: only the token counts, and cookies are ignored.

use edge::{
    AuditEntry, AuditEvent, Awaited, Config, Endpoint, Error, Failure, Function, Incoming, Response, json, jwt,
};
use grants::dpop::{ProvenKey, key_to_prove};
use grants::userinfo::{Denial, admit, shown};
use grants::{
    AccessHandle, Attempt, Client, Confirmation, Grant, GrantId, HiddenFooting, Profile, Refusal, RestsOn,
    SigningAlgorithm, Timestamp, TokenFacts, TokenId, describe_opaque,
};
use http::StatusCode;
use keys::{KeyRing, SignedUserInfo};
use protocol::{Claims, PresentedToken, Secret, TokenScheme};
use service::{KeyCache, Stores, Wiring};
use sessions::{Rules, stands};
use store::{Changed, Ground, GroundedGrants};

const PATH: &str = "/userinfo";
const ENDPOINT: Endpoint = Endpoint::for_any_origin("GET, HEAD, POST");

/// The `/userinfo` endpoint for apps.
pub struct UserInfo {
    wiring: Wiring,
    grants: GroundedGrants,
    signing_keys: KeyCache,
}

/// A token that gives access to claims, with those claims.
struct Admitted {
    facts: TokenFacts,
    grant: Grant,
    client: std::sync::Arc<Client>,
    claims: Claims,
}

/// A token of this server, verified.
enum VerifiedToken {
    Opaque(AccessHandle),
    Signed(TokenFacts),
}

impl VerifiedToken {
    /// Returns the grant and the items it depends on. A token that names no person belongs to a service, or was
    /// made by version 0.1 without `openid`.
    fn place(&self) -> Result<(GrantId, HiddenFooting), Denial> {
        match self {
            Self::Opaque(handle) => Ok((handle.secret.id(), handle.rests_on.ok_or(Denial::Scope)?)),
            Self::Signed(facts) => match facts.token_id {
                Some(TokenId::OfGrant(id, _, _, Some(rests_on))) => Ok((id, rests_on)),
                Some(TokenId::OfGrant(..) | TokenId::Machine(_) | TokenId::Exchanged(_)) => Err(Denial::Scope),
                None => Err(Denial::Token),
            },
        }
    }

    fn confirmation(&self) -> Option<Confirmation> {
        match self {
            Self::Opaque(handle) => handle.confirmation,
            Self::Signed(facts) => facts.confirmation,
        }
    }

    fn facts(self, grant: &Grant) -> TokenFacts {
        match self {
            Self::Opaque(handle) => describe_opaque(&handle, grant),
            Self::Signed(facts) => facts,
        }
    }
}

impl UserInfo {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let signing_keys = Wiring::keys(&config, stores, true)?;
        Ok(Self { wiring: Wiring::assemble(config, stores, false)?, grants: stores.grounded_grants()?, signing_keys })
    }

    async fn respond(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let presented = incoming.presented_token()?.ok_or_else(|| Failure::token_missing().or_dpop())?;
        let admitted = self.admit(incoming, &presented, now).await;
        let admitted = admitted.map_err(|failure| match presented.scheme {
            TokenScheme::Bearer => failure,
            TokenScheme::Dpop => failure.of_dpop_token(),
        })?;
        let name = admitted.facts.name_within(&admitted.grant);
        let said = keys::UserInfo { sub: &admitted.facts.subject, claims: &admitted.claims };
        let response = match admitted.client.relying_party.userinfo_algorithm {
            None => json(StatusCode::OK, &said),
            Some(algorithm) => jwt(self.sign(&said, &admitted, algorithm, now).await?),
        };
        incoming.log().client(&admitted.client.id);
        incoming.log().event(AuditEntry::of_grant(AuditEvent::UserinfoTold, &admitted.grant).with_token(name));
        Ok(response)
    }

    async fn admit(
        &self,
        incoming: Incoming<'_>,
        PresentedToken { scheme, token }: &PresentedToken,
        now: Timestamp,
    ) -> Result<Admitted, Failure> {
        let ring = self.wiring.keys.ring_to_verify(token, now).await?;
        let opaque = ring.handles().open_access(token).map(VerifiedToken::Opaque);
        let signed = || ring.verify(token, self.wiring.config.issuer.as_str()).ok().map(VerifiedToken::Signed);
        let told = opaque.or_else(signed).ok_or(Denial::Token)?;
        let (id, rests_on) = told.place()?;
        let proven = match key_to_prove(*scheme, told.confirmation())? {
            Some(key) => Some(self.prove(incoming, token, key, now).await?),
            None => None,
        };
        let kid = KeyRing::key_of(token).unwrap_or_default();
        let rests_on = ring.handles().reveal(id, rests_on);
        let (at_once, later) = proven.map_or((None, None), in_time);
        let (found, ()) = tokio::try_join!(self.read(id, rests_on, &kid), self.use_up(at_once, now))?;
        let (grant, ground) = found.ok_or(Denial::Token)?;
        let facts = told.facts(&grant);
        let client = self.wiring.client_of_token(&facts.client_id, now).await?;
        if let (Some(proven), Some(client)) = (proven, &client) {
            proven.meets(client.profile)?;
        }
        self.use_up(later, now).await?;
        let (_, sign_in) = admit(&facts, Some(&grant), client.as_deref(), now)?;
        let rules = Rules::at(&self.wiring.config.policy, now);
        stands(&grant, ground.user.as_ref(), ground.session.as_ref(), rules).map_err(|_| Denial::Token)?;
        let known = ground.user.ok_or(Denial::Token)?.known_claims();
        let claims = shown(&facts, sign_in, &known);
        Ok(Admitted { facts, client: client.ok_or(Denial::Token)?, grant, claims })
    }

    /// Checks the proof that the token's key demands.
    async fn prove(
        &self,
        incoming: Incoming<'_>,
        token: &Secret,
        key: Confirmation,
        now: Timestamp,
    ) -> Result<ProvenKey, Failure> {
        let proven = self.wiring.proven_key(incoming, PATH, Some(token), now).await?;
        let proven = proven.ok_or(Refusal::DpopProofMissing)?;
        if proven.confirmation() == key { Ok(proven) } else { Err(Denial::OtherKey.into()) }
    }

    async fn read(&self, id: GrantId, rests_on: RestsOn, kid: &str) -> Result<Option<(Grant, Ground)>, Failure> {
        Ok(self.grants.read(id, Some(rests_on), kid, &[]).await?)
    }

    /// Records the use of the proof, if there is one.
    async fn use_up(&self, proven: Option<ProvenKey>, now: Timestamp) -> Result<(), Failure> {
        let Some(proven) = proven else { return Ok(()) };
        let attempt = Attempt::from_bytes(edge::random());
        match self.grants.grants().use_assertion(proven.once(), attempt, now).await? {
            Changed::Done => Ok(()),
            Changed::Refused => Err(Refusal::DpopProofReplayed.into()),
        }
    }

    async fn sign(
        &self,
        said: &keys::UserInfo<'_>,
        admitted: &Admitted,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let ring = self.signing_keys.ring_to_sign(algorithm, now).await?;
        let (issuer, client) = (self.wiring.config.issuer.as_str(), &admitted.client.id);
        Ok(ring.sign_userinfo(&SignedUserInfo { claims: said, issuer, client, algorithm }, now)?)
    }
}

/// Returns the proof as one that is used up while the grant is read, or as one that is used up later: some clients have a
/// profile that refuses it, and the client is known by then.
fn in_time(proven: ProvenKey) -> (Option<ProvenKey>, Option<ProvenKey>) {
    if proven.meets(Profile::Fapi2).is_ok() { (Some(proven), None) } else { (None, Some(proven)) }
}

impl UserInfo {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        if !self.wiring.config.policy.openid {
            return Failure::not_found("OpenID Connect is turned off here").answer(incoming.log());
        }
        let response = ENDPOINT.answer(incoming, |incoming| self.respond(incoming)).await;
        self.wiring.with_nonce(incoming, response).await
    }
}

impl Function for UserInfo {
    fn name(&self) -> &'static str {
        "userinfo"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
