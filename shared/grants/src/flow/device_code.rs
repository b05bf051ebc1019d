//! The device authorization grant (RFC 8628): a device asks, a person answers elsewhere, and the device polls until then.
//!
//! The item of the request becomes the item of its grant, as that of a pushed request does. So one write answers the
//! request, one write is a poll, and of all polls of an approved request one gets the tokens.

use std::collections::BTreeSet;

use protocol::{DeviceAuthorizationRequest, GrantType, IdentityScope, Resource, UserCode};

use crate::client::authenticate::AuthenticatedClient;
use crate::client::record::Client;
use crate::request::access::{self, Target, settle};
use crate::request::admission::{with_understood_words, with_useful_offline_access};
use crate::step::grant::{DeviceRequest, Grant, Origin, Person};
use crate::step::grant_fact::GrantFact;
use crate::step::guard::{Fact, Guard};
use crate::step::requirements::Requirements;
use crate::step::stage::Stage;
use crate::step::transition::{Change, Transition};
use crate::step::verdict::Verdict;
use crate::terms::api::Api;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};
use crate::token::dpop::refresh_key;
use crate::token::handles::DeviceHandle;

/// A request of a device that was admitted.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The access that it asks for.
    pub target: Target,
    /// The facts for the person who answers it.
    pub request: DeviceRequest,
}

/// A poll with a device code whose tag was verified.
#[derive(Clone, Debug)]
pub struct DevicePoll {
    /// The device code, decoded into a handle.
    pub code: DeviceHandle,
    /// The key that the request proved.
    pub key: Option<Confirmation>,
    /// The APIs that the access token should be for.
    pub resources: Vec<Resource>,
    /// This server, which is added to the audience of any API when a person signs in.
    pub issuer: Resource,
}

/// The next step after a [`poll`] that was refused because of the stored item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// The poll is refused, and nothing is written.
    Refuse(Refusal),
    /// The poll came too early: this is written, and then it is refused with [`Refusal::DeviceTooEarly`].
    SlowDown(Transition),
    /// A person approved the request: this redeems the code. If it is refused, [`explain`] says why.
    Redeem(Transition),
}

/// Admits the request of a device, and settles what it gets. `apis` are those of [`Api::of_client`].
///
/// # Errors
/// A [`Refusal`]: the client is not registered for it, or may not have what it asks for.
pub fn admit(client: &Client, apis: &[Api], request: &DeviceAuthorizationRequest) -> Result<Target, Refusal> {
    may_ask(client)?;
    let scope = request.scope.as_ref().map(|scope| with_useful_offline_access(client, scope, true));
    let scope = scope.map(|scope| with_understood_words(client, scope, apis));
    settle(client, apis, &request.resources, scope.as_ref())
}

/// Checks that the client of a waiting request may still have what it asked for. A registration may change while the
/// request waits.
///
/// # Errors
/// A [`Refusal`], as [`admit`].
pub fn admit_again(client: &Client, apis: &[Api], waiting: &Grant) -> Result<(), Refusal> {
    may_ask(client)?;
    let scope = Some(&waiting.scope).filter(|scope| !scope.is_empty());
    settle(client, apis, &waiting.resources, scope).map(drop)
}

fn may_ask(client: &Client) -> Result<(), Refusal> {
    if client.may_use(GrantType::DeviceCode) { Ok(()) } else { Err(Refusal::GrantTypeNotAllowed) }
}

/// The write that stores the request of a device. The first poll is never too early.
pub fn start(
    id: GrantId,
    client: &Client,
    Asked { target, request }: Asked,
    policy: &Policy,
    Moment { now, attempt }: Moment,
) -> Transition {
    Transition::create(Grant {
        id,
        client_id: client.id.clone(),
        scope: target.scope,
        resources: target.resources,
        origin: Origin::DeviceRequest(request),
        created_at: now,
        ends_at: now.plus(policy.device_lifetime),
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Pending { interval: Policy::DEVICE_INTERVAL, next_poll_at: now, attempt },
    })
}

