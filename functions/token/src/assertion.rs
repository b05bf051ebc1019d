//! Identity assertions of other issuers (ID-JAG): two reads, then the write that uses the assertion up, then the grant, and at
//! last what the grant depends on.

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::identity::{self, LinkedPerson, may_assert};
use grants::revocation::revoke;
use grants::{Asked, Grant, GrantSecret, PersonKey, Purpose, Refusal, Target};
use protocol::Secret;
use service::ProvenIdentity;
use sessions::User;
use store::Changed;

use crate::tokens::StandingGrant;
use crate::{RequestedAccess, Token, TokenContext};

impl Token {
    pub(crate) async fn give_for_assertion(
        &self,
        context: &TokenContext<'_>,
        assertion: &Secret,
        access: &RequestedAccess,
    ) -> Result<Response, Failure> {
        let client = context.client.client();
        may_assert(client)?;
        let key = context.key()?;
        let now = context.moment.now;
        let proven = self.identities.accept(&self.wiring.registry, assertion, client, now).await?;
        proven.claims.held_with(key)?;
        let asked = Asked { resources: &access.resources, scope: access.scope.as_ref() };
        let target = identity::target(&context.client, &context.apis, asked, &proven.claims)?;
        let user = self.linked_user(&proven).await?;
        match self.grants.grants().use_assertion(proven.once, context.moment.attempt, now).await? {
            Changed::Done => {}
            Changed::Refused => return Err(Refusal::IdentityAssertionReplayed.into()),
        }
        let secret = GrantSecret::from_bytes(edge::random());
        let grant = context.grant_for(&proven, &user, target, &secret)?;
        let standing = self.make(context, &proven, grant).await?;
        // The grant is for exactly what was asked, within the assertion.
        let whole = Asked { resources: &[], scope: None };
        let (response, token) = self.give_of_grant(context, &standing, secret, whole).await?;
        let entry = AuditEntry::of_grant(AuditEvent::IdentityAssertionRedeemed, &standing.grant);
        context.log.event(entry.with_token(token));
        Ok(response)
    }

    /// Finds the person to whom the subject of the assertion is linked.
    async fn linked_user(&self, proven: &ProvenIdentity) -> Result<User, Failure> {
        let person = self.linked(proven).await?.ok_or(Refusal::IdentityAssertionUnlinked)?;
        let user = self.grants.people().user(person).await?.filter(|user| !user.disabled);
        Ok(user.ok_or(Refusal::IdentityAssertionUnlinked)?)
    }

    async fn linked(&self, proven: &ProvenIdentity) -> Result<Option<PersonKey>, Failure> {
        let claims = &proven.claims;
        Ok(self.grants.people().linked(&proven.issuer, claims.tenant.as_deref(), &claims.subject).await?)
    }

    /// Creates the grant, and then reads what it depends on: the person, the link and the issuer. If any of them is gone, the
    /// grant is revoked. They are read after the grant is there, so whoever ends them later finds it.
    async fn make(
        &self,
        context: &TokenContext<'_>,
        proven: &ProvenIdentity,
        grant: Grant,
    ) -> Result<StandingGrant, Failure> {
        // The identifier is random: an item that already exists was written by this very attempt.
        let step = identity::issue(grant.clone());
        let (_, ground) = self.grants.apply(&step, grant.rests_on()).await?;
        let (linked, issuer) = tokio::join!(self.linked(proven), self.wiring.registry.issuer_now(&proven.issuer));
        let over = if linked? != grant.footing().map(|footing| footing.person) {
            Some(Refusal::IdentityAssertionUnlinked)
        } else if !issuer?.is_some_and(|issuer| issuer.is_for(Purpose::IdJag)) {
            Some(Refusal::IdentityAssertionIssuer)
        } else {
            None
        };
        if let Some(over) = over {
            self.grants.grants().apply(&revoke(grant.id)).await?;
            return Err(over.into());
        }
        self.on_its_footing(context, grant, ground).await
    }
}

impl TokenContext<'_> {
    fn grant_for(
        &self,
        proven: &ProvenIdentity,
        user: &User,
        target: Target,
        secret: &GrantSecret,
    ) -> Result<Grant, Failure> {
        let registered = &self.client.client().relying_party;
        let pairwise_subject = self.ring.handles().pairwise_subject(registered, &user.subject)?;
        let linked = LinkedPerson {
            subject: user.subject.clone(),
            pairwise_subject,
            footing: user.footing(),
            issuer: proven.issuer.clone(),
            auth_time: proven.claims.signed_in_at(self.moment.now),
            target,
        };
        Ok(identity::grant_of(secret.id(), &self.client, linked, self.moment))
    }
}
