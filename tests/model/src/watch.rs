//! Detects the faults of a step without calling the rules.

use grants::{Grant, Refusal, Stage};

use crate::ask::{Answer, Ask, Asking, Given, Next, attempt_of, standing};
use crate::run::Callers;
use crate::serve::Applied;
use crate::state::{Caller, Fault, History, Process, State};
use crate::twin::Twin;
use crate::world::RETRY_WINDOW;

/// Examines a write that was applied.
pub(crate) fn written(
    callers: &Callers,
    history: &mut History,
    process: &Process,
    (before, after): (Option<&Grant>, &Grant),
) {
    let is_revoked = |grant: &Grant| grant.stage == Stage::Revoked;
    let changed = before != Some(after);
    history.fault_if(before.is_some_and(is_revoked) && !is_revoked(after), Fault::Revived);
    let waits = |before: &Grant| matches!(before.stage, Stage::Pushed { .. });
    let makes = matches!(process.ask, Ask::Issue | Ask::Agree);
    history.fault_if(makes && before.is_some_and(|before| !waits(before)), Fault::Overwritten);
    history.fault_if(makes && before.is_some_and(|before| before.ends_at <= process.now), Fault::Expired);
    history.fault_if(changed && !process.ask.is_entitled(), Fault::Stranger);
    let meant = |before: &Grant| {
        let agrees = process.ask == Ask::Agree && waits(before);
        if agrees { callers.world.grant(process.now, process.caller.attempt()) } else { before.clone() }
    };
    history.fault_if(before.is_some_and(|before| is_disfigured(&meant(before), after)), Fault::Disfigured);
    if let Some(begun) = standing(after).filter(|_| before.is_none_or(|before| before.stage != after.stage)) {
        let last = before.and_then(standing).unwrap_or(0);
        let redeems = before.is_some_and(|before| matches!(before.stage, Stage::Issued { .. }));
        history.fault_if(begun != last + 1 || (begun == 1) != redeems, Fault::Branched);
        if callers.twin == Twin::TimestampForCounter {
            history.began.truncate(usize::from(begun) - 1);
            history.began.push(process.now);
        }
    }
    history.revoked |= is_revoked(after);
}

/// Examines the decision of a process about its first write, or about the item that refused it.
pub(crate) fn decided(
    asking: &Asking<'_>,
    history: &mut History,
    before: Option<&Grant>,
    (applied, next): (&Applied, &Next),
) {
    if let Next::Answer(Answer::Tokens(generation, given)) = next {
        gave(asking, history, before, (*generation, *given));
    }
    if let (Applied::Refused(Some(found)), true) = (applied, asking.ask.is_entitled()) {
        let revokes = matches!(next, Next::Last(_, Answer::Refused(_)));
        history.fault_if(is_reuse(asking, found) && !revokes, Fault::ReuseTolerated);
    }
}

/// Examines the answer of a process.
pub(crate) fn answered(state: &mut State, process: &Process, said: Answer) {
    let Answer::Refused(refusal) = said else {
        if let Answer::Tokens(generation, _) = said {
            state.history.given = state.history.given.max(generation);
            if matches!(process.ask, Ask::Redeem(..)) && !state.history.redeemed_by.contains(&process.caller) {
                state.history.redeemed_by.push(process.caller);
            }
        }
        return;
    };
    let is_reuse = matches!(refusal, Refusal::CodeReplayed | Refusal::RefreshTokenReused);
    let stands = state.item.0.is_some() && !state.item.is_revoked();
    state.history.fault_if(is_reuse && stands, Fault::ToldTooEarly);
    let blameless = matches!(process.caller, Caller::Honest(_)) && state.history.blame == 0;
    let excused = state.item.0.as_deref().is_none_or(|grant| has_expired(grant, process));
    state.history.fault_if(blameless && !excused, Fault::LockedOut);
}

fn gave(asking: &Asking<'_>, history: &mut History, before: Option<&Grant>, (generation, given): (u8, Given)) {
    history.fault_if(history.revoked, Fault::GivenAfterRevocation);
    history.fault_if(!asking.ask.is_entitled(), Fault::Stranger);
    let Some(before) = before else { return };
    history.fault_if(before.ends_at <= asking.now, Fault::Expired);
    let deadline = match before.stage {
        Stage::Issued { code_expires_at, .. } => Some(code_expires_at),
        Stage::Active { refresh_expires_at, .. } if matches!(given, Given::Written | Given::Read) => {
            Some(refresh_expires_at)
        }
        Stage::Pushed { .. }
        | Stage::Pending { .. }
        | Stage::Approved { .. }
        | Stage::Denied
        | Stage::Active { .. }
        | Stage::Revoked => None,
    };
    history.fault_if(deadline.is_some_and(|deadline| deadline <= asking.now), Fault::Expired);
    let expected = match asking.ask {
        Ask::Refresh(_, asked, _) => asked + u8::from(given != Given::Read),
        Ask::Issue | Ask::Agree | Ask::Deny | Ask::Redeem(..) | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => 1,
    };
    history.fault_if(generation != expected, Fault::ReuseTolerated);
}

/// Reuse as DESIGN.md defines it: a second redemption, or a refresh token that was already used, except a moment ago.
fn is_reuse(asking: &Asking<'_>, found: &Grant) -> bool {
    let Stage::Active { rotated_at, .. } = found.stage else { return false };
    let last = standing(found).unwrap_or(0);
    let own_work = attempt_of(found) == Some(asking.attempt);
    match asking.ask {
        Ask::Redeem(..) => !own_work,
        Ask::Refresh(_, asked, _) => {
            let in_window = asking.now.since(rotated_at) < u64::from(RETRY_WINDOW);
            let again = last == asked + 1 && (own_work || in_window);
            found.ends_at > asking.now && last > asked && !again
        }
        Ask::Issue | Ask::Agree | Ask::Deny | Ask::Revoke(_) | Ask::RevokeAccess(..) | Ask::End => false,
    }
}

fn has_expired(grant: &Grant, process: &Process) -> bool {
    let deadline = match grant.stage {
        Stage::Pushed { shown_before, .. } => shown_before,
        Stage::Issued { code_expires_at, .. } => code_expires_at,
        Stage::Active { refresh_expires_at, .. } => refresh_expires_at.min(grant.ends_at),
        Stage::Pending { .. } | Stage::Approved { .. } | Stage::Denied | Stage::Revoked => return false,
    };
    deadline <= process.now
}

fn is_disfigured(before: &Grant, after: &Grant) -> bool {
    // The key of the refresh token is set once, and never another.
    let refresh_key = before.refresh_key.or(after.refresh_key);
    let (stage, revoked_access) = (after.stage.clone(), after.revoked_access.clone());
    let same = Grant { stage, revoked_access, refresh_key, ..before.clone() };
    same != *after
}
