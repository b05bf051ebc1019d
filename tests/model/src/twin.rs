//! Broken twins: the same model with one thing broken, each of which the checker must catch.

use grants::{Attempt, Grant, GrantFact, Guard, Policy, Refusal, Stage, Timestamp, Transition, Verdict, revocation};

use crate::ask::{Ask, Asking, attempt_of, standing};

/// The rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Twin {
    /// Nothing is broken: the shipped rules.
    Real,
    /// The store writes regardless of the guards.
    UnconditionalWrite,
    /// A refresh token is recognised as old or new by the second in which it was created, not by a counter.
    TimestampForCounter,
    /// The use of a code or token is checked before its owner.
    ReplayBeforeClient,
    /// A repeated write has a new attempt name.
    NoAttempt,
    /// The refusal is sent before the revocation that belongs to it is written.
    RefusalBeforeRevocation,
    /// The write does not check the client of the grant.
    AnyClient,
    /// The write does not check the key that the grant is bound to.
    AnyKey,
    /// There is no retry window for a refresh.
    NoWindow,
    /// The retry window never ends.
    EndlessWindow,
    /// An unknown outcome is answered like a refusal.
    UnknownIsNo,
    /// A revoked grant can be used again.
    RevokedIsNotTheEnd,
    /// A refresh extends the lifetime of the whole grant.
    RefreshProlongs,
    /// Introspection trusts the token and does not check its grant.
    TokenIsBelieved,
}

/// Returns the time of the last refresh of a grant that is in use.
const fn rotated_at(grant: &Grant) -> Option<Timestamp> {
    match grant.stage {
        Stage::Active { rotated_at, .. } => Some(rotated_at),
        Stage::Pushed { .. }
        | Stage::Pending { .. }
        | Stage::Approved { .. }
        | Stage::Denied
        | Stage::Issued { .. }
        | Stage::Revoked => None,
    }
}

impl Twin {
    /// The meaning of a write. `made_at` is the time at which the presented refresh token was created.
    pub(crate) fn after(self, step: &Transition, before: Option<&Grant>, made_at: Option<Timestamp>) -> Option<Grant> {
        match self {
            Self::UnconditionalWrite => without(step, |_| false).after(before),
            Self::AnyClient => without(step, |guard| !matches!(guard, Guard::Same(GrantFact::Client, _))).after(before),
            Self::AnyKey => without(step, |guard| {
                let (Guard::NoOther(fact, _) | Guard::Lacks(fact)) = guard else { return true };
                !matches!(fact, GrantFact::CodeKey | GrantFact::RefreshKey)
            })
            .after(before),
            Self::TimestampForCounter => {
                let in_second = |grant: &Grant| {
                    rotated_at(grant).is_none_or(|rotated_at| made_at.is_none_or(|made_at| made_at == rotated_at))
                };
                let step = without(step, |guard| !matches!(guard, Guard::Same(GrantFact::Generation, _)));
                if before.is_some_and(in_second) { step.after(before) } else { None }
            }
            Self::RevokedIsNotTheEnd => without(step, |guard| {
                !matches!(guard, Guard::In(GrantFact::State, _) | Guard::Above(GrantFact::CodeExpiresAt, _))
            })
            .after(before),
            Self::RefreshProlongs => step.after(before).map(|grant| match rotated_at(&grant) {
                Some(rotated_at) => Grant { ends_at: rotated_at.plus(40), ..grant },
                None => grant,
            }),
            Self::Real
            | Self::ReplayBeforeClient
            | Self::NoAttempt
            | Self::RefusalBeforeRevocation
            | Self::NoWindow
            | Self::EndlessWindow
            | Self::UnknownIsNo
            | Self::TokenIsBelieved => step.after(before),
        }
    }

    /// The decision based on the item that was found.
    pub(crate) fn verdict(self, asking: &Asking<'_>, found: Option<&Grant>) -> Option<Verdict> {
        match self {
            Self::ReplayBeforeClient => used(asking, found).or_else(|| asking.verdict(found)),
            Self::NoAttempt => Asking { attempt: Attempt::from_bytes([255; 16]), ..*asking }.verdict(found),
            Self::NoWindow => with_window(asking, 0, found),
            Self::EndlessWindow => with_window(asking, 1_000_000, found),
            Self::Real
            | Self::UnconditionalWrite
            | Self::TimestampForCounter
            | Self::RefusalBeforeRevocation
            | Self::AnyClient
            | Self::AnyKey
            | Self::UnknownIsNo
            | Self::RevokedIsNotTheEnd
            | Self::RefreshProlongs
            | Self::TokenIsBelieved => asking.verdict(found),
        }
    }
}

fn without(step: &Transition, keep: impl Fn(&Guard<GrantFact>) -> bool) -> Transition {
    let guards = step.guards().iter().filter(|guard| keep(guard)).cloned();
    Transition::of(step.id(), step.change().clone()).when_all(guards)
}

/// The check that a careless reader of RFC 6749 §4.1.2 would write first.
fn used(asking: &Asking<'_>, found: Option<&Grant>) -> Option<Verdict> {
    let grant = found.filter(|grant| attempt_of(grant) != Some(asking.attempt))?;
    let revoke = revocation::revoke(grant.id);
    match asking.ask {
        Ask::Redeem(..) if standing(grant).is_some() => Some(Verdict::RefuseAnd(Refusal::CodeReplayed, revoke)),
        Ask::Refresh(_, asked, _) if standing(grant)? > asked.saturating_add(1) => {
            Some(Verdict::RefuseAnd(Refusal::RefreshTokenReused, revoke))
        }
        Ask::Issue
        | Ask::Agree
        | Ask::Deny
        | Ask::Redeem(..)
        | Ask::Refresh(..)
        | Ask::Revoke(_)
        | Ask::RevokeAccess(..)
        | Ask::End => None,
    }
}

fn with_window(asking: &Asking<'_>, window: u32, found: Option<&Grant>) -> Option<Verdict> {
    let policy = Policy { refresh_retry_window: window, ..asking.world.policy };
    let mut world = asking.world.clone();
    world.policy = policy;
    Asking { world: &world, ..*asking }.verdict(found)
}
