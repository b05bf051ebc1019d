//! The requests of callers, the write that the rules choose for each, and their decision when the write was refused.

use grants::{Attempt, Grant, Moment, Refusal, Timestamp, Transition, Verdict, code, pushed, refresh, revocation};

use crate::run::Callers;
use crate::state::Caller;
use crate::twin::Twin;
use crate::world::{World, generation_of};

/// The client as which a caller authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The client of the grant, or a caller that can impersonate it.
    App,
    /// A client that does not own the grant.
    Other,
    /// A caller with everything that the public client of a bound grant has, except its key.
    Keyless,
}

/// The proof that accompanies a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Proof {
    Right,
    WrongVerifier,
    WrongRedirect,
    OtherResource,
    NoResource,
}

/// The extent of a refresh request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    Granted,
    MoreScope,
    OtherResource,
    NoResource,
}

/// A request of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// A person submits the consent form.
    Issue,
    /// A person allows a pushed request.
    Agree,
    /// A person denies a pushed request.
    Deny,
    /// A client calls `/token` with the code.
    Redeem(Who, Proof),
    /// A client calls `/token` with the refresh token of that generation.
    Refresh(Who, u8, Reach),
    /// A client calls `/revoke` with the refresh token.
    Revoke(Who),
    /// A client calls `/revoke` with the access token of that generation.
    RevokeAccess(Who, u8),
    /// The operator ends the grant, or all grants of the person.
    End,
}

/// The answer to the caller. A 503, or no answer at all, does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// The code was issued.
    Code,
    /// The form was already used.
    FormUsed,
    /// The tokens of that generation.
    Tokens(u8, Given),
    /// The 200 of `/revoke`, or the success of the operator's command.
    Ended,
    /// The request was refused for this reason.
    Refused(Refusal),
}

/// The reason to issue tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Given {
    /// The write was applied.
    Written,
    /// The write was refused because the same attempt had already been applied.
    OwnWork,
    /// The write was refused because the client did the same a moment ago.
    Again,
    /// Nothing was written: the refresh token stays the same.
    Read,
}

/// The next action of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Answer(Answer),
    /// Make this write, and then give this answer.
    Last(Transition, Answer),
}

/// One request in a process: the question, its time, and the name of the attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) world: &'a World,
    pub(crate) twin: Twin,
    pub(crate) ask: Ask,
    pub(crate) now: Timestamp,
    pub(crate) attempt: Attempt,
}

impl Ask {
    /// Returns whether the caller has everything that the grant's client has: other requests must change nothing.
    pub(crate) const fn is_entitled(self) -> bool {
        match self {
            Self::Redeem(who, proof) => {
                let is_proof = matches!(proof, Proof::Right | Proof::OtherResource | Proof::NoResource);
                matches!(who, Who::App) && is_proof
            }
            Self::Refresh(who, ..) | Self::Revoke(who) | Self::RevokeAccess(who, _) => matches!(who, Who::App),
            Self::Issue | Self::Agree | Self::Deny | Self::End => true,
        }
    }
}

impl<'a> Asking<'a> {
    pub(crate) const fn of(callers: &'a Callers, ask: Ask, now: Timestamp, caller: Caller) -> Self {
        Self { world: &callers.world, twin: callers.twin, ask, now, attempt: caller.attempt() }
    }

    /// The write that the rules choose.
    pub(crate) fn step(&self) -> Transition {
        let Self { world, now, attempt, .. } = *self;
        let moment = Moment { now, attempt };
        let id = world.secret.id();
        match self.ask {
            Ask::Issue => code::issue(world.grant(now, attempt)),
            Ask::Agree => pushed::agree(world.grant(now, attempt), now),
            Ask::Deny => pushed::deny(id, &world.client(Who::App).client().id, now),
            Ask::Redeem(who, proof) => {
                code::redeem(world.redemption_by(who, proof), world.client(who), &world.policy, moment)
            }
            Ask::Refresh(who, generation, reach) => {
                let request = world.refresh_by(who, generation, reach);
                refresh::rotate(&request, world.client(who), &world.policy, moment)
            }
            Ask::Revoke(who) => revocation::revoke_of_client(id, &world.client(who).client().id),
            Ask::RevokeAccess(who, generation) => {
                refresh::revoke_access(id, generation_of(generation), world.client(who).client())
            }
            Ask::End => revocation::revoke(id),
        }
    }

