//! Refresh tokens: a counter on the grant, and what a token that is not the last one means (RFC 6749 §6,
//! RFC 9700 §4.14.2).

use protocol::{GrantType, Resource, Scope};

pub use crate::step::grant::current_generation;

use crate::client::authenticate::AuthenticatedClient;
use crate::client::record::Client;
use crate::request::access;
use crate::step::grant::{Grant, Stage};
use crate::step::revocation;
use crate::step::transition::{Change, Guard, Transition};
use crate::step::verdict::Verdict;
use crate::terms::ids::{Attempt, GrantSecret, HiddenFooting};
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
pub fn rotate(
    request: &RefreshRequest,
    client: &AuthenticatedClient,
    policy: &Policy,
    now: Timestamp,
    attempt: Attempt,
) -> Transition {
    let change = Change::advance(request.token.generation.next(), policy, now, attempt);
    Transition::of(request.token.secret.id(), change)
        .when(Guard::ClientIs(client.client().id.clone()))
        .when(Guard::ActiveAt(request.token.generation))
        .when(Guard::RefreshAliveAt(now))
        .when_all(request.within_the_grant(client.client()))
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
    (now, attempt): (Timestamp, Attempt),
) -> Verdict {
    let Some(grant) = found else { return Verdict::Refuse(Refusal::RefreshTokenUnknown) };
    if grant.client_id != client.client().id {
        return Verdict::Refuse(Refusal::RefreshTokenOfAnotherClient);
    }
    let (generation, rotated_at, theirs) = match &grant.stage {
        Stage::Issued { .. } => return Verdict::Refuse(Refusal::RefreshTokenUnknown),
        Stage::Revoked => return Verdict::Refuse(Refusal::GrantRevoked),
        Stage::Active { generation, rotated_at, attempt, .. } => (*generation, *rotated_at, *attempt),
    };
    if grant.ends_at <= now {
        return Verdict::Refuse(Refusal::RefreshTokenExpired);
    }
    if generation < request.token.generation {
        // A token from a time that the table no longer knows: restored from a backup.
        return Verdict::Refuse(Refusal::RefreshTokenUnknown);
    }
    if generation == request.token.generation {
        let fault = request.fault_of_reach(client.client(), grant);
        return Verdict::Refuse(fault.unwrap_or(Refusal::RefreshTokenExpired));
    }
    let is_successor = generation == request.token.generation.next();
    let answer_was_lost = theirs == attempt || now.since(rotated_at) < u64::from(policy.refresh_retry_window);
    if is_successor && answer_was_lost {
        return match request.fault_of_reach(client.client(), grant) {
            Some(refusal) => Verdict::Refuse(refusal),
            None => Verdict::Done(Box::new(grant.clone())),
        };
    }
    Verdict::RefuseAnd(Refusal::RefreshTokenReused, revocation::revoke(grant.id))
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
    /// RFC 6749 §6, RFC 8707 §2.2: no more scope and no other API than were granted.
    fn within_the_grant(&self, client: &Client) -> Vec<Guard> {
        let scope = self.scope.iter().flat_map(Scope::tokens).map(|token| Guard::ScopeGranted(token.to_owned()));
        scope.chain(access::guards(&self.resources, client, &self.issuer)).collect()
    }

    fn fault_of_reach(&self, client: &Client, grant: &Grant) -> Option<Refusal> {
        match self.within_the_grant(client).into_iter().find(|guard| !guard.holds(Some(grant)))? {
            Guard::ResourceGranted(_) => Some(Refusal::ResourceNotGranted),
            Guard::OneAudience(_) => Some(Refusal::AudienceNotOne),
            Guard::ScopeGranted(_)
            | Guard::Absent
            | Guard::ClientIs(_)
            | Guard::Issued
            | Guard::CodeAliveAt(_)
            | Guard::ChallengeIs(_)
            | Guard::NoChallenge
            | Guard::RedirectUriIs(_)
            | Guard::RedirectUriNotSent
            | Guard::ActiveAt(_)
            | Guard::RefreshAliveAt(_)
            | Guard::NotRevoked
            | Guard::RevokedAccessBelow(_) => Some(Refusal::ScopeNotGranted),
        }
    }
}

#[cfg(test)]
mod tests;
