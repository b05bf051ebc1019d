//! Records the events that are needed to detect a fault. It never calls the rules that it watches.

use grants::SessionId;

use crate::people::bounds::Request;
use crate::people::run::Everybody;
use crate::people::state::{Answer, Fault, Origin, Person, Process, State};
use crate::people::world::{number_of, who_is};
use crate::people::{flow, issuing};

/// The person's number, according to the item.
fn who(person: &Person) -> usize {
    usize::from(who_is(&person.0.subject))
}

/// Records that a process read the person for the first time.
pub(crate) fn looked_first(state: &State, process: &mut Process) {
    if let Some(person) = &process.seen.person {
        process.seen.epoch = state.history.epochs[who(person)];
        process.seen.switched_off = state.history.switched_off[who(person)];
    }
}

/// Records the deciding read of a process.
pub(crate) fn looked(state: &State, process: &mut Process) {
    let signs_in = matches!(process.request, Request::SignIn(..));
    let who = if signs_in { who(process.seen.person.as_ref().unwrap()) } else { usize::from(origin(process).who) };
    process.seen.looked_at = state.history.epochs[who];
}

/// The sign-in that a request originates from.
fn origin(process: &Process) -> Origin {
    let by_token = matches!(process.request, Request::Redeem(_) | Request::Refresh(_));
    if by_token { flow::handed(process).origin } else { process.with.cookie.unwrap().origin }
}

/// Records that a browser signed out.
pub(crate) fn signed_out(state: &mut State, process: &Process) {
    let origin = origin(process);
    let sign_outs = &mut state.history.certain.sign_outs[usize::from(origin.browser)];
    *sign_outs = (*sign_outs).max(origin.sign_outs + 1);
}

/// Records that a sign-in that was refused ended this session.
pub(crate) fn taken_back(state: &mut State, process: &Process, id: SessionId) {
    let is_former = process.seen.session.as_ref().is_some_and(|former| former.0.id == id);
    state.history.fault_if(is_former, Fault::EndedByRefusal);
}

/// Records that a command changed a person.
pub(crate) fn changed(state: &mut State, process: &mut Process) {
    let (who, history) = (who(process.seen.person.as_ref().unwrap()), &mut state.history);
    match process.request {
        Request::Disable(_) | Request::Delete(_) => {
            history.epochs[who] += 1;
            history.switched_off[who] += 1;
            history.off[who] = true;
            process.seen.looked_at = history.epochs[who];
        }
        Request::SetPassword(_, number) | Request::ChangePassword(_, _, number) => {
            history.epochs[who] += 1;
            history.password[who] = number;
            process.seen.looked_at = history.epochs[who];
        }
        Request::Enable(_) if process.seen.switched_off == history.switched_off[who] => history.off[who] = false,
        Request::SetClaims(_, number) => history.claims[who] = number,
        Request::Rename(_, to) => history.name[who] = to,
        Request::Enable(_)
        | Request::SignIn(..)
        | Request::Authorize(_)
        | Request::Allow(_)
        | Request::SignOut(_)
        | Request::Redeem(_)
        | Request::Refresh(_)
        | Request::Steal(_)
        | Request::Register(_)
        | Request::Create(..) => {}
    }
}

/// Records that a person was deleted.
pub(crate) fn removed(state: &mut State, process: &mut Process) {
    let who = who(process.seen.person.as_ref().unwrap());
    state.history.epochs[who] += 1;
    process.seen.looked_at = state.history.epochs[who];
}

/// Records and examines the answer of a process.
pub(crate) fn answered(everybody: &Everybody, state: &mut State, process: &Process, said: Answer) {
    match said {
        Answer::SignedIn | Answer::SignedInAgain => {
            let late = process.seen.looked_at > process.seen.epoch;
            state.history.fault_if(late, Fault::GivenAfterLook);
            let Request::SignIn(_, name, _) = process.request else { return };
            // The person who signed in had the name when the person was read.
            let person = process.seen.person.as_ref().unwrap();
            let had = number_of(&person.0.username) == name;
            state.history.fault_if(!had, Fault::SomebodyElse);
        }
        Answer::Page | Answer::PageAgain => opened(everybody, state, process),
        Answer::Code => {
            opened(everybody, state, process);
            given(everybody, state, process);
            if let (Request::Allow(_), Some(page)) = (process.request, process.with.page) {
                let (offer, grant) = (everybody.world.offer(page.registration), process.seen.grant.as_ref().unwrap());
                let (target, redirect_uri) = (offer.admission.target(), offer.admission.redirect_uri());
                let same = grant.0.scope == target.scope && grant.0.resources == target.resources;
                let same = same && grant.0.binding().map(|binding| &binding.redirect_uri) == Some(redirect_uri);
                state.history.fault_if(!same, Fault::NotAsShown);
            }
        }
        Answer::Tokens => given(everybody, state, process),
        Answer::Done => {
            if let Some(person) = &process.seen.person {
                let certain = &mut state.history.certain.epochs[who(person)];
                *certain = (*certain).max(process.seen.looked_at);
            }
        }
        Answer::WrongPassword
        | Answer::SignInOver
        | Answer::NobodySignedIn
        | Answer::BeginAgain
        | Answer::FormUsed
        | Answer::Refused(_)
        | Answer::SignedOut
        | Answer::NothingDone => {}
    }
}

/// Examines a page or a code that a cookie gave access to.
fn opened(everybody: &Everybody, state: &mut State, process: &Process) {
    let (origin, certain) = (origin(process), process.certain);
    let subject = issuing::signed_in(everybody, process, state.now()).map(|person| who_is(&person.user().subject));
    let history = &mut state.history;
    history.fault_if(subject.is_some_and(|who| who != origin.who), Fault::SomebodyElse);
    history.fault_if(certain.epochs[usize::from(origin.who)] > origin.epoch, Fault::GivenAfterCommand);
    let browser = usize::from(origin.browser);
    history.fault_if(certain.sign_ins[browser] > origin.number, Fault::OldCookie);
    history.fault_if(certain.sign_outs[browser] > origin.sign_outs, Fault::OutlivedSignOut);
}

/// Examines a code or tokens that are issued.
fn given(everybody: &Everybody, state: &mut State, process: &Process) {
    let (origin, certain) = (origin(process), process.certain);
    let (who, browser) = (usize::from(origin.who), usize::from(origin.browser));
    let subject = process.seen.grant.as_ref().and_then(|grant| grant.0.person()).map(|person| who_is(&person.subject));
    let history = &mut state.history;
    history.fault_if(subject != Some(origin.who), Fault::SomebodyElse);
    history.fault_if(process.seen.looked_at > origin.epoch, Fault::GivenAfterLook);
    history.fault_if(certain.epochs[who] > origin.epoch, Fault::GivenAfterCommand);
    if certain.sign_outs[browser] > origin.sign_outs && !everybody.bounds.offline {
        history.fault_if(true, Fault::OutlivedSignOut);
    }
}
