//! The properties: what must always hold, and what must be seen at least once.

use grants::{AccessHandle, Generation, Policy, Question, Refusal, Standing, TokenFacts, describe_opaque, introspect};
use protocol::Claims;
use stateright::Property;

use crate::ask::{Answer, Ask, Asking, Given, Reach, Who};
use crate::run::Callers;
use crate::state::{Blame, Caller, Fault, Process, State, Step};
use crate::twin::Twin;
use crate::world::START;

type Named = (&'static str, fn(&Callers, &State) -> bool);

pub(crate) const REDEEMED_ONCE: &str = "a code is redeemed at most once";
pub(crate) const ONE_GENERATION: &str = "there is one live refresh generation at most";
pub(crate) const NOTHING_AFTER_REVOCATION: &str = "nothing is given on a grant that was revoked";
pub(crate) const REVOKED_FOR_EVER: &str = "revoked is for ever";
pub(crate) const REUSE_REVOKES: &str = "reuse outside the retry window revokes";
pub(crate) const TOLD_ONCE_WRITTEN: &str = "a reuse is told once its revocation is written";
pub(crate) const NEVER_LOCKED_OUT: &str = "lost answers never lock an honest client out";
pub(crate) const STRANGERS_CHANGE_NOTHING: &str = "who is not the grant's client changes nothing";
pub(crate) const ONE_GRANT_A_FORM: &str = "a form makes one grant";
pub(crate) const NOTHING_FOR_THE_EXPIRED: &str = "nothing is given for what has expired";
pub(crate) const ONLY_THE_STAGE: &str = "a write changes only where the grant stands";
pub(crate) const REVOKED_IS_INACTIVE: &str = "no access token of a revoked grant is active";

pub(crate) const HURRIED_ENDS: &str = "using the successor while an earlier request is served can end the grant";
pub(crate) const LATE_ENDS: &str = "repeating a refresh when the window is over can end the grant";
pub(crate) const REPEATED_CODE_ENDS: &str = "repeating a code whose answer was lost can end the grant";

const ALWAYS: [Named; 12] = [
    (REDEEMED_ONCE, |_, state| state.history.redeemed_by.len() <= 1),
    (ONE_GENERATION, |callers, state| !state.has(Fault::Branched) && live_generations(callers, state) <= 1),
    (NOTHING_AFTER_REVOCATION, |_, state| !state.has(Fault::GivenAfterRevocation)),
    (REVOKED_FOR_EVER, |_, state| {
        !state.has(Fault::Revived) && (!state.history.revoked || state.item.0.is_none() || state.item.is_revoked())
    }),
    (REUSE_REVOKES, |_, state| !state.has(Fault::ReuseTolerated)),
    (TOLD_ONCE_WRITTEN, |_, state| !state.has(Fault::ToldTooEarly)),
    (NEVER_LOCKED_OUT, |_, state| {
        !state.has(Fault::LockedOut) && (state.history.blame != 0 || !state.item.is_revoked())
    }),
    (STRANGERS_CHANGE_NOTHING, |_, state| !state.has(Fault::Stranger)),
    (ONE_GRANT_A_FORM, |_, state| !state.has(Fault::Overwritten)),
    (NOTHING_FOR_THE_EXPIRED, |_, state| !state.has(Fault::Expired)),
    (ONLY_THE_STAGE, |_, state| !state.has(Fault::Disfigured)),
    (REVOKED_IS_INACTIVE, |callers, state| !state.item.is_revoked() || !first_is_active(callers, state)),
];

/// Each verdict and each refusal that the rules of codes, refreshes and revocation can give, and the limits of what
/// they can do for a client.
const SOMETIMES: [Named; 36] = [
    ("a code is issued", |_, state| state.told(|_, said| said == Answer::Code)),
    ("a form that was used is refused", |_, state| state.told(|_, said| said == Answer::FormUsed)),
    ("a form for a pushed request that has expired meanwhile makes a code", |_, state| {
        let late = |process: &&Process| process.now >= START.plus(Policy::PUSHED_LIFETIME);
        let issued = |process: &Process| process.ask == Ask::Agree && process.step == Step::Answered(Answer::Code);
        state.processes.iter().filter(late).any(issued)
    }),
    ("a pushed request that was denied makes no code", |_, state| {
        state.item.is_revoked() && state.told(|ask, said| ask == Ask::Agree && said == Answer::FormUsed)
    }),
    ("a code is redeemed", |_, state| redeemed(state, Given::Written)),
    ("a repeated redemption finds its own work", |_, state| redeemed(state, Given::OwnWork)),
    ("a token is refreshed", |_, state| refreshed(state, Given::Written)),
    ("a token is refreshed and stays the same", |_, state| refreshed(state, Given::Read)),
    ("a repeated refresh finds its own work", |_, state| refreshed(state, Given::OwnWork)),
    ("a successor is given again", |_, state| refreshed(state, Given::Again)),
    ("a revocation is answered", |_, state| state.told(|_, said| said == Answer::Ended)),
    ("an access token of a grant is active", first_is_active),
    ("one access token more than fit into the set ends the grant", |_, state| {
        let by_access = |ask| matches!(ask, Ask::RevokeAccess(..));
        state.item.is_revoked() && state.told(|ask, said| by_access(ask) && said == Answer::Ended)
    }),
    ("CodeUnknown", |_, state| refused(state, Refusal::CodeUnknown)),
    ("CodeOfAnotherClient", |_, state| refused(state, Refusal::CodeOfAnotherClient)),
    ("CodeVerifierMismatch", |_, state| refused(state, Refusal::CodeVerifierMismatch)),
    ("CodeOfAnotherKey", |_, state| refused(state, Refusal::CodeOfAnotherKey)),
    ("RefreshTokenOfAnotherKey", |_, state| refused(state, Refusal::RefreshTokenOfAnotherKey)),
    ("RedirectUriMismatch", |_, state| refused(state, Refusal::RedirectUriMismatch)),
    ("CodeExpired", |_, state| refused(state, Refusal::CodeExpired)),
    ("CodeReplayed", |_, state| refused(state, Refusal::CodeReplayed)),
    ("GrantRevoked, of a code", |_, state| {
        state.told(|ask, said| matches!(ask, Ask::Redeem(..)) && said == Answer::Refused(Refusal::GrantRevoked))
    }),
    ("GrantRevoked, of a refresh token", |_, state| {
        state.told(|ask, said| matches!(ask, Ask::Refresh(..)) && said == Answer::Refused(Refusal::GrantRevoked))
    }),
    ("ResourceNotGranted, of a code", |_, state| {
        state.told(|ask, said| matches!(ask, Ask::Redeem(..)) && said == Answer::Refused(Refusal::ResourceNotGranted))
    }),
    ("ResourceNotGranted, of a refresh token", |_, state| {
        state.told(|ask, said| matches!(ask, Ask::Refresh(..)) && said == Answer::Refused(Refusal::ResourceNotGranted))
    }),
    ("AudienceNotOne, of a code", |_, state| {
        state.told(|ask, said| matches!(ask, Ask::Redeem(..)) && said == Answer::Refused(Refusal::AudienceNotOne))
    }),
    ("AudienceNotOne, of a refresh token", |_, state| {
        state.told(|ask, said| matches!(ask, Ask::Refresh(..)) && said == Answer::Refused(Refusal::AudienceNotOne))
    }),
    ("ScopeNotGranted", |_, state| refused(state, Refusal::ScopeNotGranted)),
    ("RefreshTokenUnknown", |_, state| refused(state, Refusal::RefreshTokenUnknown)),
    ("RefreshTokenOfAnotherClient", |_, state| refused(state, Refusal::RefreshTokenOfAnotherClient)),
    ("RefreshTokenExpired", |_, state| refused(state, Refusal::RefreshTokenExpired)),
    ("RefreshTokenReused", |_, state| refused(state, Refusal::RefreshTokenReused)),
    ("within the window a thief is given the successor as well", |_, state| {
        let thieves = |process: &&Process| matches!(process.caller, Caller::Stranger(_));
        let again = |step: &Step| matches!(step, Step::Answered(Answer::Tokens(_, Given::Again)));
        state.processes.iter().filter(thieves).any(|process| again(&process.step))
    }),
    (HURRIED_ENDS, |_, state| ended_by(state, Blame::Hurried)),
    (LATE_ENDS, |_, state| ended_by(state, Blame::Late)),
    (REPEATED_CODE_ENDS, |_, state| ended_by(state, Blame::RepeatedCode)),
];

/// The names of the properties that must always hold.
pub(crate) fn invariants() -> impl Iterator<Item = &'static str> {
    ALWAYS.into_iter().map(|(name, _)| name)
}