/// Returns whether a refused [`start`] succeeded anyway: the stored item was written by this same attempt.
pub fn was_started(found: Option<&Grant>, attempt: Attempt) -> bool {
    found.is_some_and(|grant| matches!(grant.stage, Stage::Pending { attempt: theirs, .. } if theirs == attempt))
}

/// Returns the request of the item that a user code leads to, if it waits for an answer. All other codes look the same:
/// unknown, answered and expired ones.
pub fn waiting<'g>(code: &UserCode, found: Option<&'g Grant>, now: Timestamp) -> Option<&'g DeviceRequest> {
    let grant = found.filter(|grant| is_waiting(grant, now))?;
    match &grant.origin {
        Origin::DeviceRequest(request) if request.user_code == *code => Some(request),
        Origin::DeviceRequest(_)
        | Origin::Device(..)
        | Origin::Pushed(_)
        | Origin::Request(..)
        | Origin::Password(_)
        | Origin::Asserted(..)
        | Origin::Service => None,
    }
}

fn is_waiting(grant: &Grant, now: Timestamp) -> bool {
    answerable(grant, now).first_unmet(grant).is_none()
}

/// Returns the grant that a waiting request becomes when `person` approves it. Without `offline_access` it ends with the
/// session, which ends at `session_ends_at` at the latest.
pub fn grant_of(
    waiting: &Grant,
    person: Person,
    session_ends_at: Timestamp,
    policy: &Policy,
    Moment { now, attempt }: Moment,
) -> Grant {
    let scope = &waiting.scope;
    let (signs_in, outlives) = (scope.has(IdentityScope::OpenId), scope.has(IdentityScope::OfflineAccess));
    let person = Person { sign_in: person.sign_in.filter(|_| signs_in), ..person };
    let ends_at = now.plus(policy.grant_lifetime);
    Grant {
        origin: Origin::Device(person, waiting.nonce().cloned()),
        ends_at: if outlives { ends_at } else { ends_at.min(session_ends_at) },
        stage: Stage::Approved { code_expires_at: waiting.ends_at, attempt },
        ..waiting.clone()
    }
}

/// The write that turns a waiting request into the grant that a person approved.
pub fn approve(grant: Grant, now: Timestamp) -> Transition {
    let requirements = answerable(&grant, now);
    Transition::of(grant.id, Change::Agree(Box::new(grant))).requires(requirements)
}

/// Returns whether a refused [`approve`] succeeded anyway: the stored item was written by this same attempt.
pub fn was_approved(found: Option<&Grant>, attempt: Attempt) -> bool {
    found.is_some_and(|grant| matches!(grant.stage, Stage::Approved { attempt: theirs, .. } if theirs == attempt))
}

/// The write that ends a waiting request, because the person denied it.
pub fn deny(waiting: &Grant, now: Timestamp) -> Transition {
    Transition::of(waiting.id, Change::Deny).requires(answerable(waiting, now))
}

/// Returns whether the request was denied. Two denials are one.
pub fn was_denied(found: Option<&Grant>) -> bool {
    found.is_some_and(|grant| grant.stage == Stage::Denied)
}

/// Every check of an answer, in the order in which failures are reported.
fn answerable(waiting: &Grant, now: Timestamp) -> Requirements {
    Requirements::default()
        .require(GrantFact::Client.is(waiting.client_id.as_str()), Refusal::DeviceCodeOfAnotherClient)
        .require(Guard::PENDING, Refusal::DeviceCodeUsed)
        .require(GrantFact::EndsAt.is_after(now), Refusal::DeviceCodeExpired)
}

/// The write of a poll while nobody has answered: it is in time, and the next one is after the interval.
pub fn poll(poll: &DevicePoll, client: &AuthenticatedClient, Moment { now, attempt }: Moment) -> Transition {
    let change = Change::Poll { at: now, slack: Policy::DEVICE_SLACK, attempt };
    Transition::of(poll.code.secret.id(), change)
        .requires(client.client().owns(Refusal::DeviceCodeOfAnotherClient))
        .when(Guard::PENDING)
        .when(GrantFact::EndsAt.is_after(now))
        .when(GrantFact::NextPollAt.is_before(now.plus(1)))
}

