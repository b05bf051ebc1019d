//! The properties: what must always hold, and what must be seen at least once.

use grants::Refusal;
use sessions::{Rules, is_alive};
use stateright::Property;

use crate::people::bounds::Request;
use crate::people::run::Everybody;
use crate::people::state::{Answer, Fault, Person, State};
use crate::people::world::{claims, number_of, password_hash, who_is};

type Named = (&'static str, fn(&Everybody, &State) -> bool);

pub(crate) const NOTHING_AFTER_THE_LOOK: &str =
    "nothing is given where the look at the person came after disable, set-password or delete";
pub(crate) const NOTHING_AFTER_THE_COMMAND: &str =
    "once a command has returned, no later request is given anything for what was made before it";
pub(crate) const OWNS_THE_NAME: &str = "who is signed in is who gave the password and had the name";
pub(crate) const AS_SHOWN: &str = "consent covers what is given";
pub(crate) const SIGN_OUT_ENDS: &str =
    "after a sign-out no later request is given anything for what came from that browser";
pub(crate) const OLD_COOKIE: &str = "a cookie that a sign-in replaced opens nothing";
pub(crate) const REFUSAL_ENDS_NOTHING: &str = "a sign-in that is refused ends no session but its own";
pub(crate) const NOTHING_UNDONE: &str = "no change is undone";
pub(crate) const ENDED_FOR_EVER: &str = "a session that ended never comes back";

const ALWAYS: [Named; 9] = [
    (NOTHING_AFTER_THE_LOOK, |_, state| !state.has(Fault::GivenAfterLook)),
    (NOTHING_AFTER_THE_COMMAND, |_, state| !state.has(Fault::GivenAfterCommand)),
    (OWNS_THE_NAME, |_, state| !state.has(Fault::SomebodyElse)),
    (AS_SHOWN, |_, state| !state.has(Fault::NotAsShown)),
    (SIGN_OUT_ENDS, |_, state| !state.has(Fault::OutlivedSignOut)),
    (OLD_COOKIE, |_, state| !state.has(Fault::OldCookie)),
    (REFUSAL_ENDS_NOTHING, |_, state| !state.has(Fault::EndedByRefusal)),
    (NOTHING_UNDONE, |_, state| state.people.iter().all(|person| is_as_set(state, person))),
    (ENDED_FOR_EVER, |everybody, state| !state.history.ended.iter().any(|id| is_good(everybody, state, *id))),
];

const SOMETIMES: [Named; 24] = [
    ("somebody signs in", |_, state| state.told(Answer::SignedIn)),
    ("a second sign-in keeps the session", |_, state| state.told(Answer::SignedInAgain)),
    ("a wrong password, or nobody", |_, state| state.told(Answer::WrongPassword)),
    ("the person changes while the password is checked", |_, state| state.told(Answer::SignInOver)),
    ("a consent page", |_, state| state.told(Answer::Page)),
    ("the page is shown again with what is asked now", |_, state| state.told(Answer::PageAgain)),
    ("nobody is signed in", |_, state| state.told(Answer::NobodySignedIn)),
    ("what a code rests on falls while it is written", |_, state| state.told(Answer::BeginAgain)),
    ("a code without a page", |_, state| said(state, |request| matches!(request, Request::Authorize(_)), Answer::Code)),
    ("a code by a page", |_, state| said(state, |request| matches!(request, Request::Allow(_)), Answer::Code)),
    ("a form that was used", |_, state| state.told(Answer::FormUsed)),
    ("a code is redeemed", |_, state| said(state, |request| matches!(request, Request::Redeem(_)), Answer::Tokens)),
    ("a token is refreshed", |_, state| said(state, |request| matches!(request, Request::Refresh(_)), Answer::Tokens)),
    ("PersonOver, of a person who is off or gone", |_, state| refused(state, Refusal::PersonOver)),
    ("PersonOver, of a person who is on again", |_, state| {
        refused(state, Refusal::PersonOver) && state.people.iter().any(|person| !person.0.disabled)
    }),
    ("SessionOver", |_, state| refused(state, Refusal::SessionOver)),
    ("GrantRevoked", |_, state| refused(state, Refusal::GrantRevoked)),
    ("CodeReplayed", |_, state| refused(state, Refusal::CodeReplayed)),
    ("somebody signs out", |_, state| state.told(Answer::SignedOut)),
    ("a command is done", |_, state| state.told(Answer::Done)),
    ("a person changes the password", |_, state| {
        said(state, |request| matches!(request, Request::ChangePassword(..)), Answer::Done)
    }),
    ("a command finds another change and does nothing", |_, state| state.told(Answer::NothingDone)),
    ("the next owner of a name signs in", |_, state| {
        said(state, |request| matches!(request, Request::SignIn(1, 0, 1)), Answer::SignedIn)
    }),
    ("a refresh tells the session that it is in use", |_, state| {
        let touched = |session: &sessions::Session| session.last_seen_at > session.auth_time;
        state.sessions.iter().any(|session| touched(&session.0))
    }),
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
pub(crate) fn all() -> Vec<Property<Everybody>> {
    let always = ALWAYS.into_iter().map(|(name, holds)| Property::always(name, holds));
    always.chain(SOMETIMES.into_iter().map(|(name, holds)| Property::sometimes(name, holds))).collect()
}

fn said(state: &State, of: fn(&Request) -> bool, answer: Answer) -> bool {
    state.said.is_some_and(|(request, said)| of(&request) && said == answer)
}

fn refused(state: &State, refusal: Refusal) -> bool {
    state.told(Answer::Refused(refusal))
}

/// Returns whether the item has the values that were set last, and is still switched off if that was the last
/// decision.
fn is_as_set(state: &State, person: &Person) -> bool {
    let (user, history) = (&person.0, &state.history);
    let who = usize::from(who_is(&user.subject));
    user.password == password_hash(history.password[who])
        && user.claims == claims(history.claims[who])
        && number_of(&user.username) == history.name[who]
        && (user.disabled || !history.off[who])
}

fn is_good(everybody: &Everybody, state: &State, id: sessions::SessionId) -> bool {
    state.session(id).is_some_and(|session| {
        let person = state.person(session.0.person);
        person.is_some_and(|person| is_alive(&session.0, &person.0, Rules::at(&everybody.world.policy, state.now())))
    })
}