/// The names of the properties that must be seen at least once.
pub(crate) fn sights() -> impl Iterator<Item = &'static str> {
    SOMETIMES.into_iter().map(|(name, _)| name)
}

/// All properties, each with its name.
pub(crate) fn all() -> Vec<Property<Callers>> {
    let always = ALWAYS.into_iter().map(|(name, holds)| Property::always(name, holds));
    always.chain(SOMETIMES.into_iter().map(|(name, holds)| Property::sometimes(name, holds))).collect()
}

/// The number of issued refresh tokens that would be accepted now, if each came in a new request.
fn live_generations(callers: &Callers, state: &State) -> usize {
    let is_live = |generation: &u8| {
        let ask = Ask::Refresh(Who::App, *generation, Reach::Granted);
        let step = Asking::of(callers, ask, state.clock, Caller::Stranger(u8::MAX)).step();
        callers.twin.after(&step, state.item.0.as_deref(), state.history.began_at(*generation)).is_some()
    };
    (1..=state.history.given).filter(is_live).count()
}

/// Returns whether the first access token of the grant is active for its API, by the rule of introspection.
fn first_is_active(callers: &Callers, state: &State) -> bool {
    let Some(grant) = state.item.0.as_deref() else { return false };
    let handle = AccessHandle {
        secret: callers.world.secret.clone(),
        generation: Generation::FIRST,
        issued_at: START,
        expires_at: START.plus(900),
        resources: 1,
        scope: 1,
        rests_on: None,
        confirmation: None,
    };
    let app = callers.world.client(Who::App);
    let facts = describe_opaque(&handle, grant);
    let (facts, standing) = if callers.twin == Twin::TokenIsBelieved {
        (TokenFacts { generation: None, ..facts }, Standing::Machine { revoked: false })
    } else {
        (facts, Standing::Grant(Some(grant)))
    };
    let issuer = "https://issuer.example";
    let question = Question { caller: app, issuer, now: state.clock, apis: &[], known: &Claims::NONE };
    introspect(&facts, standing, &[app.client()], &question).active
}

fn refused(state: &State, refusal: Refusal) -> bool {
    state.told(|_, said| said == Answer::Refused(refusal))
}

fn redeemed(state: &State, how: Given) -> bool {
    state.told(|ask, said| matches!(ask, Ask::Redeem(..)) && matches!(said, Answer::Tokens(_, given) if given == how))
}

fn refreshed(state: &State, how: Given) -> bool {
    state.told(|ask, said| matches!(ask, Ask::Refresh(..)) && matches!(said, Answer::Tokens(_, given) if given == how))
}

fn ended_by(state: &State, blame: Blame) -> bool {
    state.item.is_revoked() && state.history.blame == blame as u8
}
