//! Refresh tokens: a counter on the grant, and what a token that is not the last one means (RFC 6749 §6,
//! RFC 9700 §4.14.2).

use protocol::{GrantType, Resource, Scope};

pub use crate::step::grant::current_generation;

use crate::client::authenticate::AuthenticatedClient;
use crate::client::record::Client;
use crate::request::access;
use crate::step::grant::{Grant, Stage};
use crate::step::guard::{Fact, Guard, Requirements};
use crate::step::revocation;
use crate::step::transition::{Change, Transition};
use crate::step::verdict::Verdict;
use crate::terms::ids::{GrantSecret, HiddenFooting};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::handles::RefreshHandle;

/// A request to refresh with a token whose tag was good.
#[derive(Clone, Debug)]
pub struct RefreshRequest {
    /// The token.
    pub token: RefreshHandle,
    /// A part of the granted scope, for the access token only.
    pub scope: Option<Scope>,
    /// Some of the granted APIs, for the access token only.
    pub resources: Vec<Resource>,
    /// This server, which is an audience beside any API where somebody signs in.
    pub issuer: Resource,
}

/// The write that rotates: generation *n* becomes *n + 1*, if it is still *n*.
pub fn rotate(request: &RefreshRequest, client: &AuthenticatedClient, policy: &Policy, moment: Moment) -> Transition {
    let change = Change::advance(request.token.generation.next(), policy, moment);
    Transition::of(request.token.secret.id(), change).requires(request.requirements(client.client(), moment.now))
}

/// Why the write was refused, told from the item that stands there.
///
/// A token one generation old, presented again by its own client within the retry window, is a client that lost our
/// answer: it gets the same successor. Anything older is a stolen token, and the grant ends.
pub fn explain(
    request: &RefreshRequest,
    client: &AuthenticatedClient,
    found: Option<&Grant>,
    policy: &Policy,
    Moment { now, attempt }: Moment,
) -> Verdict {
    let Some(grant) = found else { return Verdict::Refuse(Refusal::RefreshTokenUnknown) };
    match (request.requirements(client.client(), now).first_unmet(grant), &grant.stage) {
        (Some(Refusal::RefreshTokenUnknown), Stage::Revoked) => Verdict::Refuse(Refusal::GrantRevoked),
        (Some(Refusal::RefreshTokenReused), Stage::Active { generation, rotated_at, attempt: theirs, .. }) => {
            let answer_was_lost = *theirs == attempt || now.since(*rotated_at) < u64::from(policy.refresh_retry_window);
            if *generation < request.token.generation {
                // A token from a time that the table no longer knows: restored from a backup.
                Verdict::Refuse(Refusal::RefreshTokenUnknown)
            } else if *generation == request.token.generation.next() && answer_was_lost {
                let within = request.within_the_grant(client.client()).first_unmet(grant);
                within.map_or_else(|| Verdict::Done(Box::new(grant.clone())), Verdict::Refuse)
            } else {
                Verdict::RefuseAnd(Refusal::RefreshTokenReused, revocation::revoke(grant.id))
            }
        }
        (Some(refusal), _) => Verdict::Refuse(refusal),
        // A grant that meets everything does not refuse its write.
        (None, _) => Verdict::Refuse(Refusal::RefreshTokenUnknown),
    }
}

/// The refresh token that goes out with an access token of `grant`; `None` where the client may not refresh. `rests_on` is
/// the grant's own, hidden.
pub fn token_of(
    grant: &Grant,
    secret: GrantSecret,
    rests_on: Option<HiddenFooting>,
    client: &AuthenticatedClient,
) -> Option<RefreshHandle> {
    let generation = current_generation(grant)?;
    client.client().may_use(GrantType::RefreshToken).then_some(RefreshHandle { secret, generation, rests_on })
}

impl RefreshRequest {
    /// Every check, in the order in which they are explained.
    fn requirements(&self, client: &Client, now: Timestamp) -> Requirements {
        Requirements::default()
            .require(Fact::Client.is(client.id.as_str()), Refusal::RefreshTokenOfAnotherClient)
            .require(Guard::ACTIVE, Refusal::RefreshTokenUnknown)
            .require(Fact::EndsAt.is_after(now), Refusal::RefreshTokenExpired)
            .require(Fact::Generation.is(self.token.generation.number()), Refusal::RefreshTokenReused)
            .and(self.within_the_grant(client))
            .require(Fact::RefreshExpiresAt.is_after(now), Refusal::RefreshTokenExpired)
    }

    /// RFC 6749 §6, RFC 8707 §2.2: no more scope and no other API than were granted.
    fn within_the_grant(&self, client: &Client) -> Requirements {
        let scope = self.scope.iter().flat_map(Scope::tokens).fold(Requirements::default(), |all, token| {
            all.require(Fact::Scope.contains(token), Refusal::ScopeNotGranted)
        });
        scope.and(access::requirements(&self.resources, client, &self.issuer))
    }
}

#[cfg(test)]
mod tests;
