//! Refresh tokens: a counter on the grant, and the treatment of a token that is not the latest (RFC 6749 §6, RFC
//! 9700 §4.14.2).

use protocol::{GrantType, Resource, Scope};

pub use crate::step::grant::current_generation;

use crate::client::authenticate::AuthenticatedClient;
use crate::client::record::Client;
use crate::request::access;
use crate::step::grant::Grant;
use crate::step::grant_fact::GrantFact;
use crate::step::guard::{Fact, Guard};
use crate::step::requirements::Requirements;
use crate::step::revocation;
use crate::step::stage::Stage;
use crate::step::transition::{Change, Transition};
use crate::step::verdict::Verdict;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Generation, GrantId, GrantSecret, HiddenFooting};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::dpop::refresh_key;
use crate::token::handles::RefreshHandle;

/// A request to refresh with a token whose tag was verified.
#[derive(Clone, Debug)]
pub struct RefreshRequest {
    /// The refresh token, decoded into a handle.
    pub token: RefreshHandle,
    /// The key that the request proved.
    pub key: Option<Confirmation>,
    /// A part of the granted scope, for the access token only.
    pub scope: Option<Scope>,
    /// Some of the granted APIs, for the access token only.
    pub resources: Vec<Resource>,
    /// This server, which is added to the audience of any API when a person signs in.
    pub issuer: Resource,
}

/// Refreshes without a write, for a client whose refresh tokens are not rotated: every check is made on the item, which
/// was read strongly consistent.
pub fn stay(
    request: &RefreshRequest,
    client: &AuthenticatedClient,
    found: Option<&Grant>,
    policy: &Policy,
    moment: Moment,
) -> Verdict {
    match found.filter(|grant| request.requirements(client.client(), moment.now).first_unmet(grant).is_none()) {
        Some(grant) => Verdict::Done(Box::new(grant.clone())),
        None => explain(request, client, found, policy, moment),
    }
}

/// The write that rotates the token: generation *n* becomes *n + 1*, if the grant is still at *n*.
pub fn rotate(request: &RefreshRequest, client: &AuthenticatedClient, policy: &Policy, moment: Moment) -> Transition {
    let refresh_key = refresh_key(client.client(), request.key);
    let change = Change::advance(request.token.generation.next(), policy.refresh_idle_lifetime, moment, refresh_key);
    Transition::of(request.token.secret.id(), change).requires(request.requirements(client.client(), moment.now))
}

/// Explains why the write was refused, from the stored item.
///
/// If a token is one generation old and its own client presents it again within the retry window, the client lost
/// the answer and gets the same successor. Any older token counts as stolen, and the grant ends.
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
                // The token is newer than the table, which was restored from a backup.
                Verdict::Refuse(Refusal::RefreshTokenUnknown)
            } else if *generation == request.token.generation.next() && answer_was_lost {
                let within = request.within_the_grant(client.client()).first_unmet(grant);
                within.map_or_else(|| Verdict::Done(Box::new(grant.clone())), Verdict::Refuse)
            } else {
                Verdict::RefuseAnd(Refusal::RefreshTokenReused, revocation::revoke(grant.id))
            }
        }
        (Some(refusal), _) => Verdict::Refuse(refusal),
        // Not expected: the write of a grant that meets every requirement is not refused.
        (None, _) => Verdict::Refuse(Refusal::RefreshTokenUnknown),
    }
}

/// Ends the access token that a client returns: alone if each access token of its grants has a generation of its own,
/// and otherwise with the grant (RFC 7009 §2.1).
pub fn revoke_access(id: GrantId, generation: Generation, client: &Client) -> Transition {
    if client.profile.rotates_refresh_tokens() {
        revocation::revoke_access(id, generation, &client.id)
    } else {
        revocation::revoke_of_client(id, &client.id)
    }
}

/// The refresh token to issue with an access token of `grant`; `None` if the client may not refresh. `rests_on` is
/// the hidden footing of the same grant.
pub fn token_of(
    grant: &Grant,
    secret: GrantSecret,
    rests_on: Option<HiddenFooting>,
    client: &AuthenticatedClient,
) -> Option<RefreshHandle> {
    let generation = current_generation(grant)?;
    let may = grant.may_be_refreshed() && client.client().may_use(GrantType::RefreshToken);
    may.then_some(RefreshHandle { secret, generation, rests_on })
}

impl RefreshRequest {
    /// Every check, in the order in which failures are reported.
    fn requirements(&self, client: &Client, now: Timestamp) -> Requirements {
        let all = client
            .owns(Refusal::RefreshTokenOfAnotherClient)
            .require(GrantFact::RefreshKey.admits(self.key), Refusal::RefreshTokenOfAnotherKey)
            .require(Guard::ACTIVE, Refusal::RefreshTokenUnknown)
            .require(GrantFact::EndsAt.is_after(now), Refusal::RefreshTokenExpired)
            .require(GrantFact::Generation.is(self.token.generation.number()), Refusal::RefreshTokenReused)
            .and(self.within_the_grant(client));
        // A token that is not rotated lives as long as its grant, also one that is older than the client's profile: nothing
        // moves its own time any more.
        if client.profile.rotates_refresh_tokens() {
            all.require(GrantFact::RefreshExpiresAt.is_after(now), Refusal::RefreshTokenExpired)
        } else {
            all
        }
    }

    /// RFC 6749 §6, RFC 8707 §2.2: no scope and no API beyond the grant.
    fn within_the_grant(&self, client: &Client) -> Requirements {
        let scope = self.scope.iter().flat_map(Scope::tokens).fold(Requirements::default(), |all, token| {
            all.require(GrantFact::Scope.contains(token), Refusal::ScopeNotGranted)
        });
        scope.and(access::requirements(&self.resources, client, &self.issuer))
    }
}

#[cfg(test)]
mod tests;