    /// Returns whether the request is decided by a read, and writes nothing unless it ends the grant.
    pub(crate) fn reads(&self) -> bool {
        match self.ask {
            Ask::Refresh(who, ..) => !self.world.client(who).client().profile.rotates_refresh_tokens(),
            Ask::Issue
            | Ask::Agree
            | Ask::Deny
            | Ask::Redeem(..)
            | Ask::Revoke(_)
            | Ask::RevokeAccess(..)
            | Ask::End => false,
        }
    }

    /// The action after the write was applied.
    pub(crate) fn done(&self, grant: &Grant) -> Next {
        Next::Answer(match self.ask {
            Ask::Issue | Ask::Agree => Answer::Code,
            Ask::Redeem(..) | Ask::Refresh(..) => tokens(grant, Given::Written),
            Ask::Deny | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => Answer::Ended,
        })
    }

    /// The action after the write was refused because of the item that was found.
    pub(crate) fn refused(&self, found: Option<&Grant>) -> Next {
        match self.ask {
            Ask::Issue | Ask::Agree if code::was_issued(found, self.attempt) => Next::Answer(Answer::Code),
            Ask::Issue | Ask::Agree | Ask::Deny => Next::Answer(Answer::FormUsed),
            Ask::Redeem(..) | Ask::Refresh(..) => self.settle(self.twin.verdict(self, found)),
            Ask::RevokeAccess(who, _) => match revocation::after_refused(&self.world.client(who).client().id, found) {
                Some(last) => Next::Last(last, Answer::Ended),
                None => Next::Answer(Answer::Ended),
            },
            Ask::Revoke(_) | Ask::End => Next::Answer(Answer::Ended),
        }
    }

    /// The verdict of the rules on the item, for a redemption or a refresh.
    pub(crate) fn verdict(&self, found: Option<&Grant>) -> Option<Verdict> {
        let Self { world, now, attempt, .. } = *self;
        let moment = Moment { now, attempt };
        match self.ask {
            Ask::Redeem(who, proof) => {
                Some(code::explain(world.redemption_by(who, proof), world.client(who), found, moment))
            }
            Ask::Refresh(who, generation, reach) => {
                let request = world.refresh_by(who, generation, reach);
                let judge = if self.reads() { refresh::stay } else { refresh::explain };
                Some(judge(&request, world.client(who), found, &world.policy, moment))
            }
            Ask::Issue | Ask::Agree | Ask::Deny | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => None,
        }
    }

    fn settle(&self, verdict: Option<Verdict>) -> Next {
        match verdict.unwrap() {
            Verdict::Done(grant) if self.reads() => Next::Answer(tokens(&grant, Given::Read)),
            Verdict::Done(grant) if attempt_of(&grant) == Some(self.attempt) => {
                Next::Answer(tokens(&grant, Given::OwnWork))
            }
            Verdict::Done(grant) => Next::Answer(tokens(&grant, Given::Again)),
            Verdict::Refuse(refusal) => Next::Answer(Answer::Refused(refusal)),
            Verdict::RefuseAnd(refusal, _) if self.twin == Twin::RefusalBeforeRevocation => {
                Next::Answer(Answer::Refused(refusal))
            }
            Verdict::RefuseAnd(refusal, last) => Next::Last(last, Answer::Refused(refusal)),
        }
    }
}

/// The current generation of a grant.
pub(crate) fn standing(grant: &Grant) -> Option<u8> {
    refresh::current_generation(grant).map(|generation| u8::try_from(generation.number()).unwrap())
}

pub(crate) fn attempt_of(grant: &Grant) -> Option<Attempt> {
    match grant.stage {
        grants::Stage::Active { attempt, .. } | grants::Stage::Issued { attempt, .. } => Some(attempt),
        grants::Stage::Pushed { .. }
        | grants::Stage::Pending { .. }
        | grants::Stage::Approved { .. }
        | grants::Stage::Denied
        | grants::Stage::Revoked => None,
    }
}

/// As in `token`: without a generation there are no tokens to issue.
fn tokens(grant: &Grant, given: Given) -> Answer {
    standing(grant).map_or(Answer::Refused(Refusal::GrantRevoked), |generation| Answer::Tokens(generation, given))
}
