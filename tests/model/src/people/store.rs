//! One step of a process: a read or a write of one item, or of those that change together.

use std::sync::Arc;

use grants::revocation::revoke;
use grants::{SessionId, Timestamp, Transition, code};
use sessions::{Session, SessionChange, SessionStart, User, UserChange, UserFact};

use crate::people::bounds::Request;
use crate::people::run::Everybody;
use crate::people::state::{Item, Person, Process, Sitting, State};
use crate::people::twin::Twin;
use crate::people::{flow, issuing, watch, world};

/// A step of a process; `ReadFormer` reads the session that the browser's cookie names when a sign-in begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Op {
    FindName,
    ReadFormer,
    ReadPerson,
    ReadSession,
    StoreSession,
    CountSession,
    StartTogether,
    EndMade,
    EndSession,
    Issue,
    CountGrant,
    CountGrantOfSession,
    ReadGround,
    ReadGroundSession,
    Advance,
    Revoke,
    Touch,
    Change,
    ChangeOwnPassword,
    Forget,
    Remove,
    Create,
}

impl Op {
    /// Returns whether the step is a write, so that its answer can be lost and the step repeated with another
    /// outcome.
    pub(crate) const fn writes(self) -> bool {
        !matches!(
            self,
            Self::FindName
                | Self::ReadFormer
                | Self::ReadPerson
                | Self::ReadSession
                | Self::ReadGround
                | Self::ReadGroundSession
        )
    }
}

/// Performs a step of a process.
pub(crate) fn make(everybody: &Everybody, state: &mut State, process: &mut Process, op: Op) {
    let now = state.now();
    match op {
        Op::FindName => process.seen.key = name_of(process.request).and_then(|name| state.names[usize::from(name)]),
        Op::ReadFormer | Op::ReadSession => read_session(everybody, state, process, op),
        Op::ReadPerson => {
            let key = process.seen.key.or(process.with.cookie.map(|cookie| cookie.person));
            process.seen.person = key.and_then(|key| state.person(key)).cloned();
            watch::looked_first(state, process);
        }
        Op::StoreSession => store_session(everybody, state, process, now),
        Op::CountSession => {
            let change = UserChange::count_session(&process.seen.person.as_ref().unwrap().0);
            process.seen.counted = count(state, process, &change);
        }
        Op::StartTogether => start_together(everybody, state, process, now),
        Op::EndMade | Op::EndSession => end_session(everybody, state, process, op),
        Op::Issue => write_grant(state, process, &code::issue(issuing::grant(everybody, process, now))),
        Op::CountGrant => {
            let person = issuing::signed_in(everybody, process, now).unwrap();
            process.seen.counted = count(state, process, &UserChange::count_grant(person.user()));
        }
        Op::CountGrantOfSession | Op::Touch => change_session(everybody, state, process, op),
        Op::ReadGround => {
            let key = ground_of(process);
            process.seen.ground = state.person(key.0).cloned();
            watch::looked(state, process);
        }
        Op::ReadGroundSession => {
            process.seen.ground_session = ground_of(process).1.and_then(|id| state.session(id)).cloned();
        }
        Op::Advance => write_grant(state, process, &flow::advance(everybody, process, now)),
        Op::Revoke => write_grant(state, &mut process.clone(), &revoke(process.seen.grant.as_ref().unwrap().0.id)),
        Op::Change => change_person(everybody, state, process),
        Op::ChangeOwnPassword => change_own_password(everybody, state, process),
        Op::Forget => forget(state, process),
        Op::Remove => remove_person(state, process),
        Op::Create => create(everybody, state, process),
    }
}

