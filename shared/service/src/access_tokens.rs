//! Access tokens that come back: what they say, and whether what they depend on still stands.

use std::sync::Arc;

use edge::Failure;
use grants::{
    AccessHandle, Client, ExchangedHandle, Grant, Lineage, Root, Standing, Timestamp, TokenFacts, TokenId, TokenName,
    describe_exchanged, describe_opaque,
};
use keys::KeyRing;
use protocol::{Claims, ClientId, Secret};
use sessions::{Rules, stands};
use store::GroundedGrants;

use crate::wiring::Wiring;

/// An access token whose signature or tag was verified.
pub enum VerifiedAccess {
    /// An opaque token of a grant.
    Opaque(AccessHandle),
    /// An opaque token that was exchanged.
    Exchanged(ExchangedHandle),
    /// A JWT, with its `jti`.
    Signed(TokenFacts, TokenId),
}

/// An access token with the state of what it depends on, which was read just now.
pub struct ReadAccess {
    /// The name in the log.
    pub name: TokenName,
    /// The token that it began with, and the exchanges since.
    pub lineage: Lineage,
    /// The content; `None` for an opaque token whose grant is gone.
    pub facts: Option<TokenFacts>,
    basis: Basis,
}

/// A grant that stands, and the claims of its person now.
pub struct StandingGrant {
    /// The grant of the token.
    pub grant: Grant,
    /// The claims of the person; none for a service.
    pub known: Claims,
}

enum Basis {
    /// The grant; `None` if it, or something that it depends on, is over.
    Grant(Option<Box<StandingGrant>>),
    /// Nothing but a possible revocation, for a token of a service.
    Machine { revoked: bool },
}

impl VerifiedAccess {
    /// Verifies a token; `None` if it is not an access token of this server. Nothing is read, unless the key that it names is
    /// not at hand.
    ///
    /// # Errors
    /// A [`Failure`] when there are no keys.
    async fn of(token: &Secret, wiring: &Wiring, now: Timestamp) -> Result<Option<Self>, Failure> {
        let ring = wiring.keys.ring_to_verify(token, now).await?;
        if let Some(handle) = ring.handles().open_access(token) {
            return Ok(Some(Self::Opaque(handle)));
        }
        if let Some(handle) = ring.open_exchanged(token) {
            return Ok(Some(Self::Exchanged(handle)));
        }
        let facts = ring.verify(token, wiring.config.issuer.as_str()).ok();
        Ok(facts.and_then(|facts| facts.token_id.map(|id| Self::Signed(facts, id))))
    }

    /// The token that it began with, and the exchanges since.
    pub fn lineage(&self) -> Lineage {
        match self {
            Self::Opaque(handle) => Lineage::of(Root::Grant(handle.secret.id(), handle.generation, handle.rests_on)),
            Self::Exchanged(handle) => handle.lineage,
            Self::Signed(_, id) => id.lineage(),
        }
    }

    /// The name in the log.
    pub fn name(&self) -> TokenName {
        match self {
            Self::Opaque(handle) => TokenName::Handle(handle.secret.id(), handle.generation),
            Self::Exchanged(handle) => TokenName::Signed(TokenId::Exchanged(handle.lineage)),
            Self::Signed(_, id) => TokenName::Signed(*id),
        }
    }

    fn facts(self, grant: Option<&Grant>) -> Option<TokenFacts> {
        match self {
            Self::Opaque(handle) => Some(describe_opaque(&handle, grant?)),
            Self::Exchanged(handle) => describe_exchanged(handle, grant),
            Self::Signed(facts, _) => Some(facts),
        }
    }
}

impl ReadAccess {
    /// The state of what the token depends on.
    pub fn standing(&self) -> Standing<'_> {
        match &self.basis {
            Basis::Grant(found) => Standing::Grant(found.as_ref().map(|found| &found.grant)),
            Basis::Machine { revoked } => Standing::Machine { revoked: *revoked },
        }
    }

    /// The grant, if there is one that stands.
    pub fn grant(&self) -> Option<&StandingGrant> {
        match &self.basis {
            Basis::Grant(found) => found.as_deref(),
            Basis::Machine { .. } => None,
        }
    }

    /// The claims of the person now; none for a token of a service.
    pub fn known(&self) -> &Claims {
        static NOBODY: Claims = Claims::NONE;
        self.grant().map_or(&NOBODY, |found| &found.known)
    }
}

impl Wiring {
    /// Reads what a token depends on, strongly consistent and in one round trip: its grant with the person and the session,
    /// the revocations of a token of a service and of each exchanged token of the chain, and the withdrawal of its key.
    ///
    /// # Errors
    /// A [`Failure`] when something cannot be read.
    pub async fn read_access(
        &self,
        grants: &GroundedGrants,
        token: &Secret,
        now: Timestamp,
    ) -> Result<Option<ReadAccess>, Failure> {
        let Some(verified) = VerifiedAccess::of(token, self, now).await? else { return Ok(None) };
        let ring = self.keys.ring(now).await?;
        let kid = KeyRing::key_of(token).unwrap_or_default();
        let (name, lineage) = (verified.name(), verified.lineage());
        let exchanged: Vec<TokenId> = lineage.exchanged().collect();
        let basis = match lineage.root() {
            Root::Machine(id) => {
                let revoked = grants.grants().token_is_revoked(TokenId::Machine(id), &kid, &exchanged).await?;
                Basis::Machine { revoked }
            }
            Root::Grant(id, _, hidden) => {
                let rests_on = hidden.map(|hidden| ring.handles().reveal(id, hidden));
                let found = grants.read(id, rests_on, &kid, &exchanged).await?;
                let rules = Rules::at(&self.config.policy, now);
                let found = found.filter(|(grant, ground)| {
                    stands(grant, ground.user.as_ref(), ground.session.as_ref(), rules).is_ok()
                });
                Basis::Grant(found.map(|(grant, ground)| {
                    let known = ground.user.map(|user| user.known_claims()).unwrap_or_default();
                    Box::new(StandingGrant { grant, known })
                }))
            }
        };
        let grant = match &basis {
            Basis::Grant(found) => found.as_ref().map(|found| &found.grant),
            Basis::Machine { .. } => None,
        };
        let facts = verified.facts(grant);
        Ok(Some(ReadAccess { name, lineage, facts, basis }))
    }

    /// Returns the clients that a token depends on, see [`TokenFacts::clients`]. They are cached as a rule.
    ///
    /// # Errors
    /// A [`Failure`] when one cannot be read.
    pub async fn clients_of(
        &self,
        facts: &TokenFacts,
        standing: Standing<'_>,
        now: Timestamp,
    ) -> Result<Vec<Arc<Client>>, Failure> {
        let mut clients = Vec::new();
        for id in &facts.clients(standing) {
            clients.extend(self.client_of_token(id, now).await?);
        }
        Ok(clients)
    }

    /// Returns a client that a token depends on. A disabled one is read again, so that one that was enabled again counts at
    /// once.
    ///
    /// # Errors
    /// A [`Failure`] when it cannot be read.
    pub async fn client_of_token(&self, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Failure> {
        let Some(known) = self.client(id, now).await? else { return Ok(None) };
        let again = if known.disabled { Box::pin(self.registry.client_again(&known, now)).await? } else { None };
        Ok(Some(again.unwrap_or(known)))
    }
}
