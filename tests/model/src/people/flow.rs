//! The steps of each request, in the order in which the functions and commands perform them.

use grants::refresh::RefreshRequest;
use grants::{
    Attempt, CodeHandle, Generation, GrantSecret, Moment, RefreshHandle, SessionId, Timestamp, Transition, Verdict,
};
use grants::{code, code::CodeRedemption, refresh};
use sessions::{
    CheckTerms, ChosenPassword, CredentialsChange, HashCost, NewPassword, PasswordWork, Rules, SessionHandle,
    SessionStart, SignedIn, User, UserChange, change_password, prove, sign_in,
};

use crate::people::bounds::Request;
use crate::people::issuing;
use crate::people::run::Everybody;
use crate::people::state::{Answer, Handed, Process};
use crate::people::store::Op;
use crate::people::twin::Twin;
use crate::people::world::{claims, issuer, password, password_hash, username, verifier};

/// The way in which a process continues.
pub(crate) enum Next {
    /// Perform these steps concurrently.
    Do(u8, Vec<Op>),
    Answer(Answer),
}

use Next::Do;

/// Returns the continuation after all steps of a phase are done; phase 0 begins a request.
pub(crate) fn next(everybody: &Everybody, process: &mut Process, now: Timestamp) -> Next {
    match process.request {
        Request::SignIn(_, name, number) => next_of_sign_in(everybody, process, (name, number), now),
        Request::Authorize(_) | Request::Allow(_) => issuing::next_of_issue(everybody, process, now),
        Request::Redeem(_) | Request::Refresh(_) => next_of_tokens(everybody, process, now),
        Request::SignOut(_) => match process.phase {
            0 => Do(1, vec![Op::ReadSession, Op::ReadPerson]),
            1 => match issuing::signed_in(everybody, process, now) {
                Some(_) => Do(2, vec![Op::EndSession]),
                None => Next::Answer(Answer::NobodySignedIn),
            },
            _ => Next::Answer(Answer::SignedOut),
        },
        Request::ChangePassword(_, current, _) => match process.phase {
            0 => Do(1, vec![Op::ReadSession, Op::ReadPerson]),
            1 => match issuing::signed_in(everybody, process, now) {
                Some(person)
                    if prove(Some(person.user().clone()), &password(current), &terms(), now).proven().is_some() =>
                {
                    Do(2, vec![Op::ChangeOwnPassword])
                }
                Some(_) => Next::Answer(Answer::WrongPassword),
                None => Next::Answer(Answer::NobodySignedIn),
            },
            _ => command_over(process),
        },
        Request::Create(..) => match process.phase {
            0 => Do(1, vec![Op::Create]),
            _ => command_over(process),
        },
        Request::Disable(_)
        | Request::Enable(_)
        | Request::SetPassword(..)
        | Request::SetClaims(..)
        | Request::Delete(_)
        | Request::Rename(..) => next_of_command(process),
        Request::Steal(_) | Request::Register(_) => Next::Answer(Answer::Done),
    }
}

/// Follows `service::Passwords::check` and `service::SignIns::start_session`.
fn next_of_sign_in(everybody: &Everybody, process: &mut Process, (name, number): (u8, u8), now: Timestamp) -> Next {
    match process.phase {
        0 => Do(1, vec![Op::FindName, Op::ReadFormer]),
        1 if process.seen.key.is_none() => Next::Answer(Answer::WrongPassword),
        1 => Do(2, vec![Op::ReadPerson]),
        2 => {
            let asks = everybody.twin != Twin::NameNotAsked;
            let found = process.seen.person.as_ref().map(|person| (*person.0).clone());
            let found = found.filter(|user| !asks || user.goes_by(&username(name)));
            match found.and_then(|user| prove(Some(user), &password(number), &terms(), now).proven()) {
                Some(_) if process.seen.session.is_none() => {
                    (process.seen.written, process.seen.counted) = (false, false);
                    Do(3, vec![Op::StoreSession, Op::CountSession])
                }
                Some(_) => together(process),
                None => Next::Answer(Answer::WrongPassword),
            }
        }
        3 if process.seen.written && process.seen.counted => Next::Answer(Answer::SignedIn),
        3 => Do(4, vec![Op::EndMade]),
        5 => {
            let (_, _, start) = made(everybody, process, now);
            match (start, process.seen.written, process.seen.counted) {
                (SessionStart::New, true, _) => Next::Answer(Answer::SignedIn),
                (SessionStart::Renewed, true, _) => Next::Answer(Answer::SignedInAgain),
                (SessionStart::Renewed, false, _) if everybody.twin == Twin::RefusalEnds => Do(4, vec![Op::EndMade]),
                (SessionStart::Renewed, false, true) => {
                    process.seen.session = None;
                    together(process)
                }
                (SessionStart::New, false, _) | (SessionStart::Renewed, false, false) => {
                    Next::Answer(Answer::SignInOver)
                }
            }
        }
        _ => Next::Answer(Answer::SignInOver),
    }
}