/// Decides on a poll whose write was refused, from the stored item. Nothing about a request matters before it is known to
/// be one of the asking client.
pub fn decide(
    poll: &DevicePoll,
    client: &AuthenticatedClient,
    policy: &Policy,
    found: Option<&Grant>,
    moment: Moment,
) -> Polled {
    let Some(grant) = found else { return Polled::Refuse(Refusal::DeviceCodeUnknown) };
    if let Some(refusal) = client.client().owns(Refusal::DeviceCodeOfAnotherClient).first_unmet(grant) {
        return Polled::Refuse(refusal);
    }
    match &grant.stage {
        // The SDK repeated a write whose answer was lost: the stored item is our own work.
        Stage::Pending { attempt: theirs, .. } if *theirs == moment.attempt => Polled::Refuse(Refusal::DevicePending),
        Stage::Pending { .. } if grant.ends_at <= moment.now => Polled::Refuse(Refusal::DeviceCodeExpired),
        Stage::Pending { interval, .. } => Polled::SlowDown(slow_down(grant.id, *interval)),
        Stage::Approved { .. } => Polled::Redeem(redeem(poll, client, policy, moment)),
        Stage::Denied => Polled::Refuse(Refusal::DeviceDenied),
        Stage::Active { .. } => Polled::Refuse(Refusal::DeviceCodeUsed),
        Stage::Revoked => Polled::Refuse(Refusal::GrantRevoked),
        // Not expected: no device code leads to such an item.
        Stage::Pushed { .. } | Stage::Issued { .. } => Polled::Refuse(Refusal::DeviceCodeUnknown),
    }
}

/// The write that makes the interval longer for good. Of several polls at the same time one makes it longer.
fn slow_down(id: GrantId, interval: Seconds) -> Transition {
    Transition::of(id, Change::SlowDown(Policy::DEVICE_SLOW_DOWN))
        .when(Guard::PENDING)
        .when(GrantFact::PollInterval.is(interval))
}

/// The write that redeems the code of an approved request.
fn redeem(poll: &DevicePoll, client: &AuthenticatedClient, policy: &Policy, moment: Moment) -> Transition {
    let refresh_key = refresh_key(client.client(), poll.key);
    let lifetime = client.client().profile.refresh_lifetime(policy);
    let change = Change::advance(Generation::FIRST, lifetime, moment, refresh_key);
    Transition::of(poll.code.secret.id(), change).requires(poll.requirements(client.client(), moment.now))
}

/// Explains why the redemption was refused, from the stored item.
pub fn explain(
    poll: &DevicePoll,
    client: &AuthenticatedClient,
    found: Option<&Grant>,
    Moment { now, attempt }: Moment,
) -> Verdict {
    let Some(grant) = found else { return Verdict::Refuse(Refusal::DeviceCodeUnknown) };
    match (poll.requirements(client.client(), now).first_unmet(grant), &grant.stage) {
        // The SDK repeated a write whose answer was lost: the stored item is our own work.
        (Some(Refusal::DeviceCodeUsed), Stage::Active { attempt: theirs, .. }) if *theirs == attempt => {
            Verdict::Done(Box::new(grant.clone()))
        }
        (Some(Refusal::DeviceCodeUsed), Stage::Revoked) => Verdict::Refuse(Refusal::GrantRevoked),
        (Some(refusal), _) => Verdict::Refuse(refusal),
        // Not expected: the write of a grant that meets every requirement is not refused.
        (None, _) => Verdict::Refuse(Refusal::DeviceCodeUnknown),
    }
}

impl DevicePoll {
    /// Every check of a redemption, in the order in which failures are reported.
    fn requirements(&self, client: &Client, now: Timestamp) -> Requirements {
        client
            .owns(Refusal::DeviceCodeOfAnotherClient)
            .require(Guard::APPROVED, Refusal::DeviceCodeUsed)
            .require(GrantFact::DeviceCodeExpiresAt.is_after(now), Refusal::DeviceCodeExpired)
            .and(access::requirements(&self.resources, client, &self.issuer))
    }
}

#[cfg(test)]
mod tests;