/// The name that a request begins with.
const fn name_of(request: Request) -> Option<u8> {
    match request {
        Request::SignIn(_, name, _)
        | Request::Disable(name)
        | Request::Enable(name)
        | Request::SetPassword(name, _)
        | Request::SetClaims(name, _)
        | Request::Delete(name)
        | Request::Rename(name, _) => Some(name),
        Request::Authorize(_)
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

fn read_session(everybody: &Everybody, state: &State, process: &mut Process, op: Op) {
    let Some(cookie) = process.with.cookie else { return };
    let found = state.session(cookie.session).filter(|session| session.0.person == cookie.person);
    let must_open = op == Op::ReadFormer && everybody.twin == Twin::FormerMustOpen;
    process.seen.session = found.filter(|session| !must_open || cookie.handle().opens(&session.0)).cloned();
}

/// The items that the grant of a process depends on: those named by the cookie or the handle.
fn ground_of(process: &Process) -> (sessions::PersonKey, Option<SessionId>) {
    if matches!(process.request, Request::Redeem(_) | Request::Refresh(_)) {
        let handed = flow::handed(process);
        return (handed.person, Some(handed.session));
    }
    let cookie = process.with.cookie.unwrap();
    (cookie.person, Some(cookie.session))
}

fn store_session(everybody: &Everybody, state: &mut State, process: &mut Process, now: Timestamp) {
    let (made, ..) = flow::made(everybody, process, now);
    let made = made.session();
    // A repeated write finds its own result.
    process.seen.written = state.session(made.id).is_none_or(|there| there.0.secret == made.secret);
    if process.seen.written {
        put_session(state, made.clone());
    }
}

/// Stores the session, counts a new one, and ends the one that the browser had before, or does nothing of it. A repeated
/// transaction finds its own result.
fn start_together(everybody: &Everybody, state: &mut State, process: &mut Process, now: Timestamp) {
    if process.seen.written {
        return;
    }
    let (person, _, start) = flow::made(everybody, process, now);
    let made = person.session();
    let there = state.session(made.id).map(|session| session.0.credential_version);
    let is_free = match start {
        SessionStart::New => there.is_none(),
        SessionStart::Renewed => there == Some(made.credential_version),
    };
    watch::looked(state, process);
    let change = UserChange::count_session(person.user());
    let after = change.after(state.person(change.key()).map(|person| &*person.0));
    // Of two refusals, that of the session is told.
    process.seen.counted = after.is_some() || !is_free;
    let Some(after) = after.filter(|_| is_free) else { return };
    process.seen.written = true;
    if start == SessionStart::New {
        // A session that goes on is not one more.
        put_person(state, after);
    }
    put_session(state, made.clone());
    if let Some(former) = flow::ended(everybody, process, made.id) {
        remove_session(state, former);
    }
}

fn put_session(state: &mut State, session: Session) {
    state.sessions.retain(|other| other.0.id != session.id);
    state.sessions.push(Sitting(Arc::new(session)));
    state.sessions.sort_by_key(|session| *session.0.id.as_bytes());
}

fn end_session(everybody: &Everybody, state: &mut State, process: &Process, op: Op) {
    let made = (op == Op::EndMade).then(|| flow::made(everybody, process, state.now()).0.session().id);
    let id = made.unwrap_or_else(|| process.seen.session.as_ref().unwrap().0.id);
    remove_session(state, id);
    if op == Op::EndSession {
        watch::signed_out(state, process);
    }
    if op == Op::EndMade {
        watch::taken_back(state, process, id);
    }
}

fn remove_session(state: &mut State, id: SessionId) {
    let before = state.sessions.len();
    state.sessions.retain(|session| session.0.id != id);
    if state.sessions.len() < before && !state.history.ended.contains(&id) {
        state.history.ended.push(id);
    }
}

fn change_session(everybody: &Everybody, state: &mut State, process: &mut Process, op: Op) {
    let read = if op == Op::Touch { &process.seen.ground_session } else { &process.seen.session };
    let read = Arc::clone(&read.as_ref().unwrap().0);
    let one_more = SessionChange::OneMoreGrant { at: state.now(), credential_version: read.credential_version };
    let change = if op == Op::Touch { SessionChange::Seen(state.now()) } else { one_more };
    let there = state.session(read.id).map(|session| Arc::clone(&session.0));
    let there = if everybody.twin == Twin::TouchRevives { there.or(Some(read)) } else { there };
    let after = change.after(there.as_deref());
    if let Some(after) = &after {
        put_session(state, after.clone());
    }
    if op == Op::CountGrantOfSession {
        process.seen.ground_session = after.map(|after| Sitting(Arc::new(after)));
    }
}

fn write_grant(state: &mut State, process: &mut Process, step: &Transition) {
    let found = state.grants.iter().find(|grant| grant.0.id == step.id()).cloned();
    let after = step.after(found.as_ref().map(|grant| &*grant.0)).map(|grant| Item(Arc::new(grant)));
    process.seen.written = after.is_some();
    if let Some(after) = &after {
        state.grants.retain(|grant| grant.0.id != step.id());
        state.grants.push(after.clone());
        state.grants.sort_by_key(|grant| grant.0.id);
    }
    process.seen.grant = after.or(found);
}

fn put_person(state: &mut State, user: User) {
    state.people.retain(|person| person.0.key != user.key);
    state.people.push(Person(Arc::new(user)));
    state.people.sort_by_key(|person| *person.0.key.as_bytes());
}

/// Counts a session or a grant at the person; the same write checks that the person has not changed.
fn count(state: &mut State, process: &mut Process, change: &UserChange) -> bool {
    watch::looked(state, process);
    let after = change.after(state.person(change.key()).map(|person| &*person.0));
    let done = after.is_some();
    if let Some(after) = after {
        put_person(state, after);
    }
    done
}

fn change_person(everybody: &Everybody, state: &mut State, process: &mut Process) {
    let read = Arc::clone(&process.seen.person.as_ref().unwrap().0);
    let change = flow::change(process.request, &read).unwrap();
    let taken = matches!(process.request, Request::Rename(_, to) if state.names[usize::from(to)].is_some());
    let before = state.person(read.key).map(|person| Arc::clone(&person.0));
    let after = everybody.twin.after(&change, before.as_deref(), &read).filter(|_| !taken);
    process.seen.written = after.is_some();
    let Some(after) = after else { return };
    if let Request::Rename(from, to) = process.request {
        state.names[usize::from(from)] = None;
        state.names[usize::from(to)] = Some(read.key);
    }
    put_person(state, after);
    watch::changed(state, process);
}

/// Changes the person and the session, or neither. A repeated transaction finds its own result.
fn change_own_password(everybody: &Everybody, state: &mut State, process: &mut Process) {
    if process.seen.written {
        return;
    }
    let change = flow::changed_password(everybody, process, state.now());
    let (read, of_session) = change.sessions.first().unwrap();
    let person = change.user.after(state.person(change.user.key()).map(|person| &*person.0));
    let session = of_session.after(state.session(read.id).map(|session| &*session.0));
    let (Some(person), Some(session)) = (person, session) else { return };
    process.seen.written = true;
    put_person(state, person);
    put_session(state, session);
    watch::changed(state, process);
}

/// Removes the person's sessions, as a command does before it deletes the person.
fn forget(state: &mut State, process: &Process) {
    let key = process.seen.person.as_ref().unwrap().0.key;
    let of_person = state.sessions.iter().filter(|session| session.0.person == key);
    let ended: Vec<SessionId> = of_person.map(|session| session.0.id).collect();
    for id in ended {
        remove_session(state, id);
    }
}

fn remove_person(state: &mut State, process: &mut Process) {
    let read = Arc::clone(&process.seen.person.as_ref().unwrap().0);
    let name = world::number_of(&read.username);
    // This is one transaction: the person still has the name that was read, and the alias belongs to the person.
    let guards = UserFact::of_deletion(&read);
    let stands = state.person(read.key).is_some_and(|person| guards.iter().all(|guard| guard.holds(Some(&*person.0))));
    process.seen.written = stands && state.names[usize::from(name)] == Some(read.key);
    if process.seen.written {
        state.people.retain(|person| person.0.key != read.key);
        state.names[usize::from(name)] = None;
        watch::removed(state, process);
    }
}

fn create(everybody: &Everybody, state: &mut State, process: &mut Process) {
    let Request::Create(who, name) = process.request else { return };
    let person = world::person(who, name, everybody.twin);
    let free = state.names[usize::from(name)].is_none() && state.person(person.0.key).is_none();
    process.seen.written = free;
    if free {
        state.names[usize::from(name)] = Some(person.0.key);
        put_person(state, (*person.0).clone());
        state.history.name[usize::from(who)] = name;
    }
}