/// Starts a session on a browser that had one, with all writes in one step.
fn together(process: &mut Process) -> Next {
    (process.seen.written, process.seen.counted) = (false, false);
    Do(5, vec![Op::StartTogether])
}

/// The session of the browser that ends when the sign-in of a process makes another one.
pub(crate) fn ended(everybody: &Everybody, process: &Process, made: SessionId) -> Option<SessionId> {
    let former = process.seen.session.as_ref().map(|former| former.0.id);
    former.filter(|former| *former != made && everybody.twin != Twin::LeavesOldSession)
}

/// The person, cookie and session that the sign-in of a process results in.
pub(crate) fn made(
    everybody: &Everybody,
    process: &Process,
    now: Timestamp,
) -> (SignedIn, SessionHandle, SessionStart) {
    let Request::SignIn(_, _, number) = process.request else { panic!("{:?} is no sign-in", process.request) };
    let user = (*process.seen.person.as_ref().unwrap().0).clone();
    let proven = prove(Some(user), &password(number), &terms(), now).proven().unwrap();
    let leaves = everybody.twin == Twin::LeavesOldSession;
    let former = process.seen.session.as_ref().filter(|_| !leaves).map(|session| &*session.0);
    sign_in(
        proven.complete().unwrap(),
        former,
        [[process.number; 16]; 2],
        everybody.world.digest,
        Rules::at(&everybody.world.policy, now),
    )
}

/// The writes of a change of one's own password.
pub(crate) fn changed_password(everybody: &Everybody, process: &Process, now: Timestamp) -> CredentialsChange {
    let Request::ChangePassword(_, current, new) = process.request else { panic!("{:?}", process.request) };
    let person = issuing::signed_in(everybody, process, now).unwrap();
    let proven = prove(Some(person.user().clone()), &password(current), &terms(), now).proven().unwrap();
    let new = NewPassword { chosen: ChosenPassword::alone(password_hash(new)), secret: [process.number; 16] };
    change_password(&person, &proven, new, Vec::new(), now).unwrap().0
}

/// The terms of a check where no hash is imported, and all are as cheap as can be.
fn terms() -> CheckTerms {
    CheckTerms { work: PasswordWork::default(), salt: [0; 16], cost: HashCost { memory: 8, passes: 1 } }
}

/// Follows `token::code`, `token::refresh` and `token::tokens`.
fn next_of_tokens(everybody: &Everybody, process: &mut Process, now: Timestamp) -> Next {
    let seen = &process.seen;
    match process.phase {
        0 => {
            let session = (!everybody.bounds.offline).then_some(Op::ReadGroundSession);
            Do(1, [Op::Advance, Op::ReadGround].into_iter().chain(session).collect())
        }
        1 => {
            let verdict = if seen.written { None } else { Some(explain(everybody, process, now)) };
            let grant = match verdict {
                None => (*seen.grant.as_ref().unwrap().0).clone(),
                Some(Verdict::Done(grant)) => *grant,
                Some(Verdict::Refuse(refusal)) => return Next::Answer(Answer::Refused(refusal)),
                Some(Verdict::RefuseAnd(refusal, _)) => return revoke_and_refuse(process, refusal),
            };
            let user = seen.ground.as_ref().map(|person| &*person.0);
            let session = seen.ground_session.as_ref().map(|session| &*session.0);
            if let Err(refusal) = everybody.twin.stands(&everybody.world, &grant, (user, session), now) {
                return revoke_and_refuse(process, refusal);
            }
            // Today a refresh never writes to its session. In the model it does so from time to time, so that the
            // guard of such a write is explored too.
            let pause = everybody.world.policy.session_idle_lifetime / 8;
            let touches = session.is_some_and(|session| session.last_seen_at.plus(pause) <= now);
            if touches { Do(2, vec![Op::Touch]) } else { Next::Answer(Answer::Tokens) }
        }
        _ => Next::Answer(process.seen.refusal.map_or(Answer::Tokens, Answer::Refused)),
    }
}

