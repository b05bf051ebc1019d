//! What callers ask, the write that the rules name for it, and what the rules say when the write was refused.

use grants::{Attempt, Grant, Moment, Refusal, Timestamp, Transition, Verdict, code, refresh, revocation};

use crate::run::Callers;
use crate::state::Caller;
use crate::twin::Twin;
use crate::world::{World, generation_of};

/// As which client a caller authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The client of the grant, or whoever can pass for it.
    App,
    /// Another one.
    Other,
}

/// What comes with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Proof {
    Right,
    WrongVerifier,
    WrongRedirect,
    OtherResource,
    NoResource,
}

/// What is asked of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    Granted,
    MoreScope,
    OtherResource,
    NoResource,
}

/// What a caller asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// A person sends the consent form.
    Issue,
    /// `/token` with the code.
    Redeem(Who, Proof),
    /// `/token` with the refresh token of that generation.
    Refresh(Who, u8, Reach),
    /// `/revoke` with the refresh token.
    Revoke(Who),
    /// `/revoke` with the access token of that generation.
    RevokeAccess(Who, u8),
    /// The operator ends the grant, or all grants of the person.
    End,
}

/// What the caller is answered. A 503, or no answer at all, is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// The code.
    Code,
    /// The form was used before.
    FormUsed,
    /// The tokens of that generation.
    Tokens(u8, Given),
    /// 200 of `/revoke`, or of the operator's command.
    Ended,
    /// No.
    Refused(Refusal),
}

/// Why tokens were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Given {
    /// The write was applied.
    Written,
    /// It was refused by the same attempt's own work.
    OwnWork,
    /// It was refused by the client's own work a moment ago.
    Again,
}

/// What a process does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Answer(Answer),
    /// Write this, and then answer so.
    Last(Transition, Answer),
}

/// One request in a process: what was asked, when, and the name of the attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) world: &'a World,
    pub(crate) twin: Twin,
    pub(crate) ask: Ask,
    pub(crate) now: Timestamp,
    pub(crate) attempt: Attempt,
}

impl Ask {
    /// Whether whoever asks has what the grant's client has: what others ask must change nothing.
    pub(crate) const fn is_entitled(self) -> bool {
        match self {
            Self::Redeem(who, proof) => {
                let is_proof = matches!(proof, Proof::Right | Proof::OtherResource | Proof::NoResource);
                matches!(who, Who::App) && is_proof
            }
            Self::Refresh(who, ..) | Self::Revoke(who) | Self::RevokeAccess(who, _) => matches!(who, Who::App),
            Self::Issue | Self::End => true,
        }
    }
}

impl<'a> Asking<'a> {
    pub(crate) const fn of(callers: &'a Callers, ask: Ask, now: Timestamp, caller: Caller) -> Self {
        Self { world: &callers.world, twin: callers.twin, ask, now, attempt: caller.attempt() }
    }

    /// The write that the rules name.
    pub(crate) fn step(&self) -> Transition {
        let Self { world, now, attempt, .. } = *self;
        let moment = Moment { now, attempt };
        let id = world.secret.id();
        match self.ask {
            Ask::Issue => code::issue(world.grant(now, attempt)),
            Ask::Redeem(who, proof) => code::redeem(world.redemption(proof), world.client(who), &world.policy, moment),
            Ask::Refresh(who, generation, reach) => {
                let request = world.refresh(generation, reach);
                refresh::rotate(&request, world.client(who), &world.policy, moment)
            }
            Ask::Revoke(who) => revocation::revoke_of_client(id, &world.client(who).client().id),
            Ask::RevokeAccess(who, generation) => {
                revocation::revoke_access(id, generation_of(generation), &world.client(who).client().id)
            }
            Ask::End => revocation::revoke(id),
        }
    }

    /// What follows once the write was applied.
    pub(crate) fn done(&self, grant: &Grant) -> Next {
        Next::Answer(match self.ask {
            Ask::Issue => Answer::Code,
            Ask::Redeem(..) | Ask::Refresh(..) => tokens(grant, Given::Written),
            Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => Answer::Ended,
        })
    }

    /// What follows once the write was refused by what stands there.
    pub(crate) fn refused(&self, found: Option<&Grant>) -> Next {
        match self.ask {
            Ask::Issue if code::was_issued(found, self.attempt) => Next::Answer(Answer::Code),
            Ask::Issue => Next::Answer(Answer::FormUsed),
            Ask::Redeem(..) | Ask::Refresh(..) => self.settle(self.twin.verdict(self, found)),
            Ask::RevokeAccess(who, _) => match revocation::after_refused(&self.world.client(who).client().id, found) {
                Some(last) => Next::Last(last, Answer::Ended),
                None => Next::Answer(Answer::Ended),
            },
            Ask::Revoke(_) | Ask::End => Next::Answer(Answer::Ended),
        }
    }

    /// What the rules say of what stands there, to somebody who redeems or refreshes.
    pub(crate) fn verdict(&self, found: Option<&Grant>) -> Option<Verdict> {
        let Self { world, now, attempt, .. } = *self;
        let moment = Moment { now, attempt };
        match self.ask {
            Ask::Redeem(who, proof) => Some(code::explain(world.redemption(proof), world.client(who), found, moment)),
            Ask::Refresh(who, generation, reach) => {
                let request = world.refresh(generation, reach);
                Some(refresh::explain(&request, world.client(who), found, &world.policy, moment))
            }
            Ask::Issue | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => None,
        }
    }

    fn settle(&self, verdict: Option<Verdict>) -> Next {
        match verdict.unwrap() {
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

/// The generation in which a grant stands.
pub(crate) fn standing(grant: &Grant) -> Option<u8> {
    refresh::current_generation(grant).map(|generation| u8::try_from(generation.number()).unwrap())
}

pub(crate) fn attempt_of(grant: &Grant) -> Option<Attempt> {
    match grant.stage {
        grants::Stage::Active { attempt, .. } | grants::Stage::Issued { attempt, .. } => Some(attempt),
        grants::Stage::Revoked => None,
    }
}

/// As `token` does it: without a generation there are no tokens to give.
fn tokens(grant: &Grant, given: Given) -> Answer {
    standing(grant).map_or(Answer::Refused(Refusal::GrantRevoked), |generation| Answer::Tokens(generation, given))
}