fn revoke_and_refuse(process: &mut Process, refusal: grants::Refusal) -> Next {
    process.seen.refusal = Some(refusal);
    Do(2, vec![Op::Revoke])
}

/// The code or token that accompanied a request.
pub(crate) fn handed(process: &Process) -> Handed {
    let redeems = matches!(process.request, Request::Redeem(_));
    if redeems { process.with.code } else { process.with.refresh }.unwrap()
}

fn redemption(handed: Handed) -> CodeRedemption {
    let code = CodeHandle { secret: GrantSecret::from_bytes([handed.secret; 16]), rests_on: None };
    CodeRedemption {
        code,
        redirect_uri: None,
        code_verifier: Some(verifier()),
        key: None,
        resources: Vec::new(),
        issuer: issuer(),
    }
}

fn refreshing(handed: Handed) -> RefreshRequest {
    let secret = GrantSecret::from_bytes([handed.secret; 16]);
    let token = RefreshHandle { secret, generation: Generation::from_number(handed.generation), rests_on: None };
    RefreshRequest { token, key: None, scope: None, resources: Vec::new(), issuer: issuer() }
}

/// The name of the attempt.
pub(crate) const fn attempt(process: &Process) -> Attempt {
    Attempt::from_bytes([process.number; 16])
}

const fn moment(process: &Process, now: Timestamp) -> Moment {
    Moment { now, attempt: attempt(process) }
}

/// The write of a redemption or a refresh.
pub(crate) fn advance(everybody: &Everybody, process: &Process, now: Timestamp) -> Transition {
    let (app, policy, handed) = (&everybody.world.app, &everybody.world.policy, handed(process));
    if matches!(process.request, Request::Redeem(_)) {
        return code::redeem(&redemption(handed), app, policy, moment(process, now));
    }
    refresh::rotate(&refreshing(handed), app, policy, moment(process, now))
}

fn explain(everybody: &Everybody, process: &Process, now: Timestamp) -> Verdict {
    let (app, policy, handed) = (&everybody.world.app, &everybody.world.policy, handed(process));
    let found = process.seen.grant.as_ref().map(|grant| &*grant.0);
    if matches!(process.request, Request::Redeem(_)) {
        return code::explain(&redemption(handed), app, found, moment(process, now));
    }
    refresh::explain(&refreshing(handed), app, found, policy, moment(process, now))
}

/// Follows the commands of `jeton user`.
fn next_of_command(process: &Process) -> Next {
    let deletes = matches!(process.request, Request::Delete(_));
    match process.phase {
        0 => Do(1, vec![Op::FindName]),
        1 if process.seen.key.is_none() => Next::Answer(Answer::NothingDone),
        1 => Do(2, vec![Op::ReadPerson]),
        2 if process.seen.person.is_none() => Next::Answer(Answer::NothingDone),
        2 => Do(3, vec![Op::Change]),
        3 if !deletes || !process.seen.written => command_over(process),
        3 => Do(4, vec![Op::Forget]),
        4 => Do(5, vec![Op::Remove]),
        _ => command_over(process),
    }
}

const fn command_over(process: &Process) -> Next {
    Next::Answer(if process.seen.written { Answer::Done } else { Answer::NothingDone })
}

/// The change that a command makes to the person that it read.
pub(crate) fn change(request: Request, user: &User) -> Option<UserChange> {
    match request {
        Request::Disable(_) | Request::Delete(_) => Some(UserChange::disable(user)),
        Request::Enable(_) => Some(UserChange::enable(user)),
        Request::SetPassword(_, number) => Some(UserChange::set_password(user, password_hash(number))),
        Request::SetClaims(_, number) => Some(UserChange::set_claims(user, claims(number))),
        Request::Rename(_, to) => Some(UserChange::rename(user, username(to))),
        Request::SignIn(..)
        | Request::Authorize(_)
        | Request::Allow(_)
        | Request::SignOut(_)
        | Request::Redeem(_)
        | Request::Refresh(_)
        | Request::Steal(_)
        | Request::Register(_)
        | Request::ChangePassword(..)
        | Request::Create(..) => None,
    }
}
